package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// startCaller starts a function that invokes others, and keeps three of its instances warm. Its events are requests of an
// API, or the same objects.
//
// WaitFor is a server that must answer before the function does. Nested is the same for another invocation of the function,
// which this one waits for; it does not where the server at Until answers before.
func startCaller() {
	client := new(invoke.Client)
	h := lambda.NewHandler(func(ctx context.Context, event struct{ Body, Async, Sync, WaitFor, Nested, Until string }) (any, error) {
		_ = json.Unmarshal([]byte(event.Body), &event) // where there is one
		lc, _ := lambdacontext.FromContext(ctx)
		_, _ = fmt.Println("invoked as", lc.InvokedFunctionArn)
		if event.Async != "" {
			return nil, client.InvokeAsync(ctx, event.Async, []byte(`{"body":"hello"}`))
		}
		if event.Nested != "" {
			nested := func(done chan<- bool) {
				_, _ = http.Post(os.Getenv("AWS_ENDPOINT_URL_LAMBDA")+"/2015-03-31/functions/"+lc.InvokedFunctionArn+"/invocations", "application/json", strings.NewReader(`{"waitFor":"`+event.Nested+`"}`))
				done <- true
			}
			done := make(chan bool, 2)
			go nested(done)
			if event.Until != "" {
				go func() { _, _ = http.Get(event.Until); done <- true }()
			}
			<-done
		}
		if event.WaitFor != "" {
			_, _ = http.Get(event.WaitFor)
		}
		if event.Sync == "" {
			return "done", nil
		}
		resp, err := http.Post(os.Getenv("AWS_ENDPOINT_URL_LAMBDA")+"/2015-03-31/functions/"+event.Sync+"/invocations", "application/json", strings.NewReader(`{"body":"fail"}`))
		if err != nil {
			return nil, err
		}
		defer resp.Body.Close()
		answer, err := io.ReadAll(resp.Body)
		return map[string]any{"statusCode": 200, "body": resp.Header.Get("X-Amz-Function-Error") + string(answer)}, err
	})
	lambda.Start(warmup.Wrap(h, warmup.Config{Fanout: warmup.Fanout{Invoker: client, Instances: 3}, Delay: time.Second}))
}

const callers = `
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {CodeUri: fn/, Runtime: provided.al2023, Timeout: 20}}
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: shop-front
      Environment: {Variables: {BOOTSTRAP: caller}}
      Events: {Call: {Type: Api, Properties: {Path: /call, Method: post}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {BOOTSTRAP: "yes"}}}
  Elsewhere:
    Type: AWS::Serverless::Function
    Properties: {Environment: {Variables: {BOOTSTRAP: caller, AWS_ENDPOINT_URL_LAMBDA: "http://127.0.0.1:1"}}}
`

// TestFunctionsInvokeOneAnother: by name, by logical id, with and without waiting, from outside and from functions; a
// warm-up ping warms as many instances as it should; and the console has it all.
func TestFunctionsInvokeOneAnother(t *testing.T) {
	s := start(t, "start", "-addr", "127.0.0.1:0", "-watch=false", project(t, callers))
	out := s.until(t, "Ctrl-C")
	url := func(what string) string {
		m := regexp.MustCompile(`(http://127\.0\.0\.1:\d+) ` + what).FindStringSubmatch(out)
		require.NotNil(t, m, "%s in\n%s", what, out)
		return m[1]
	}
	api, functions := url("Serverless"), url("Lambda, functions: shop-front, Worker, Elsewhere")
	at := func(name string) string { return functions + "/2015-03-31/functions/" + name + "/invocations" }

	status, body := call(t, "POST", api+"/call", `{"sync":"Worker"}`)
	require.Equal(t, 200, status, body)
	require.Equal(t, `Unhandled{"errorMessage":"as told","errorType":"errorString"}`, body)
	s.until(t, "POST    /2015-03-31/functions/Worker/invocations 200")

	status, body = call(t, "POST", at("Front"), `{"async":"arn:aws:lambda:us-east-1:123456789012:function:Worker"}`)
	require.Equal(t, 200, status, body)
	require.Equal(t, "null", body)
	require.Regexp(t, `functions/arn.*Worker/invocations 202 [\d.]+ ms Worker`, s.until(t, "invocations 202"), "when it is done")

	cold := 0 // beside the root's instance, which was there before
	for cold < 2 {
		status, body = call(t, "POST", at("shop-front:live"), `{"warmer":true}`)
		require.Equal(t, `200 {"warmed":true}`, fmt.Sprint(status, " ", body))
		for range 2 { // a busy machine may begin one when another has ended, and needs a further ping
			if strings.Contains(s.until(t, "invocations 202"), "Front cold") {
				cold++
			}
		}
	}
	require.Equal(t, 2, cold)
	s.drain()

	status, body = call(t, "POST", at("Elsewhere"), `{"async":"Worker"}`)
	require.Equal(t, 200, status)
	require.Contains(t, body, "connection refused", "what a template says goes first")
	status, body = call(t, "POST", at("Nobody"), `{}`)
	require.Equal(t, 404, status)
	require.Contains(t, body, "Function not found: arn:aws:lambda:us-east-1:123456789012:function:Nobody")
	status, _ = call(t, "POST", at("Worker"), `{}`, "Origin", api)
	require.Equal(t, 403, status, "a page of the API, too, is a page")
	req, err := http.NewRequestWithContext(t.Context(), "POST", at("Worker"), nil)
	require.NoError(t, err)
	req.Host = "evil.example"
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 421, resp.StatusCode)

	_, body = call(t, "GET", api+consolePath+"api/routes", "")
	require.Contains(t, body, `{"method":"POST","path":"/2015-03-31/functions/shop-front/invocations","target":"Front"}`)
	replay := func(header string) string {
		status, body := call(t, "POST", api+consolePath+"api/replay", `{"api":"AWS Lambda","method":"POST","target":"/2015-03-31/functions/Worker/invocations","body":"{\"body\":\"fail\"}"`+header+`}`, "Content-Type", "application/json")
		require.Equal(t, 200, status, body)
		return body
	}
	var n struct{ Number int }
	require.NoError(t, json.Unmarshal([]byte(replay("")), &n))
	_, body = call(t, "GET", fmt.Sprint(api, consolePath, "api/requests/", n.Number), "")
	var d detail
	require.NoError(t, json.Unmarshal([]byte(body), &d))
	require.Equal(t, []string{lambdaName, "Worker", `{"body":"fail"}`}, []string{d.API, d.Function, d.Event})
	require.Contains(t, d.Error, "as told")
	require.JSONEq(t, `{"number":0}`, replay(`,"headers":[["X-Amz-Invocation-Type","Event"]]`))
	require.Equal(t, exitOK, s.stop())
}

// TestAsyncInvocationEndsWithTheCommand: what nobody waits for is ended and reported, not forgotten.
func TestAsyncInvocationEndsWithTheCommand(t *testing.T) {
	begun := make(chan struct{})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	go func() {
		if conn, err := ln.Accept(); err == nil {
			defer conn.Close()
			close(begun)
			<-t.Context().Done()
		}
	}()
	s := start(t, "start", "-addr", "127.0.0.1:0", "-lambda-addr", "127.0.0.1:0", "-watch=false", "-o", "json", project(t, callers))
	var ready struct{ Lambda lambdaInfo }
	require.NoError(t, json.Unmarshal([]byte(s.until(t, `"event":"ready"`)), &ready))
	require.Equal(t, []string{"shop-front", "Worker", "Elsewhere"}, ready.Lambda.Functions)
	status, _ := call(t, "POST", ready.Lambda.URL+"/2015-03-31/functions/Worker/invocations", `{"body":"wait for http://`+ln.Addr().String()+`/"}`, "X-Amz-Invocation-Type", "Event")
	require.Equal(t, 202, status)
	<-begun
	ended := make(chan int, 1)
	go func() { ended <- s.stop() }()
	require.Contains(t, s.until(t, `"api":"AWS Lambda"`), "function is closed")
	require.Equal(t, exitOK, <-ended)
}

// TestInvokeFansOut: lambdarest invoke waits for what the function has invoked, and shows the logs of it all.
func TestInvokeFansOut(t *testing.T) {
	var out, log strings.Builder
	require.Equal(t, exitOK, run(t.Context(), []string{"invoke", "-event", `{"async":"Front"}`, "Front", project(t, callers)}, &out, &log), log.String())
	require.Equal(t, "null\n", out.String())
	require.Equal(t, 2, strings.Count(log.String(), "invoked as arn:aws:lambda:us-east-1:123456789012:function:shop-front\nEND"), log.String())
}

func TestLambdaAddr(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for addr, want := range map[string]string{taken.Addr().String(): "-lambda-addr chooses another one", "0.0.0.0:0": "can be reached by other machines"} {
		var log strings.Builder
		require.Equal(t, exitFailed, run(t.Context(), []string{"start", "-addr", "127.0.0.1:0", "-lambda-addr", addr, project(t, callers)}, io.Discard, &log))
		require.Contains(t, log.String(), want)
	}
}
