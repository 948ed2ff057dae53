package gateway_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/smithy-go/eventstream"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// The SDK's client in front of this operation is tested in warmup/invokesdk, which has it.

const invokeStreamPath = "/2021-11-15/functions/%s/response-streaming-invocations"

// completed is the payload of InvokeComplete.
type completed struct{ ErrorCode, ErrorDetails, LogResult string }

// nextEvent reads an event. A chunk has a payload, InvokeComplete what it says.
func nextEvent(t *testing.T, from io.Reader) (chunk string, end *completed) {
	t.Helper()
	m, err := eventstream.NewDecoder().Decode(from, nil)
	require.NoError(t, err)
	header := func(name string) string { return m.Headers.Get(name).String() }
	require.Equal(t, "event", header(":message-type"))
	if header(":event-type") == "PayloadChunk" {
		require.Equal(t, "application/octet-stream", header(":content-type"))
		return string(m.Payload), nil
	}
	require.Equal(t, []string{"InvokeComplete", "application/json"}, []string{header(":event-type"), header(":content-type")})
	end = new(completed)
	require.NoError(t, json.Unmarshal(m.Payload, end))
	return "", end
}

// allEvents reads a whole answer.
func allEvents(t *testing.T, from io.Reader) (answer string, end *completed) {
	t.Helper()
	var all strings.Builder
	for end == nil {
		var chunk string
		chunk, end = nextEvent(t, from)
		all.WriteString(chunk)
	}
	rest, err := io.ReadAll(from)
	require.NoError(t, err)
	require.Empty(t, rest, "InvokeComplete is the last event")
	return all.String(), end
}

// pieces is a function that streams one; and two; and does what the event says between them.
func pieces(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
	switch string(event) {
	case `"refuse"`:
		return nil, custom{errors.New("as told")}
	case `"who"`:
		lc, _ := lambdacontext.FromContext(ctx)
		return io.NopCloser(strings.NewReader(lc.InvokedFunctionArn + " " + lc.ClientContext.Client.AppTitle)), nil
	}
	r, w := io.Pipe()
	go func() {
		_, _ = io.WriteString(w, "one;")
		if string(event) == `"fail"` {
			w.CloseWithError(custom{errors.New("halfway")})
			return
		}
		_, _ = io.WriteString(w, "two;")
		w.Close()
	}()
	return r, nil
}

func TestInvokeStream(t *testing.T) {
	var seen gateway.Exchange
	api := &gateway.InvokeAPI{
		Functions: map[string]lambda.Handler{
			"pieces": gateway.StreamHandler(pieces), "who": handlerFunc(whoami), "router": streaming(),
			"empty":  answering(""),
			"large":  handlerFunc(func(context.Context, []byte) ([]byte, error) { return bytes.Repeat([]byte("x"), 6<<20+100), nil }),
			"larger": handlerFunc(func(context.Context, []byte) ([]byte, error) { return bytes.Repeat([]byte("x"), 6<<20+101), nil }),
			"goexit": handlerFunc(func(context.Context, []byte) ([]byte, error) { runtime.Goexit(); return nil, nil }),
			"long": gateway.StreamHandler(func(context.Context, json.RawMessage) (io.ReadCloser, error) {
				return io.NopCloser(io.LimitReader(endless{}, 7<<20)), nil
			}),
		},
		Observe: func(e gateway.Exchange) { seen = e },
	}
	client := base64.StdEncoding.EncodeToString([]byte(`{"Client":{"app_title":"T"}}`))
	for _, row := range []struct {
		name, body string
		answer     string // of the function; "" for one of that size
		size       int
		details    string // a part of the error's
	}{
		{"pieces", `1`, "one;two;", 0, ""},
		{"pieces", `"fail"`, "one;", 0, `{"errorMessage":"halfway","errorType":"custom"}`},
		{"pieces", `"refuse"`, "", 0, `{"errorMessage":"as told","errorType":"custom"}`},
		{"pieces:live", `"who"`, "arn:aws:lambda:us-east-1:123456789012:function:pieces:live T", 0, ""},
		{"who", `"fail"`, "", 0, `{"errorMessage":"as told","errorType":"custom"}`},
		{"who", `"panic"`, "", 0, `{"errorMessage":"as told","errorType":"string"}`},
		{"goexit", `1`, "", 0, `"errorType":"Runtime.ExitError"`},
		{"empty", ``, "", 0, ""},
		{"large", `1`, "", 6<<20 + 100, ""},
		{"larger", `1`, "", 0, `Response payload size exceeded maximum allowed payload size (6291556 bytes).`},
		{"router", `{"version":"2.0","rawPath":"/x","rawQueryString":"size=9","requestContext":{"domainName":"x.lambda-url.us-east-1.on.aws","http":{"method":"GET","path":"/x"}}}`, `{"statusCode":201,"headers":{"Content-Type":"text/csv"}}` + strings.Repeat("\x00", 8) + "xxxxxxxxx", 0, ""},
		{"long", `1`, "", 7 << 20, ""},
	} {
		w := invokeWith(t, api, fmt.Sprintf(invokeStreamPath, row.name), row.body, "X-Amz-Client-Context", client)
		require.Equal(t, []string{"200", "application/vnd.amazon.eventstream", "$LATEST", ""},
			[]string{fmt.Sprint(w.Code), w.Header().Get("Content-Type"), w.Header().Get("X-Amz-Executed-Version"), w.Header().Get("X-Amz-Function-Error")}, row.name)
		body := bytes.Clone(w.Body.Bytes()[:min(w.Body.Len(), 64<<10)])
		answer, end := allEvents(t, w.Body)
		if row.size > 0 {
			require.Len(t, answer, row.size, row.name)
		} else {
			require.Equal(t, row.answer, answer, row.name)
		}
		code := ""
		if row.details != "" {
			code = "Unhandled"
			require.Error(t, seen.Err)
		} else {
			require.NoError(t, seen.Err)
		}
		require.Equal(t, []string{code, ""}, []string{end.ErrorCode, end.LogResult}, row.name)
		require.Contains(t, end.ErrorDetails, row.details, row.name)
		require.Equal(t, answer[:min(len(answer), 64<<10)], string(seen.Result), row.name)
		require.Equal(t, body, seen.Answer, row.name)
		require.Equal(t, []any{200, "POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations"}, []any{seen.Status, seen.Route})
	}
	for _, row := range []struct {
		name   string
		header []string
		status int
		answer string
	}{
		{"nobody", nil, 404, `ResourceNotFoundException {"Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody","Type":"User"}`},
		{"who", []string{"X-Amz-Invocation-Type", "DryRun"}, 204, ""},
		{"who", []string{"X-Amz-Invocation-Type", "Event"}, 400, `InvalidParameterValueException {"Type":"User","message":"expected the invocation type RequestResponse or DryRun"}`},
		{"who", []string{"Origin", "https://evil.example"}, 403, `AccessDeniedException {"Type":"User","message":"web pages may not invoke functions here"}`},
	} {
		w := invokeWith(t, api, fmt.Sprintf(invokeStreamPath, row.name), `1`, row.header...)
		require.Equal(t, row.status, w.Code, row)
		require.Equal(t, row.answer, strings.TrimSpace(w.Header().Get("X-Amzn-Errortype")+" "+w.Body.String()))
	}
	w := invokeWith(t, api, "pieces", `1`)
	require.Equal(t, `200 one;two;`, fmt.Sprint(w.Code, " ", w.Body), "Invoke collects what streams")
	w = invokeWith(t, api, "pieces", `"fail"`)
	require.Equal(t, `Unhandled {"errorMessage":"halfway","errorType":"custom"}`, fmt.Sprint(w.Header().Get("X-Amz-Function-Error"), " ", w.Body))
	w = invokeWith(t, api, "long", `1`)
	require.Contains(t, w.Body.String(), "Function.ResponseSizeTooLarge")
}

// TestInvokeStreamLimit: a function in this process that takes too long is left, before and after its first piece.
func TestInvokeStreamLimit(t *testing.T) {
	for name, sends := range map[string]string{"at once": "", "after a piece": "one;"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"slow": gateway.StreamHandler(
					func(context.Context, json.RawMessage) (io.ReadCloser, error) {
						return io.NopCloser(io.MultiReader(strings.NewReader(sends), waiting(release))), nil
					})}}
				begin := time.Now()
				answer, end := allEvents(t, invokeWith(t, api, fmt.Sprintf(invokeStreamPath, "slow"), `1`).Body)
				require.Equal(t, 15*time.Minute, time.Since(begin))
				require.Equal(t, sends, answer)
				require.Equal(t, completed{"Unhandled", `{"errorMessage":"Task timed out after 900.00 seconds","errorType":"Sandbox.Timedout"}`, ""}, *end)
				close(release)
			})
		})
	}
}

// waiting is empty, but not before it is closed.
type waiting chan struct{}

func (w waiting) Read([]byte) (int, error) { <-w; return 0, io.EOF }

// TestInvokeStreamProcess: a bootstrap that streams and one that does not: pieces before the end, the log, failures after
// the first piece, a client that goes away, and a function that is closed.
func TestInvokeStreamProcess(t *testing.T) {
	p, plain := function(t, "stream"), function(t, "yes")
	plain.Output = io.Discard
	observed := make(chan gateway.Exchange, 1)
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"stream": p, "plain": plain}, Observe: func(e gateway.Exchange) { observed <- e }}
	srv := httptest.NewServer(api)
	defer srv.Close()
	invoke := func(name, event string) *http.Response {
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+fmt.Sprintf(invokeStreamPath, name), strings.NewReader(event))
		require.NoError(t, err)
		req.Header.Set("X-Amz-Log-Type", "Tail")
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		t.Cleanup(func() { resp.Body.Close() })
		require.Equal(t, 200, resp.StatusCode)
		return resp
	}
	first := func(then string) (resp *http.Response, goOn chan bool) { // with the first piece read
		ask, goOn := gate(t)
		resp = invoke("stream", `{"version":"2.0","rawPath":"/pieces","rawQueryString":"then=`+then+`&ask=`+ask+`","requestContext":{"domainName":"x.lambda-url.us-east-1.on.aws","http":{"method":"GET","path":"/pieces"}}}`)
		got := ""
		for !strings.HasSuffix(got, "one;") {
			chunk, end := nextEvent(t, resp.Body) // the function waits
			require.Nil(t, end)
			got += chunk
		}
		require.Regexp(t, `^{"statusCode":202,.*}\x00{8}one;$`, got)
		return resp, goOn
	}
	for then, want := range map[string]struct{ rest, details string }{
		"": {"two;", ""}, "fail": {"", `"errorMessage":"500 Internal Server Error"`}, "exit": {"", `"errorType":"Runtime.ExitError"`},
	} {
		resp, goOn := first(then)
		close(goOn)
		rest, end := allEvents(t, resp.Body)
		require.Equal(t, want.rest, rest, then)
		require.Contains(t, end.ErrorDetails, want.details, then)
		require.Equal(t, want.details == "", end.ErrorCode == "", then)
		require.Equal(t, want.details == "", (<-observed).Err == nil, then)
		require.Equal(t, want.details == "", end.ErrorDetails == "", then)
	}

	resp, goOn := first("more")
	require.NoError(t, resp.Body.Close())
	close(goOn)
	e := <-observed
	require.NoError(t, e.Err, "the function runs on, to its end")
	require.Len(t, e.Result, 64<<10)

	answer, end := allEvents(t, invoke("plain", `{"do":"ping","arg":"pong"}`).Body)
	require.Contains(t, answer, `"arg":"pong"`)
	log, err := base64.StdEncoding.DecodeString(end.LogResult)
	require.NoError(t, err)
	require.Regexp(t, `(?s)^START RequestId: .*REPORT RequestId: .*Init Duration`, string(log))
	<-observed

	plain.Timeout = 100 * time.Millisecond
	answer, end = allEvents(t, invoke("plain", `{"do":"hang"}`).Body)
	require.Equal(t, []string{"", "Unhandled"}, []string{answer, end.ErrorCode})
	require.Contains(t, end.ErrorDetails, "Task timed out after 0.10 seconds")
	<-observed

	require.NoError(t, plain.Close())
	w := invokeWith(t, api, fmt.Sprintf(invokeStreamPath, "plain"), `1`)
	require.Equal(t, `500 ServiceException {"Message":"the function is closed","Type":"Service"}`, fmt.Sprint(w.Code, " ", w.Header().Get("X-Amzn-Errortype"), " ", w.Body))
	<-observed
}
