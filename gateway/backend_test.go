package gateway_test

import (
	"fmt"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// echoServer answers with what it has got; the query status=N chooses the status.
func echoServer(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Set("X-Backend", "yes")
		w.Header().Set("Location", "/elsewhere")
		w.Header().Set("Content-Type", "text/plain")
		var status int
		if _, err := fmt.Sscan(r.FormValue("status"), &status); err == nil {
			w.WriteHeader(status)
		}
		fmt.Fprintf(w, "%s %s|%s|%s|%s|%s", r.Method, r.URL.RequestURI(), r.Header.Get("Content-Type"), r.Header.Get("X-A"), r.Header.Get("Secret"), body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func serveOne(t *testing.T, cfg gateway.Config, i gateway.Integration, req *http.Request) *httptest.ResponseRecorder {
	t.Helper()
	g, err := gateway.New(cfg, gateway.Route{Path: "/users/{id}", Integration: i})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, req)
	return w
}

func TestBackend(t *testing.T) {
	url := echoServer(t)
	templates := gateway.Templates{
		Request:    map[string]string{"application/json": `{"wrapped": $input.json('$')}`},
		Parameters: map[string]string{"integration.request.path.user": "method.request.path.id", "integration.request.header.X-A": "method.request.header.X-From", "integration.request.querystring.status": "method.request.querystring.s"},
		Responses: []gateway.Response{
			{Pattern: "2..", Templates: map[string]string{"application/json": `{"said": "$input.body"}`}, Headers: map[string]string{"X-To": "integration.response.header.X-Backend"}},
			{Pattern: "3..", Status: 307, Headers: map[string]string{"Location": "integration.response.header.Location"}},
			{Status: 500, Headers: map[string]string{"X-To": "'default'"}},
		},
	}
	cfg := gateway.Config{StageVariables: map[string]string{"root": "v1"}}
	for _, row := range []struct {
		method, query, body string
		status              int
		want, to            string
	}{
		{"POST", "", `{"a":1}`, 200, `{"said": "POST /v1/a%2Fb?k=v|application/json|from||{"wrapped": {"a":1}}"}`, "yes"},
		{"GET", "?other=1", "", 200, `{"said": "GET /v1/a%2Fb?k=v|application/json|from||"}`, "yes"},
		{"POST", "?s=404", `{}`, 500, `POST /v1/a%2Fb?k=v&status=404|application/json|from||{"wrapped": {}}`, "default"},
		{"POST", "?s=302", `{}`, 307, `POST /v1/a%2Fb?k=v&status=302|application/json|from||{"wrapped": {}}`, ""},
	} {
		req := httptest.NewRequest(row.method, "/users/a%2Fb"+row.query, strings.NewReader(row.body))
		req.Header.Set("X-From", "from")
		req.Header.Set("Secret", "of the client")
		w := serveOne(t, cfg, gateway.Backend(url+"/${stageVariables.root}/{user}?k=v", "", templates), req)
		require.Equal(t, row.status, w.Code, w.Body)
		require.Equal(t, row.want, w.Body.String())
		require.Equal(t, row.to, w.Header().Get("X-To"))
		require.Equal(t, "application/json", w.Header().Get("Content-Type"))
	}
	w := serveOne(t, cfg, gateway.Backend(url, "PUT", gateway.Templates{Passthrough: gateway.Never}), httptest.NewRequest("POST", "/users/1", strings.NewReader("x")))
	require.Equal(t, 415, w.Code)
	w = serveOne(t, cfg, gateway.Backend(url, "PUT", gateway.Templates{}), httptest.NewRequest("POST", "/users/1", strings.NewReader("x")))
	require.Equal(t, "PUT /|application/json|||x", w.Body.String())
}

func TestBackendProxy(t *testing.T) {
	url := echoServer(t)
	parameters := map[string]string{"integration.request.path.user": "method.request.path.id", "integration.request.header.X-A": "context.stage"}
	req := func(target string) *http.Request {
		r := httptest.NewRequest("POST", target, strings.NewReader("body"))
		r.Header.Set("Secret", "of the client")
		r.Header.Set("Content-Type", "text/x")
		return r
	}
	w := serveOne(t, gateway.Config{}, gateway.BackendProxy(url+"/{user}?k=v", "", parameters), req("/users/a%2Fb?q=a%3Bb&q=2&status=302"))
	require.Equal(t, "POST /a%2Fb?k=v&q=a%3Bb&q=2&status=302|text/x|prod|of the client|body", w.Body.String())
	require.Equal(t, 302, w.Code, "no redirect is followed")
	require.Equal(t, "yes", w.Header().Get("X-Backend"))
	w = serveOne(t, gateway.Config{Kind: gateway.HTTP}, gateway.BackendProxy(url+"/{id}", "PUT", nil), req("/users/a%20b"))
	require.Equal(t, "PUT /a%20b|text/x||of the client|body", w.Body.String())
}

// TestBackendPath: a path variable stays one value of the backend's URI, whatever a client puts into it.
func TestBackendPath(t *testing.T) {
	url := echoServer(t)
	parameters := map[string]string{"integration.request.path.id": "method.request.path.id"}
	rest := gateway.Backend(url+"/u/{id}?k={id}&admin=0", "GET", gateway.Templates{Parameters: parameters})
	proxy := gateway.BackendProxy(url+"/u/{id}?k={id}&admin=0", "GET", parameters)
	httpAPI := gateway.BackendProxy(url+"/u/{id}", "GET", nil)
	for _, row := range []struct {
		kind        gateway.Kind
		integration gateway.Integration
		id, want    string
	}{
		{gateway.REST, rest, "a&admin=1", "/u/a&admin=1?k=a%26admin%3D1&admin=0"},
		{gateway.REST, rest, "a%26b%3Fc+d%20e", "/u/a%26b%3Fc+d%20e?k=a%26b%3Fc%2Bd+e&admin=0"},
		{gateway.REST, proxy, "a;b", "/u/a;b?k=a%3Bb&admin=0"},
		{gateway.HTTP, httpAPI, "..%2Fadmin", "/u/..%2Fadmin"},
	} {
		w := serveOne(t, gateway.Config{Kind: row.kind}, row.integration, httptest.NewRequest("GET", "/users/"+row.id, nil))
		got, _, _ := strings.Cut(w.Body.String(), "|")
		require.Equal(t, "GET "+row.want, got)
	}
	g, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/{all+}", Integration: gateway.BackendProxy(url+"/u/{all}", "", nil)})
	require.NoError(t, err)
	w := httptest.NewRecorder()
	g.ServeHTTP(w, httptest.NewRequest("GET", "/a/b%20c", nil))
	require.Contains(t, w.Body.String(), "GET /u/a/b%20c|")
}

// TestBackendLog: what goes wrong with a backend is for the gateway's log, and for no other.
func TestBackendLog(t *testing.T) {
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "half")
	}))
	defer cut.Close()
	var own, standard strings.Builder
	log.SetOutput(&standard)
	defer log.SetOutput(os.Stderr)
	for _, to := range []*slog.Logger{nil, slog.New(slog.NewTextHandler(&own, nil))} {
		g, err := gateway.New(gateway.Config{Log: to}, gateway.Route{Path: "/", Integration: gateway.BackendProxy(cut.URL, "", nil)})
		require.NoError(t, err)
		s := httptest.NewServer(g)
		resp, err := http.Get(s.URL)
		require.NoError(t, err)
		_, err = io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		resp.Body.Close()
		s.Close()
	}
	require.Empty(t, standard.String())
	require.Contains(t, own.String(), "unexpected EOF")
}

// TestBackendFails: what a backend that does not answer gives the client.
func TestBackendFails(t *testing.T) {
	const nobody = "http://127.0.0.1:1" // a port of the system's that nobody has used in decades
	large := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 10<<20+1)) }))
	defer large.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "9")
		_, _ = io.WriteString(w, "half")
	}))
	defer cut.Close()
	const network = `{"message":"Network error communicating with endpoint"}`
	for _, row := range []struct {
		integration gateway.Integration
		status      int
		body        string
	}{
		{gateway.Backend(nobody, "", gateway.Templates{}), 504, network},
		{gateway.BackendProxy(nobody, "", nil), 504, network},
		{gateway.Backend(cut.URL, "", gateway.Templates{}), 504, network},
		{gateway.Backend(large.URL, "", gateway.Templates{}), 502, `{"message":"Internal server error"}`},
		{gateway.Backend("http://{host}/", "", gateway.Templates{}), 500, `{"message":"Internal server error"}`},
	} {
		w := serveOne(t, gateway.Config{}, row.integration, httptest.NewRequest("GET", "/users/1", nil))
		require.Equal(t, row.status, w.Code)
		require.JSONEq(t, row.body, w.Body.String())
	}
	for _, bad := range []string{"", "ftp://x", "/path", "http://", "{host}/x"} {
		_, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/", Integration: gateway.Backend(bad, "", gateway.Templates{})})
		require.ErrorContains(t, err, "expected an http or https URL", bad)
	}
	_, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/", Integration: gateway.Backend(nobody, "", gateway.Templates{})})
	require.ErrorContains(t, err, "proxy integrations only")
}

// TestBackendTimesOut: 504 after the time-out of the integration.
func TestBackendTimesOut(t *testing.T) {
	hang := make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-hang }))
	defer s.Close()
	defer close(hang)
	for _, i := range []gateway.Integration{gateway.Backend(s.URL, "", gateway.Templates{}), gateway.BackendProxy(s.URL, "", nil)} {
		w := serveOne(t, gateway.Config{Timeout: 20 * time.Millisecond}, i, httptest.NewRequest("GET", "/users/1", nil))
		require.Equal(t, 504, w.Code)
		require.JSONEq(t, `{"message":"Endpoint request timed out"}`, w.Body.String())
	}
}
