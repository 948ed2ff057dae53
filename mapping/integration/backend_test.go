package integration_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// backendRequest is a request with something at every place that request parameters are taken from.
func backendRequest() integration.Request {
	return integration.Request{
		Input: vtl.Input{
			Body: []byte(`{"id":7,"list":["a","b"]}`), Path: map[string]string{"id": "a/b"}, Query: map[string]string{"q": "2"},
			Header: map[string]string{"x-a": "second"}, Context: map[string]any{"requestId": "r1", "identity": map[string]any{"sourceIp": "1.2.3.4"}},
			StageVariables: map[string]string{"key": "secret"},
		},
		Header: http.Header{"X-A": {"first", "second"}}, Query: url.Values{"q": {"1", "2"}}, Path: map[string]string{"id": "a%2Fb"},
	}
}

func TestRequestParameters(t *testing.T) {
	for _, row := range []struct{ target, source, path, query, header string }{
		{"header.X-B", "'literal'", "", "", "literal"},
		{"header.X-B", "method.request.header.X-A", "", "", "second"},
		{"header.X-B", "method.request.header.X-None", "", "", ""},
		{"header.X-B", "method.request.querystring.q", "", "", "2"},
		{"header.X-B", "method.request.path.id", "", "", "a/b"},
		{"header.X-B", "method.request.body.list[1]", "", "", "b"},
		{"header.X-B", "method.request.body", "", "", `{"id":7,"list":["a","b"]}`},
		{"header.X-B", "context.identity.sourceIp", "", "", "1.2.3.4"},
		{"header.X-B", "stageVariables.key", "", "", "secret"},
		{"querystring.p", "method.request.multivaluequerystring.q", "", "p=1&p=2", ""},
		{"querystring.p", "method.request.multivalueheader.x-a", "", "p=first&p=second", ""},
		{"path.p", "method.request.path.id", "a%2Fb", "", ""},
		{"path.p", "method.request.header.X-A", "second", "", ""},
		{"path.p", "'a/b?c'", "a%2Fb%3Fc", "", ""},
	} {
		i := compile(t, integration.Templates{Parameters: map[string]string{"integration.request." + row.target: row.source}})
		call, err := i.Call(backendRequest())
		require.NoError(t, err, row)
		out, err := call.Outgoing()
		require.NoError(t, err, row)
		require.Equal(t, row.path, out.Path["p"], row)
		require.Equal(t, row.query, out.Query.Encode(), row)
		require.Equal(t, row.header, out.Header.Get("X-B"), row)
	}
}

func TestRequestParametersRefused(t *testing.T) {
	for _, row := range [][3]string{
		{"header.X-B", "'a'", "expected integration.request.header"},
		{"integration.request.cookie.a", "'a'", "expected integration.request.header, .querystring or .path"},
		{"integration.request.header.", "'a'", "with a name"},
		{"integration.request.header.Transfer-Encoding", "'chunked'", "a backend gets no such header"},
		{"integration.request.header.A B", "'a'", "a backend gets no such header"},
		{"integration.request.header.A", "method.request.cookie.a", "cannot map"},
		{"integration.request.header.A", "integration.response.header.a", "cannot map"},
		{"integration.request.header.A", "method.request.body.a')#set($x=1)", "cannot map"},
		{"integration.request.header.A", "'a\r\nb'", "line break"},
	} {
		_, err := integration.Compile(integration.Templates{Parameters: map[string]string{row[0]: row[1]}})
		require.ErrorContains(t, err, row[2], row)
	}
}

// TestRequestOverride: what the request template sets wins over parameters, but for what a backend gets from no client.
func TestRequestOverride(t *testing.T) {
	i := compile(t, integration.Templates{
		Request: map[string]string{"application/json": `#set($context.requestOverride.header.X-B = "over")#set($context.requestOverride.path.p = "x y")` +
			`#set($context.requestOverride.querystring.q = 3)#set($context.requestOverride.header.Connection = "close")made`},
		Parameters: map[string]string{"integration.request.header.X-B": "'under'"},
	})
	call, err := i.Call(backendRequest())
	require.NoError(t, err)
	out, err := call.Outgoing()
	require.NoError(t, err)
	require.Equal(t, http.Header{"X-B": {"over"}}, out.Header)
	require.Equal(t, map[string]string{"p": "x%20y"}, out.Path)
	require.Equal(t, url.Values{"q": {"3"}}, out.Query)
	require.Equal(t, "made", string(out.Body))
}

// TestBackend: patterns are held against the status, all of it, and headers can be taken from the backend's.
func TestBackend(t *testing.T) {
	i := compile(t, integration.Templates{Responses: []integration.Response{
		{Pattern: `2\d{2}`, Status: 201, Headers: map[string]string{
			"X-One": "integration.response.header.x-many", "X-All": "integration.response.multivalueheader.X-Many",
			"X-Id": "integration.response.body.id", "X-None": "integration.response.header.X-None",
		}},
		{Pattern: "4", Status: 418},
		{Pattern: "404", Status: 410, Templates: map[string]string{"application/json": `{"gone": $input.json('$.id')}`}},
		{Status: 502, Headers: map[string]string{"X-Fixed": "'yes'"}},
	}})
	call, err := i.Call(backendRequest())
	require.NoError(t, err)
	header := http.Header{"X-Many": {"a", "b"}}
	for _, row := range []struct {
		from, to int
		body     string
		header   http.Header
	}{
		{204, 201, `{"id": 1}`, http.Header{"X-One": {"b"}, "X-All": {"a", "b"}, "X-Id": {"1"}}},
		{404, 410, `{"gone": 1}`, http.Header{}},
		{500, 502, `{"id": 1}`, http.Header{"X-Fixed": {"yes"}}},
	} {
		a, err := call.Backend(row.from, header, []byte(`{"id": 1}`))
		require.NoError(t, err)
		row.header.Set("Content-Type", "application/json")
		require.Equal(t, row.to, a.Status)
		require.Equal(t, row.body, string(a.Body))
		require.Equal(t, row.header, a.Header)
	}
	a, err := call.Backend(200, nil, []byte("\xff"))
	require.NoError(t, err)
	require.Equal(t, "\uFFFD", string(a.Body), "what is not binary is text")
}
