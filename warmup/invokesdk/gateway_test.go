package invokesdk_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	lambdago "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambdarest/lambdarest/gateway"
)

// These are the SDK's client in front of gateway.InvokeAPI. They are here because this module has the client.

// TestMain lets the test binary be a function, too.
func TestMain(m *testing.M) {
	switch os.Getenv("BOOTSTRAP") {
	case "streams":
		lambdago.Start(streams)
	case "collects":
		lambdago.Start(func() (string, error) { return "all at once", nil })
	default:
		os.Exit(m.Run())
	}
}

// streams sends one; and, when the server at At has answered, what Then says: two; an error, or nothing for an hour.
func streams(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
	var in struct{ At, Then string }
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, err
	}
	if in.Then == "refuse" {
		return nil, errors.New("as told")
	}
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "one;")
		resp, err := http.Get(in.At)
		if err == nil {
			err = resp.Body.Close()
		}
		switch in.Then {
		case "fail":
			err = errors.New("halfway")
		case "hang":
			time.Sleep(time.Hour)
		default:
			_, _ = io.WriteString(w, "two;")
		}
		w.CloseWithError(err)
	}()
	return r, nil
}

// gate is a server that answers when goOn is closed.
func gate(t *testing.T) (url string, goOn chan bool) {
	goOn = make(chan bool)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-goOn:
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(srv.Close)
	return srv.URL, goOn
}

// rest reads a stream to its end.
func rest(t *testing.T, stream *lambda.InvokeWithResponseStreamEventStream) (answer string, end types.InvokeWithResponseStreamCompleteEvent) {
	t.Helper()
	for event := range stream.Events() {
		switch event := event.(type) {
		case *types.InvokeWithResponseStreamResponseEventMemberPayloadChunk:
			answer += string(event.Value.Payload)
		case *types.InvokeWithResponseStreamResponseEventMemberInvokeComplete:
			end = event.Value
		default:
			t.Errorf("event %T", event)
		}
	}
	if err := stream.Close(); err != nil {
		t.Error(err)
	}
	return answer, end
}

// TestInvokeWithResponseStream: chunks come before the function ends, errors with and without them, a time-out, and
// functions that do not stream, in this process and of bootstraps.
func TestInvokeWithResponseStream(t *testing.T) {
	functions := make(map[string]lambdago.Handler)
	functions["streams in process"] = gateway.StreamHandler(streams)
	functions["collects in process"] = lambdago.NewHandler(func() (string, error) { return "all at once", nil })
	for _, name := range []string{"streams", "collects"} {
		p := gateway.Function(os.Args[0], []string{"BOOTSTRAP=" + name})
		p.InitTimeout = time.Minute
		defer p.Close()
		functions[name] = p
	}
	observed := make(chan gateway.Exchange, 1)
	api := &gateway.InvokeAPI{Functions: map[string]lambdago.Handler{}, Observe: func(e gateway.Exchange) { observed <- e }}
	for name, h := range functions {
		api.Functions[strings.ReplaceAll(name, " ", "-")] = h
	}
	server := httptest.NewServer(api)
	defer server.Close()
	sdk := client(server)
	invoke := func(ctx context.Context, name, then, at string) *lambda.InvokeWithResponseStreamEventStream {
		t.Helper()
		event, _ := json.Marshal(map[string]string{"At": at, "Then": then})
		out, err := sdk.InvokeWithResponseStream(ctx, &lambda.InvokeWithResponseStreamInput{
			FunctionName: aws.String(name), Payload: event, LogType: types.LogTypeTail,
		})
		if err != nil {
			t.Fatal(err)
		}
		if out.StatusCode != 200 || *out.ExecutedVersion != "$LATEST" || *out.ResponseStreamContentType != "application/vnd.amazon.eventstream" {
			t.Errorf("status %d, version %s, %s", out.StatusCode, *out.ExecutedVersion, *out.ResponseStreamContentType)
		}
		return out.GetStream()
	}
	for _, name := range []string{"streams", "streams-in-process"} {
		for then, want := range map[string]struct{ rest, details string }{
			"": {"two;", ""}, "fail": {"", "halfway"}, "refuse": {"", "as told"}, "hang": {"", "Sandbox.Timedout"},
		} {
			t.Run(name+" "+then, func(t *testing.T) {
				if then == "hang" {
					p, isProcess := functions[name].(*gateway.Process)
					if !isProcess {
						t.Skip("15 minutes, which the tests of gateway have in a time of their own")
					}
					p.Timeout = 2 * time.Second
					defer func() { p.Timeout = 0 }()
				}
				at, goOn := gate(t)
				stream := invoke(t.Context(), name, then, at)
				if then != "refuse" {
					first, _ := (<-stream.Events()).(*types.InvokeWithResponseStreamResponseEventMemberPayloadChunk)
					if first == nil || string(first.Value.Payload) != "one;" {
						t.Fatalf("first %v", first)
					}
				}
				close(goOn)
				answer, end := rest(t, stream)
				details, code := aws.ToString(end.ErrorDetails), aws.ToString(end.ErrorCode)
				if answer != want.rest || !strings.Contains(details, want.details) || (want.details == "") != (details == "") || (details == "") != (code == "") {
					t.Errorf("%q, %s: %s", answer, code, details)
				}
				if aws.ToString(end.LogResult) == "" {
					t.Error("no log")
				}
				if e := <-observed; (e.Err == nil) != (details == "") {
					t.Error(e.Err)
				}
			})
		}
	}
	for _, name := range []string{"collects", "collects-in-process"} {
		answer, end := rest(t, invoke(t.Context(), name, "", ""))
		if answer != `"all at once"` || end.ErrorCode != nil {
			t.Errorf("%s: %q, %v", name, answer, end)
		}
		<-observed
	}

	// The function runs on where its client goes away.
	at, goOn := gate(t)
	ctx, cancel := context.WithCancel(t.Context())
	stream := invoke(ctx, "streams", "", at)
	<-stream.Events()
	cancel()
	close(goOn)
	if e := <-observed; e.Err != nil || string(e.Result) != "one;two;" {
		t.Errorf("%q, %v", e.Result, e.Err)
	}
	_ = stream.Close()

	var missing *types.ResourceNotFoundException
	if _, err := sdk.InvokeWithResponseStream(t.Context(), &lambda.InvokeWithResponseStreamInput{FunctionName: aws.String("nobody")}); !errors.As(err, &missing) {
		t.Errorf("%v", err)
	}
}
