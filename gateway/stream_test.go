package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
)

// streaming is the bootstrap of functions that stream: as many bytes as the query says, or two pieces, the second when
// the server at ask has answered.
func streaming() *router.Router {
	r := router.New()
	r.Get("/pieces", func(_ context.Context, req *router.Request) (*router.Response, error) {
		resp := router.StreamFunc(http.StatusAccepted, "text/event-stream", func(w io.Writer) error {
			_, _ = io.WriteString(w, "one;") // an error ends the second write as well
			resp, err := http.Get(req.Query().Get("ask"))
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			switch req.Query().Get("then") {
			case "fail":
				return errors.New("halfway")
			case "exit":
				os.Exit(4)
			case "more": // than any buffer on the way holds
				if _, err := io.CopyN(w, endless{}, 16<<20); err != nil {
					return err
				}
			}
			if _, err = io.WriteString(w, "two;"); err != nil {
				return err // nobody takes it
			}
			if asked, _ := http.Get(req.Query().Get("ask")); asked != nil {
				_ = asked.Body.Close()
			}
			return nil
		})
		resp.Header.Add("Set-Cookie", "a=1")
		resp.Header.Add("Set-Cookie", "b=2")
		return resp, nil
	})
	r.Get("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		size, err := strconv.Atoi(req.Query().Get("size"))
		if err != nil {
			return nil, err
		}
		return router.StreamFunc(http.StatusCreated, "text/csv", func(w io.Writer) error {
			_, err := io.CopyN(w, endless{}, int64(size))
			return err
		}), nil
	})
	return r
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, strings.Repeat("x", len(p))), nil }

// TestPieces: a piece reaches the client when the function has sent it, through the whole server, from a handler in this
// process and from a bootstrap, with the status and the headers of the prelude.
func TestPieces(t *testing.T) {
	p := function(t, "stream")
	for name, h := range map[string]gateway.StreamHandler{"in process": streaming().Stream, "bootstrap": p.Stream} {
		for _, kind := range []gateway.Kind{gateway.REST, gateway.FunctionURL} {
			t.Run(name+" "+kind.String(), func(t *testing.T) {
				asked, goOn := gate(t)
				var seen gateway.Exchange
				done := make(chan bool)
				cfg := gateway.Config{Kind: kind, Observe: func(e gateway.Exchange) { seen = e; close(done) }}
				if kind == gateway.FunctionURL {
					cfg.CORS = &gateway.CORS{AllowOrigins: []string{"*"}} // whose writer must flush as well
				}
				addr := serve(t, newGateway(t, cfg, streamRoute(kind, h)))
				resp, err := http.Get("http://" + addr + "/pieces?ask=" + asked)
				require.NoError(t, err)
				defer resp.Body.Close()
				require.Equal(t, http.StatusAccepted, resp.StatusCode)
				require.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
				require.Equal(t, []string{"a=1", "b=2"}, resp.Header["Set-Cookie"])
				require.Equal(t, int64(-1), resp.ContentLength)
				first := make([]byte, 4)
				_, err = io.ReadFull(resp.Body, first) // the function waits
				require.NoError(t, err)
				require.Equal(t, "one;", string(first))
				close(goOn)
				rest, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				require.Equal(t, "two;", string(rest))
				<-done
				require.Equal(t, "one;two;", string(seen.Answer))
				require.Contains(t, string(seen.Result), `{"statusCode":202,`)
				require.NotEmpty(t, seen.InvocationID)
				require.NoError(t, seen.Err)
			})
		}
	}
}

func streamRoute(kind gateway.Kind, h gateway.StreamHandler) gateway.Route {
	path := "/{proxy+}"
	if kind != gateway.REST {
		path = "$default"
	}
	return gateway.Route{Path: path, Integration: gateway.Stream(h)}
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

// TestStreamBreaksOff: what fails after the first piece ends the connection, and the log says why; the next request is
// served. The function fails when the client has that piece, so that it is surely sent.
func TestStreamBreaksOff(t *testing.T) {
	p := function(t, "stream")
	logged := &buffer{}
	g := newGateway(t, gateway.Config{Log: slog.New(slog.NewTextHandler(logged, nil))}, streamRoute(gateway.REST, p.Stream))
	addr := serve(t, g)
	for then, want := range map[string]string{"fail": "Internal Server Error", "exit": "Runtime"} {
		asked, goOn := gate(t)
		resp, err := http.Get("http://" + addr + "/pieces?then=" + then + "&ask=" + asked)
		require.NoError(t, err)
		first := make([]byte, 4)
		_, err = io.ReadFull(resp.Body, first)
		require.NoError(t, err, then)
		require.Equal(t, "one;", string(first), then)
		close(goOn)
		rest, err := io.ReadAll(resp.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, then)
		require.Empty(t, rest, then)
		require.NoError(t, resp.Body.Close())
		require.Eventually(t, func() bool { return strings.Contains(logged.String(), want) }, time.Minute, time.Millisecond, logged.String())
	}
	resp, err := http.Get("http://" + addr + "/big?size=3")
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, "xxx", string(body))
	require.NoError(t, resp.Body.Close())
}

// TestStreamOfBadFunctions: what fails before the end of the prelude gives the client what any other function gives.
func TestStreamOfBadFunctions(t *testing.T) {
	reading := func(text string) gateway.StreamHandler {
		return func(context.Context, json.RawMessage) (io.ReadCloser, error) {
			return typed{strings.NewReader(text)}, nil
		}
	}
	const mark = "\x00\x00\x00\x00\x00\x00\x00\x00"
	for name, tc := range map[string]struct {
		h         gateway.StreamHandler
		rest, url int
	}{
		"error":  {func(context.Context, json.RawMessage) (io.ReadCloser, error) { return nil, errors.New("x") }, 502, 502},
		"panic":  {func(context.Context, json.RawMessage) (io.ReadCloser, error) { panic("x") }, 502, 502},
		"goexit": {func(context.Context, json.RawMessage) (io.ReadCloser, error) { runtime.Goexit(); return nil, nil }, 502, 502},
		"hang":   {func(context.Context, json.RawMessage) (io.ReadCloser, error) { select {} }, 504, 504},
		"waits": {func(ctx context.Context, _ json.RawMessage) (io.ReadCloser, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}, 504, 504},
		"nothing":         {reading(""), 502, 502},
		"no prelude":      {reading(`{"statusCode":200}`), 502, 502},
		"prelude of 17K":  {reading(`{"statusCode":200,"headers":{"a":"` + strings.Repeat("x", 17<<10) + `"}}` + mark), 502, 502},
		"bad prelude":     {reading(`{"statusCode":"x"}` + mark), 502, 502},
		"header injected": {reading(`{"statusCode":200,"headers":{"a":"b\r\nc: d"}}` + mark), 502, 502},
		"no body":         {reading(`{"statusCode":204}` + mark), 204, 204},
		"fine":            {reading(`{"statusCode":200}` + mark + "body"), 200, 200},
	} {
		for kind, want := range map[gateway.Kind]int{gateway.REST: tc.rest, gateway.FunctionURL: tc.url} {
			cfg := gateway.Config{Kind: kind}
			if want == http.StatusGatewayTimeout {
				cfg.Timeout = 10 * time.Millisecond
			}
			g := newGateway(t, cfg, streamRoute(kind, tc.h))
			require.Equal(t, want, do(g, "GET", "/x", "").Code, "%s %v", name, kind)
		}
	}
}

// TestStreamOfDeadFunctions: the process exits before it asks for its first invocation.
func TestStreamOfDeadFunctions(t *testing.T) {
	dead := function(t, "exit")
	for _, kind := range []gateway.Kind{gateway.REST, gateway.FunctionURL} {
		require.Equal(t, 502, do(newGateway(t, gateway.Config{Kind: kind}, streamRoute(kind, dead.Stream)), "GET", "/x", "").Code)
	}
}

type typed struct{ io.Reader }

func (typed) Close() error        { return nil }
func (typed) ContentType() string { return "application/vnd.awslambda.http-integration-response" }

// TestStreamWithoutPrelude: behind a function URL an answer of another type is the body.
func TestStreamWithoutPrelude(t *testing.T) {
	for want, p := range map[string]*gateway.Process{"application/json": function(t, "yes"), "": function(t, "raw")} {
		g := newGateway(t, gateway.Config{Kind: gateway.FunctionURL}, streamRoute(gateway.FunctionURL, p.Stream))
		w := do(g, "GET", "/x", "")
		require.Equal(t, 200, w.Code)
		require.Contains(t, w.Body.String(), "pid")
		require.Equal(t, orElse(want, "application/octet-stream"), w.Header().Get("Content-Type"))
	}
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// TestStreamWithoutClient: the function runs to its end where the client goes away, and its instance takes the next.
func TestStreamWithoutClient(t *testing.T) {
	for name, h := range map[string]gateway.StreamHandler{"in process": streaming().Stream, "bootstrap": function(t, "stream").Stream} {
		t.Run(name, func(t *testing.T) {
			goOn, asks := make(chan bool), make(chan bool, 2)
			srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asks <- true; <-goOn }))
			defer srv.Close()
			ctx, cancel := context.WithCancel(t.Context())
			addr := serve(t, newGateway(t, gateway.Config{}, streamRoute(gateway.REST, h)))
			req, err := http.NewRequestWithContext(ctx, "GET", "http://"+addr+"/pieces?then=more&ask="+srv.URL, nil)
			require.NoError(t, err)
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			<-asks // it has written the first piece
			cancel()
			_, err = io.ReadAll(resp.Body)
			require.Error(t, err)
			close(goOn)
			<-asks // after the second one
		})
	}
}

// TestStreamLimits: a streamed answer has 200 MiB at most.
func TestStreamLimits(t *testing.T) {
	g := newGateway(t, gateway.Config{}, streamRoute(gateway.REST, streaming().Stream))
	for size, fails := range map[int]bool{200<<20 - 1000: false, 200<<20 + 1: true} { // the prelude counts
		w := &counter{header: http.Header{}}
		run := func() { g.ServeHTTP(w, httptest.NewRequest("GET", "/big?size="+strconv.Itoa(size), nil)) }
		if fails {
			require.Panics(t, run)
			continue
		}
		run()
		require.Equal(t, size, w.n)
	}
	for _, kind := range []gateway.Kind{gateway.HTTP, gateway.ALB} {
		_, err := gateway.New(gateway.Config{Kind: kind}, streamRoute(kind, streaming().Stream))
		require.ErrorContains(t, err, "does not stream")
	}
	_, err := gateway.New(gateway.Config{}, streamRoute(gateway.REST, nil))
	require.ErrorContains(t, err, "without a handler")
}

// counter has no Flush, which is no reason to give up.
type counter struct {
	header http.Header
	n      int
}

func (c *counter) Header() http.Header         { return c.header }
func (c *counter) WriteHeader(int)             {}
func (c *counter) Write(b []byte) (int, error) { c.n += len(b); return len(b), nil }

func TestStreamedAnswers(t *testing.T) {
	p := function(t, "stream")
	for kind, path := range map[gateway.Kind]string{gateway.REST: "/{proxy+}", gateway.FunctionURL: "$default"} {
		g, err := gateway.New(gateway.Config{Kind: kind}, gateway.Route{Path: path, Integration: gateway.Proxy(p)})
		require.NoError(t, err)
		for _, size := range []int{0, 5, 7 << 20} { // the last is above the limit of other answers
			w := httptest.NewRecorder()
			g.ServeHTTP(w, httptest.NewRequest("GET", "/big?size="+strconv.Itoa(size), nil))
			require.Equal(t, http.StatusCreated, w.Code, "%v %d", kind, size)
			require.Equal(t, "text/csv", w.Header().Get("Content-Type"))
			require.Equal(t, size, strings.Count(w.Body.String(), "x"))
			require.Equal(t, size, w.Body.Len())
		}
	}
}

// One that cannot stream gets a whole answer, with the limit of whole answers.
func TestStreamedAnswersOfHTTPAPIs(t *testing.T) {
	g, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "$default", Integration: gateway.Proxy(function(t, "stream"))})
	require.NoError(t, err)
	for size, status := range map[int]int{5: http.StatusCreated, 7 << 20: http.StatusInternalServerError} {
		w := httptest.NewRecorder()
		g.ServeHTTP(w, httptest.NewRequest("GET", "/big?size="+strconv.Itoa(size), nil))
		require.Equal(t, status, w.Code, size)
	}
}
