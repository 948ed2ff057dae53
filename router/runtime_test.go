package router

import (
	"bufio"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// TestMain is also a function: the test below starts this program again under a
// Runtime API of its own.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	var r Router
	r.Get("/pieces", func(context.Context, *Request) (*Response, error) {
		return StreamFunc(200, "text/plain", func(w io.Writer) error {
			for i := range 3 {
				if _, err := io.WriteString(w, "piece "+strconv.Itoa(i)+"\n"); err != nil {
					return err
				}
				bufio.NewReader(os.Stdin).ReadString('\n') // the test has seen it
			}
			return nil
		}), nil
	})
	r.Get("/broken", func(context.Context, *Request) (*Response, error) {
		return StreamFunc(200, "text/plain", func(io.Writer) error { panic("half-way") }), nil
	})
	lambda.Start(r.Stream)
}

// The unmodified runtime of aws-lambda-go sends a streamed answer piece by piece, and
// tells of one that breaks off in its trailers.
func TestStreamThroughTheRuntime(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	api := newRuntimeAPI(string(mergeEvent(t, urlEvent, `{"rawPath":"/pieces"}`)), string(mergeEvent(t, urlEvent, `{"rawPath":"/broken"}`)))
	server := httptest.NewServer(api)
	defer server.Close()
	function := exec.CommandContext(t.Context(), exe)
	function.Env = append(os.Environ(), "AWS_LAMBDA_RUNTIME_API="+strings.TrimPrefix(server.URL, "http://"), "_LAMBDA_SERVER_PORT=")
	function.Stderr = os.Stderr
	seen, err := function.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := function.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		function.Process.Kill()
		function.Wait()
	}()

	answer := <-api.answers
	if got := answer.Header.Get("Content-Type"); got != preludeType {
		t.Errorf("content type %q", got)
	}
	body := bufio.NewReader(answer.Body)
	for _, want := range []string{`{"statusCode":200,"headers":{"Content-Type":"text/plain"}}` + preludeEnd + "piece 0\n", "piece 1\n", "piece 2\n"} {
		if got, err := body.ReadString('\n'); got != want || err != nil {
			t.Fatalf("%q, %v; want %q", got, err, want)
		}
		io.WriteString(seen, "\n")
	}
	if rest, err := io.ReadAll(body); len(rest) > 0 || err != nil || answer.Trailer.Get("Lambda-Runtime-Function-Error-Type") != "" {
		t.Errorf("%q, %v, %v", rest, err, answer.Trailer)
	}
	api.done <- struct{}{}

	answer = <-api.answers
	defer func() {
		told, err := base64.StdEncoding.DecodeString(answer.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
		if err != nil || !strings.Contains(string(told), "500") || strings.Contains(string(told), "half-way") {
			t.Errorf("the invoker is told %s, %v", told, err)
		}
	}()
	if got, err := io.ReadAll(answer.Body); !strings.HasSuffix(string(got), preludeEnd) || err != nil || answer.Trailer.Get("Lambda-Runtime-Function-Error-Type") == "" {
		t.Errorf("%q, %v, %v", got, err, answer.Trailer)
	}
	api.done <- struct{}{}
}

// A runtimeAPI serves events to one function, and hands its answers to the test while
// they are sent.
type runtimeAPI struct {
	http.ServeMux
	events  chan string
	answers chan *http.Request
	done    chan struct{}
}

func newRuntimeAPI(events ...string) *runtimeAPI {
	api := &runtimeAPI{events: make(chan string, len(events)), answers: make(chan *http.Request), done: make(chan struct{})}
	for _, ev := range events {
		api.events <- ev
	}
	api.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, req *http.Request) {
		select {
		case ev := <-api.events:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "id")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
			io.WriteString(w, ev)
		case <-req.Context().Done():
		}
	})
	api.HandleFunc("POST /2018-06-01/runtime/invocation/id/response", func(w http.ResponseWriter, req *http.Request) {
		api.answers <- req
		<-api.done
		w.WriteHeader(http.StatusAccepted)
	})
	return api
}
