package gateway_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// TestRawRuntime: other runtimes report errors in other ways.
func TestRawRuntime(t *testing.T) {
	var out buffer
	p := function(t, "raw")
	p.Output = &out
	for event, want := range map[string]gateway.FunctionError{
		"error that is not JSON": {Type: "FromHeader", Message: "plain text"},
		"error without a type":   {Type: "FromHeader", Message: "m"},
		"error in a trailer":     {Type: "Late", Message: "too late"},
	} {
		_, err := p.Invoke(t.Context(), []byte(`"`+event+`"`))
		fe := functionError(t, err)
		require.Equal(t, want, gateway.FunctionError{Type: fe.Type, Message: fe.Message, Trace: fe.Trace}, event)
	}
	answer, err := p.Invoke(t.Context(), []byte(`"twice"`))
	require.NoError(t, err)
	require.Equal(t, "1", string(answer))
	_, err = p.Invoke(t.Context(), []byte(`"after"`))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return out.String() == "second answer: 400\n" }, time.Minute, time.Millisecond, "output comes through a pipe")
}

func TestRawRuntimeInitError(t *testing.T) {
	p := function(t, "raw", `INIT={"errorType":"Init.Bad","errorMessage":"no table"}`)
	_, err := p.Invoke(t.Context(), []byte("{}"))
	fe := functionError(t, err)
	require.Equal(t, "Init.Bad", fe.Type)
	require.JSONEq(t, `{"errorType":"Init.Bad","errorMessage":"no table"}`, string(fe.Payload))
}

// TestRuntimeAPI: the address is for the instance alone, and an unknown invocation is refused.
func TestRuntimeAPI(t *testing.T) {
	p := function(t, "yes")
	addr := mustSend(t, p, "ping", "AWS_LAMBDA_RUNTIME_API")["env"]
	base := "http://" + addr + "/2018-06-01/runtime/invocation/"
	for _, tc := range []struct {
		method, url, header, value string
		want                       int
	}{
		{"GET", base + "next", "Host", "evil.example", 403},
		{"GET", base + "next", "Origin", "http://evil.example", 403},
		{"GET", base + "next", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", base + "guess/response", "", "", 400},
		{"POST", base + "guess/error", "", "", 400},
		{"GET", "http://" + addr + "/", "", "", 404},
	} {
		r, err := http.NewRequestWithContext(t.Context(), tc.method, tc.url, strings.NewReader("{}"))
		require.NoError(t, err)
		if tc.header == "Host" {
			r.Host = tc.value
		} else if tc.header != "" {
			r.Header.Set(tc.header, tc.value)
		}
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		require.Equal(t, tc.want, resp.StatusCode, "%v", tc)
	}
	mustSend(t, p, "ping", "")
}
