package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// A runtimeAPI is the side of Lambda that a bootstrap talks to
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), for one process
// at a time.
type runtimeAPI struct {
	server *http.Server
	addr   string
	table  *httptest.Server // DynamoDB, with an item
	next   chan time.Time   // when the function asked for an invocation
	event  chan string
	sent   chan time.Time // when the event was on its way
	answer chan answer
}

type answer struct {
	at   time.Time
	body string
	ok   bool
}

func serve() (*runtimeAPI, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := &runtimeAPI{
		addr: l.Addr().String(), next: make(chan time.Time), event: make(chan string),
		sent: make(chan time.Time, 1), answer: make(chan answer),
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", a.serveNext)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/{what}", a.serveAnswer)
	a.server = &http.Server{Handler: mux}
	go a.server.Serve(l)
	a.table, err = table()
	return a, err
}

// table serves DynamoDB with a user.
func table() (*httptest.Server, error) {
	db := dynamotest.New(dynamotest.Table{Name: "users", Partition: dynamotest.N("id")})
	_, err := db.PutItem(context.Background(), &dynamodb.PutItemInput{TableName: aws.String("users"), Item: map[string]types.AttributeValue{
		"id": &types.AttributeValueMemberN{Value: "1"}, "name": &types.AttributeValueMemberS{Value: "Kim"},
	}})
	return httptest.NewServer(db.Handler()), err
}

func (a *runtimeAPI) close() {
	a.server.Close()
	a.table.Close()
}

func (a *runtimeAPI) serveNext(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	select {
	case a.next <- at:
	case <-req.Context().Done():
		return
	}
	select {
	case event := <-a.event:
		w.Header().Set("Lambda-Runtime-Aws-Request-Id", "1")
		w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
		w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-1:123456789012:function:bench")
		a.sent <- time.Now()
		io.WriteString(w, event)
	case <-req.Context().Done():
	}
}

func (a *runtimeAPI) serveAnswer(w http.ResponseWriter, req *http.Request) {
	at := time.Now()
	body, _ := io.ReadAll(req.Body)
	w.WriteHeader(http.StatusAccepted)
	a.answer <- answer{at, string(body), req.PathValue("what") == "response"}
}

// invoke sends an event and returns the milliseconds until the answer came. Then it
// waits until the function asks for more.
func (a *runtimeAPI) invoke(event string) (float64, error) {
	a.event <- event
	sent := <-a.sent
	select {
	case got := <-a.answer:
		if !got.ok {
			return 0, fmt.Errorf("the function failed: %s", got.body)
		}
		<-a.next
		return ms(got.at.Sub(sent)), nil
	case <-time.After(10 * time.Second):
		return 0, errSilent
	}
}

// A process is a function that runs.
type process struct {
	cmd            *exec.Cmd
	stderr         bytes.Buffer
	started, ready time.Time
}

// exec starts a function and waits until it asks for its first invocation.
func (a *runtimeAPI) exec(binary, env string) (*process, error) {
	p := &process{cmd: exec.Command(binary)}
	p.cmd.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+a.addr, "AWS_ENDPOINT_URL_DYNAMODB="+a.table.URL, env)
	p.cmd.Stderr = &p.stderr
	p.started = time.Now()
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	select {
	case p.ready = <-a.next:
		return p, nil
	case <-time.After(10 * time.Second):
		return nil, errors.Join(errSilent, p.end())
	}
}

func (p *process) end() error {
	err := p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	return err
}

// rss is the process's resident memory in KB, 0 where the system does not say.
func (p *process) rss() float64 {
	status, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(p.cmd.Process.Pid), "status"))
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(fields[0], 64)
	return kb
}

// build builds the functions as they are deployed.
func build(dir string) error {
	args := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", dir + "/"}
	for _, c := range contenders {
		args = append(args, "./size/"+c.binary)
	}
	args = append(args, "./size/dynamo", "./size/dynamosdk")
	cmd := exec.Command("go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build (run it in the folder bench): %w: %s", err, out)
	}
	return nil
}
