package gateway_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// TestMain lets the test binary be a bootstrap: with BOOTSTRAP set it is a Lambda function and runs no test.
func TestMain(m *testing.M) {
	switch os.Getenv("BOOTSTRAP") {
	case "":
		os.Exit(m.Run())
	case "exit":
		fmt.Fprintln(os.Stderr, "no reason to live")
		os.Exit(3)
	case "never ready":
		fmt.Println("still initialising")
		time.Sleep(time.Hour) // a select would end in a deadlock that Go finds where there is no cgo
	case "bad":
		badRuntime()
	case "raw":
		rawRuntime()
	case "wrapper":
		wrapper()
	case "stream":
		lambda.Start(streaming().Stream)
	case "warm":
		lambda.Start(warmup.Wrap(lambda.NewHandler(bootstrap), warmup.Config{
			Fanout: warmup.Fanout{Invoker: new(invoke.Client), Instances: 4, Timeout: time.Minute}, Log: meets{},
		}))
	case "sigterm":
		lambda.StartWithOptions(bootstrap, lambda.WithEnableSIGTERM(func() { fmt.Println("sigterm seen") }))
	default:
		lambda.Start(bootstrap)
	}
}

// meets is the log of pings, which keeps an instance busy with its ping until the server at MEETING answers.
type meets struct{}

func (meets) Log(context.Context, slog.Level, string, ...any) {
	if resp, err := http.Get(os.Getenv("MEETING")); err == nil {
		_ = resp.Body.Close()
	}
}

// wrapper is a bootstrap that leaves the work to a child of its own.
func wrapper() {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "BOOTSTRAP=yes")
	if err := child.Run(); err != nil {
		os.Exit(1)
	}
}

type order struct {
	Do  string
	Arg string
}

type custom struct{ error }

func bootstrap(ctx context.Context, o order) (map[string]string, error) {
	switch o.Do {
	case "error":
		return nil, custom{errors.New(o.Arg)}
	case "panic":
		panic(o.Arg)
	case "exit":
		os.Exit(7)
	case "exit0":
		os.Exit(0)
	case "print":
		fmt.Println(o.Arg)
		fmt.Fprint(os.Stderr, "no line end")
	case "hang":
		select {}
	case "wait":
		<-ctx.Done()
	case "meet": // returns once the test's server answers
		resp, err := http.Get(os.Getenv("MEETING") + "?parent=" + fmt.Sprint(os.Getppid()))
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
	case "big":
		return map[string]string{"big": strings.Repeat("x", 6_291_556)}, nil
	}
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return map[string]string{
		"pid": fmt.Sprint(os.Getpid()), "arg": o.Arg, "env": os.Getenv(o.Arg),
		"request": lc.AwsRequestID, "arn": lc.InvokedFunctionArn, "client": lc.ClientContext.Client.AppTitle,
		"deadline": fmt.Sprint(deadline.UnixMilli()), "environ": strings.Join(os.Environ(), "\n"),
	}, nil
}

// rawRuntime speaks the Runtime API by hand and does what aws-lambda-go would never do. The event says what.
func rawRuntime() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/"
	if os.Getenv("INIT") != "" {
		post(base+"init/error", os.Getenv("INIT"), nil)
		os.Exit(1)
	}
	for {
		resp, err := http.Get(base + "invocation/next")
		if err != nil {
			return
		}
		event, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		url := base + "invocation/" + resp.Header.Get("Lambda-Runtime-Aws-Request-Id")
		switch string(event) {
		case `"error that is not JSON"`:
			post(url+"/error", "plain text", nil)
		case `"error without a type"`:
			post(url+"/error", `{"errorMessage":"m","stackTrace":null}`, nil)
		case `"error in a trailer"`:
			post(url+"/response", "{", http.Header{
				"Lambda-Runtime-Function-Error-Type": {"Late"},
				"Lambda-Runtime-Function-Error-Body": {base64.StdEncoding.EncodeToString([]byte(`{"errorType":"Late","errorMessage":"too late"}`))},
			})
		case `"twice"`:
			post(url+"/response", "1", nil)
			fmt.Println("second answer:", post(url+"/response", "2", nil))
		default:
			post(url+"/response", `"pid `+fmt.Sprint(os.Getpid())+`"`, nil)
		}
	}
}

// badRuntime does to each request what its path parameter says.
func badRuntime() {
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		resp, err := http.Get(base + "next")
		if err != nil {
			return
		}
		event, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		_, how, _ := strings.Cut(string(event), `"how":"`)
		how, _, _ = strings.Cut(how, `"`)
		answer := map[string]string{
			"garbage": "}{", "nothing": "", "null": "null", "too-much": `"` + strings.Repeat("x", 6<<20+1) + `"`, "binary": "\x00\xff",
			"fine": `{"statusCode":200,"body":"fine"}`,
		}[how]
		switch how {
		case "hang":
			select {}
		case "exit":
			os.Exit(3)
		case "panic":
			panic("as told")
		case "hasty":
			sayAndExit(resp.Header.Get("Lambda-Runtime-Aws-Request-Id"))
		}
		post(base+resp.Header.Get("Lambda-Runtime-Aws-Request-Id")+"/response", answer, nil)
	}
}

// sayAndExit posts an answer and exits before anybody can have read it.
func sayAndExit(id string) {
	addr := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		panic(err)
	}
	body := strings.Repeat("x", 100_000)
	fmt.Fprintf(conn, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", id, addr, len(body), body)
	os.Exit(3)
}

func post(url, body string, trailer http.Header) (status int) {
	r, err := http.NewRequest("POST", url, io.NopCloser(strings.NewReader(body))) // of unknown length: chunked
	if err != nil {
		panic(err)
	}
	r.Trailer = trailer
	r.Header.Set("Lambda-Runtime-Function-Error-Type", "FromHeader")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		panic(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
