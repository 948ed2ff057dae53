package gateway_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

const invokePath = "/2015-03-31/functions/%s/invocations"

// invokeWith sends one request to an InvokeAPI; path is a function's name or a whole path.
func invokeWith(t *testing.T, api http.Handler, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = fmt.Sprintf(invokePath, path)
	}
	r := httptest.NewRequestWithContext(t.Context(), "POST", path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	return w
}

// whoami says what a function knows of its invocation.
func whoami(ctx context.Context, event []byte) ([]byte, error) {
	lc, _ := lambdacontext.FromContext(ctx)
	deadline, ok := ctx.Deadline()
	if string(event) == `"fail"` {
		return nil, custom{errors.New("as told")}
	}
	if string(event) == `"panic"` {
		panic("as told")
	}
	return json.Marshal(map[string]any{
		"arn": lc.InvokedFunctionArn, "title": lc.ClientContext.Client.AppTitle, "custom": lc.ClientContext.Custom,
		"event": string(event), "id": lc.AwsRequestID != "" && ok && !deadline.IsZero(),
	})
}

func TestInvokeAPI(t *testing.T) {
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"who": handlerFunc(whoami)}}
	const arn = "arn:aws:lambda:us-east-1:123456789012:function:who"
	context64 := base64.StdEncoding.EncodeToString([]byte(`{"Client":{"app_title":"T"},"custom":{"a":"b"}}`))
	who := func(arn, event string) string {
		b, _ := json.Marshal(map[string]any{"arn": arn, "title": "", "custom": nil, "event": event, "id": true})
		return string(b)
	}
	for _, row := range []struct {
		path, body string
		header     []string
		status     int
		answer     string
	}{
		{"who", `{"a":1}`, nil, 200, who(arn, `{"a":1}`)},
		{"who", ``, nil, 200, who(arn, `{}`)},
		{"who", `null`, []string{"X-Amz-Invocation-Type", "RequestResponse"}, 200, who(arn, `null`)},
		{"who:live", `1`, nil, 200, who(arn+":live", `1`)},
		{"who:$LATEST", `1`, nil, 200, who(arn+":$LATEST", `1`)},
		{"function:who", `1`, nil, 200, who(arn, `1`)},
		{"123456789012:function:who", `1`, nil, 200, who(arn, `1`)},
		{"210987654321:who:7", `1`, nil, 200, who(arn+":7", `1`)},
		{"arn:aws:lambda:eu-west-1:210987654321:function:who", `1`, nil, 200, who(arn, `1`)},
		{"arn%3Aaws-cn%3Alambda%3Acn-north-1%3A210987654321%3Afunction%3Awho%3Alive", `1`, nil, 200, who(arn+":live", `1`)},
		{fmt.Sprintf(invokePath, "who") + "?Qualifier=7", `1`, nil, 200, who(arn+":7", `1`)},
		{fmt.Sprintf(invokePath, "who:7") + "?Qualifier=7", `1`, nil, 200, who(arn+":7", `1`)},
		{"who", `1`, []string{"X-Amz-Client-Context", context64}, 200, strings.NewReplacer(`"title":""`, `"title":"T"`, `"custom":null`, `"custom":{"a":"b"}`).Replace(who(arn, `1`))},
		{"who", `"fail"`, nil, 200, `{"errorMessage":"as told","errorType":"custom"}`},
		{"who", `"panic"`, nil, 200, `{"errorMessage":"as told","errorType":"string"}`},
		{"who", `1`, []string{"X-Amz-Invocation-Type", "DryRun"}, 204, ""},

		{"nobody", `1`, nil, 404, `ResourceNotFoundException {"Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody","Type":"User"}`},
		{"nobody:live", `1`, []string{"X-Amz-Invocation-Type", "Event"}, 404, `ResourceNotFoundException {"Message":"Function not found: arn:aws:lambda:us-east-1:123456789012:function:nobody:live","Type":"User"}`},
		{"who%20am%20i", `1`, nil, 400, `InvalidParameterValueException {"Type":"User","message":"expected the name or the ARN of a function"}`},
		{"a:b:c:d", `1`, nil, 400, `InvalidParameterValueException {"Type":"User","message":"expected the name or the ARN of a function"}`},
		{strings.Repeat("x", 300), `1`, nil, 400, `InvalidParameterValueException {"Type":"User","message":"expected the name or the ARN of a function"}`},
		{fmt.Sprintf(invokePath, "who:7") + "?Qualifier=8", `1`, nil, 400, `InvalidParameterValueException {"Type":"User","message":"The derived qualifier from the function name does not match the specified qualifier."}`},
		{fmt.Sprintf(invokePath, "who") + "?Qualifier=a:b", `1`, nil, 400, `InvalidParameterValueException {"Type":"User","message":"expected a version or an alias as Qualifier"}`},
		{"who", `1`, []string{"X-Amz-Invocation-Type", "Later"}, 400, `InvalidParameterValueException {"Type":"User","message":"expected the invocation type RequestResponse, Event or DryRun"}`},
		{"who", `1`, []string{"X-Amz-Log-Type", "Head"}, 400, `InvalidParameterValueException {"Type":"User","message":"expected the log type None or Tail"}`},
		{"who", `{"a":`, nil, 400, `InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: byte 5: unexpected end of JSON input"}`},
		{"who", `{}x`, nil, 400, `InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: byte 3: invalid character 'x' after top-level value"}`},
		{"who", "\"\xff\"", nil, 400, `InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: it is not UTF-8"}`},
		{"who", `{`, []string{"X-Amz-Invocation-Type", "Event"}, 400, `InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: byte 1: unexpected end of JSON input"}`},
		{"who", `{`, []string{"X-Amz-Invocation-Type", "DryRun"}, 400, `InvalidRequestContentException {"Type":"User","message":"Could not parse request body into json: byte 1: unexpected end of JSON input"}`},
		{"who", `1`, []string{"X-Amz-Client-Context", "e30"}, 400, `InvalidRequestContentException {"Type":"User","message":"expected a client context of JSON in Base64, of 3583 bytes at most"}`},
		{"who", `1`, []string{"X-Amz-Client-Context", base64.StdEncoding.EncodeToString([]byte(`{"custom":{"a":"` + strings.Repeat("x", 2700) + `"}}`))}, 400, `InvalidRequestContentException {"Type":"User","message":"expected a client context of JSON in Base64, of 3583 bytes at most"}`},
		{"who", `1`, []string{"Origin", "https://evil.example"}, 403, `AccessDeniedException {"Type":"User","message":"web pages may not invoke functions here"}`},
		{"who", `1`, []string{"Sec-Fetch-Site", "cross-site"}, 403, `AccessDeniedException {"Type":"User","message":"web pages may not invoke functions here"}`},
		{"/2015-03-31/functions/who", `1`, nil, 404, `UnknownOperationException {"Type":"User","message":"of Lambda's API there are only Invoke and InvokeWithResponseStream here: POST /2015-03-31/functions/NAME/invocations and POST /2021-11-15/functions/NAME/response-streaming-invocations"}`},
		{"/", `1`, nil, 404, `UnknownOperationException {"Type":"User","message":"of Lambda's API there are only Invoke and InvokeWithResponseStream here: POST /2015-03-31/functions/NAME/invocations and POST /2021-11-15/functions/NAME/response-streaming-invocations"}`},
	} {
		w := invokeWith(t, api, row.path, row.body, row.header...)
		require.Equal(t, row.status, w.Code, "%s %s: %s", row.path, row.body, w.Body)
		require.NotEmpty(t, w.Header().Get("X-Amzn-Requestid"))
		answer := strings.TrimSpace(w.Header().Get("X-Amzn-Errortype") + " " + w.Body.String())
		require.Equal(t, row.answer, answer, "%s %s", row.path, row.body)
		executed, failed := "", ""
		if row.status == 200 {
			executed = "$LATEST"
		}
		if strings.Contains(row.answer, "errorType") {
			failed = "Unhandled"
		}
		require.Equal(t, executed, w.Header().Get("X-Amz-Executed-Version"), row.path)
		require.Equal(t, failed, w.Header().Get("X-Amz-Function-Error"), row.body)
	}
}

// TestInvokeAPIEventSizes: 6 MiB, and 1 MiB where nobody waits for the answer, pass; a byte more does not.
func TestInvokeAPIEventSizes(t *testing.T) {
	seen := make(chan int, 1)
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"f": handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
		seen <- len(event)
		return []byte("null"), nil
	})}}
	for _, row := range []struct {
		kind          string
		limit, status int
	}{{"RequestResponse", 6 << 20, 200}, {"Event", 1 << 20, 202}} {
		event := `"` + strings.Repeat("x", row.limit-2) + `"`
		require.Equal(t, row.status, invokeWith(t, api, "f", event, "X-Amz-Invocation-Type", row.kind).Code)
		require.Equal(t, row.limit, <-seen)
		w := invokeWith(t, api, "f", event+" ", "X-Amz-Invocation-Type", row.kind)
		require.Equal(t, 413, w.Code)
		require.Equal(t, "RequestEntityTooLargeException", w.Header().Get("X-Amzn-Errortype"))
		require.Contains(t, w.Body.String(), fmt.Sprintf("Request must be smaller than %d bytes", row.limit))
	}
}

// TestInvokeAPIEvent: an asynchronous invocation is accepted before the function is done, runs on where the client goes away,
// gets no client context, and is observed with its error. The queue is bounded, and Wait waits for it.
func TestInvokeAPIEvent(t *testing.T) {
	gate, begun := make(chan struct{}), make(chan string, 128)
	var mu sync.Mutex
	var seen []gateway.Exchange
	api := &gateway.InvokeAPI{
		Functions: map[string]lambda.Handler{"slow": handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
			lc, _ := lambdacontext.FromContext(ctx)
			begun <- lc.ClientContext.Client.AppTitle + fmt.Sprint(ctx.Err())
			<-gate
			return nil, errors.New("too late for anybody")
		})},
		Observe: func(e gateway.Exchange) {
			mu.Lock()
			defer mu.Unlock()
			seen = append(seen, e)
		},
	}
	require.NoError(t, api.Wait(t.Context()), "nothing is under way")
	srv := httptest.NewServer(api)
	defer srv.Close()
	event := `"` + strings.Repeat("x", 1<<20-2) + `"`
	accepted := 0
	for accepted < 100 { // where nothing bounds the queue
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+fmt.Sprintf(invokePath, "slow"), strings.NewReader(event))
		require.NoError(t, err)
		req.Header.Set("X-Amz-Invocation-Type", "Event")
		req.Header.Set("X-Amz-Client-Context", base64.StdEncoding.EncodeToString([]byte(`{"Client":{"app_title":"T"}}`)))
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode == 429 {
			require.Equal(t, "TooManyRequestsException", resp.Header.Get("X-Amzn-Errortype"))
			break
		}
		require.Equal(t, 202, resp.StatusCode)
		require.Empty(t, body)
		accepted++
		require.Equal(t, "<nil>", <-begun)
	}
	require.Equal(t, 63, accepted, "64 MiB of events of 1 MiB with their cost")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, api.Wait(ended), context.Canceled)
	close(gate)
	require.NoError(t, api.Wait(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, seen, accepted+1, "the refused one, too")
	for _, e := range seen {
		require.ErrorContains(t, e.Err, map[int]string{202: "too late for anybody", 429: "too many asynchronous invocations"}[e.Status])
		require.Len(t, e.Body, 64<<10)
	}
}

// TestInvokeAPIExchange: what an observer gets is its own, whatever the function does with its memory, and it does not hold
// on to the rest of a large event or result.
func TestInvokeAPIExchange(t *testing.T) {
	var got gateway.Exchange
	result := []byte(`"a"`)
	api := &gateway.InvokeAPI{Observe: func(e gateway.Exchange) { got = e }, Functions: map[string]lambda.Handler{
		"same": handlerFunc(func(_ context.Context, event []byte) ([]byte, error) {
			clear(event)
			return result, nil
		}),
		"large": handlerFunc(func(context.Context, []byte) ([]byte, error) { return make([]byte, 1<<20), nil }),
	}}
	invokeWith(t, api, "same", `"b"`)
	clear(result)
	require.Equal(t, []string{`"b"`, `"b"`, `"a"`, `"a"`}, []string{string(got.Event), string(got.Body), string(got.Result), string(got.Answer)})
	invokeWith(t, api, "large", `"`+strings.Repeat("x", 1<<20)+`"`)
	require.Equal(t, []int{64 << 10, 64 << 10}, []int{len(got.Body), len(got.Answer)})
	require.Less(t, cap(got.Body)+cap(got.Answer), 1<<20)
}

// TestInvokeAPIProcess: what a bootstrap knows, its log, its failures, and what it is when it is closed.
func TestInvokeAPIProcess(t *testing.T) {
	p := function(t, "yes")
	p.Name, p.Region, p.Output = "orders", "eu-west-1", io.Discard
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"orders": p}}
	w := invokeWith(t, api, "orders:live", `{"do":"print","arg":"first line\nlast line"}`, "X-Amz-Log-Type", "Tail",
		"X-Amz-Client-Context", base64.StdEncoding.EncodeToString([]byte(`{"Client":{"app_title":"T"}}`)))
	require.Equal(t, 200, w.Code)
	var got map[string]string
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	id := w.Header().Get("X-Amzn-Requestid")
	require.Equal(t, []string{id, "arn:aws:lambda:eu-west-1:123456789012:function:orders:live", "T"}, []string{got["request"], got["arn"], got["client"]})
	log, err := base64.StdEncoding.DecodeString(w.Header().Get("X-Amz-Log-Result"))
	require.NoError(t, err)
	require.Regexp(t, "(?s)^START RequestId: "+id+" Version: .LATEST\n.*END RequestId: "+id+"\nREPORT RequestId: "+id+"\t.*Init Duration", string(log))

	// On a busy machine what a function has written may be later than its answer, and than what waits for it.
	logs := func(arg, want string) {
		require.Eventually(t, func() bool {
			w := invokeWith(t, api, "orders", `{"do":"print","arg":"`+arg+`"}`, "X-Amz-Log-Type", "Tail")
			log, err = base64.StdEncoding.DecodeString(w.Header().Get("X-Amz-Log-Result"))
			return err == nil && strings.Contains(string(log), want)
		}, 20*time.Second, time.Millisecond, "%s", log)
	}
	logs(`first line\nlast line`, "first line\nlast line\nno line end\nEND RequestId: ")
	logs(strings.Repeat("x", 5000), "xxx\nno line end\nEND RequestId: ")
	require.Len(t, log, 4<<10, "the end is what counts")

	for do, want := range map[string]string{
		"error": `"errorType":"custom"`, "panic": `"errorType":"string"`, "exit": `"errorType":"Runtime.ExitError"`, "big": `"errorType":"Function.ResponseSizeTooLarge"`,
	} {
		w = invokeWith(t, api, "orders", `{"do":"`+do+`","arg":"x"}`)
		require.Equal(t, []string{"200", "Unhandled", "$LATEST"}, []string{fmt.Sprint(w.Code), w.Header().Get("X-Amz-Function-Error"), w.Header().Get("X-Amz-Executed-Version")}, do)
		require.Contains(t, w.Body.String(), want)
	}
	require.NoError(t, p.Close())
	w = invokeWith(t, api, "orders", `1`, "X-Amz-Log-Type", "Tail")
	require.Equal(t, 500, w.Code)
	require.Equal(t, `ServiceException {"Message":"the function is closed","Type":"Service"}`, w.Header().Get("X-Amzn-Errortype")+" "+w.Body.String())
}

// TestFanoutWarmsInstances: one ping to a function with warmup's fan-out warms as many instances as it asks for, each
// once: the function finds the API as it would find Lambda's. No instance is done before the last has its ping.
func TestFanoutWarmsInstances(t *testing.T) {
	const instances = 4
	url, arrived, letGo := meeting(t)
	go func() {
		for range instances {
			<-arrived
		}
		letGo()
	}()
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{}}
	srv := httptest.NewServer(api)
	defer srv.Close()
	p := function(t, "warm", "MEETING="+url, "AWS_ENDPOINT_URL_LAMBDA="+srv.URL, "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local")
	p.Name = "orders"
	var mu sync.Mutex
	pings := make(map[int]int) // by instance
	p.Observe = func(i gateway.Invocation) {
		mu.Lock()
		defer mu.Unlock()
		pings[i.Instance]++
	}
	api.Functions["orders"] = p
	w := invokeWith(t, api, "orders:live", `{"warmer":true}`)
	require.Equal(t, `200 {"warmed":true}`, fmt.Sprint(w.Code, " ", w.Body))
	require.NoError(t, api.Wait(t.Context()))
	mu.Lock()
	defer mu.Unlock()
	require.Len(t, pings, instances)
	for instance, n := range pings {
		require.Equal(t, 1, n, instance)
	}
}

func FuzzInvokeAPI(f *testing.F) {
	for _, seed := range []string{"who", "who:live", "arn:aws:lambda:eu-west-1:210987654321:function:who:7", "a:b:c", "%", "", "\xff"} {
		f.Add(invokePath, seed, `{"a":1}`, "Event", "e30=")
		f.Add(invokeStreamPath, seed, `{"a":1}`, "", "e30=")
	}
	f.Fuzz(func(t *testing.T, path, name, body, kind, client string) {
		api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"who": answering("null")}}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(body))
		r.URL.Path = strings.Replace(path, "%s", name, 1)
		r.Header.Set("X-Amz-Invocation-Type", kind)
		r.Header.Set("X-Amz-Client-Context", client)
		w := httptest.NewRecorder()
		api.ServeHTTP(w, r)
		require.NoError(t, api.Wait(t.Context()))
		if w.Code >= 400 {
			var e struct{ Type, Message string }
			require.NoError(t, json.Unmarshal(w.Body.Bytes(), &e))
			require.NotEmpty(t, e.Message)
			require.NotEmpty(t, w.Header().Get("X-Amzn-Errortype"))
		}
		if w.Header().Get("Content-Type") == "application/vnd.amazon.eventstream" {
			answer, end := allEvents(t, w.Body)
			require.Equal(t, []string{"null", ""}, []string{answer, end.ErrorCode})
		}
	})
}
