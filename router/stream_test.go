package router

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
)

// A tracked stream tells whether it was read and closed.
type tracked struct {
	io.Reader
	read, closed bool
}

func (s *tracked) Read(p []byte) (int, error) { s.read = true; return s.Reader.Read(p) }
func (s *tracked) Close() error               { s.closed = true; return nil }

// streaming returns a router that answers every path with the response.
func streaming(resp func() *Response, mw ...Middleware) *Router {
	r := New(mw...)
	r.Handle("/{proxy+}", func(context.Context, *Request) (*Response, error) { return resp(), nil })
	return r
}

func readAll(t *testing.T, r *Router, ctx context.Context, event string) (string, error) {
	t.Helper()
	out, err := r.Stream(ctx, []byte(event))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	got, err := io.ReadAll(out)
	return string(got), err
}

func TestStreamedAnswers(t *testing.T) {
	resp := func() *Response {
		return &Response{Status: 201, Header: http.Header{"Content-Type": {"text/csv"}, "X-A": {"1", "2"}, "Set-Cookie": {"a=1", "b=2"}, "Content-Length": {"3"}}, Stream: strings.NewReader("id\n\xff")}
	}
	r := streaming(resp)
	for name, tt := range map[string]struct{ event, want string }{
		"a function URL": {urlEvent, `{"statusCode":201,"headers":{"Content-Type":"text/csv","X-A":"1, 2"},"cookies":["a=1","b=2"]}` + preludeEnd + "id\n\xff"},
		"a REST API":     {restEvent, `{"statusCode":201,"headers":{"Content-Type":"text/csv"},"multiValueHeaders":{"Set-Cookie":["a=1","b=2"],"X-A":["1","2"]}}` + preludeEnd + "id\n\xff"},
	} {
		if got, err := readAll(t, r, t.Context(), tt.event); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v; want %q", name, got, err, tt.want)
		}
	}
	// What cannot stream gets what Invoke answers.
	version1 := string(mergeEvent(t, restEvent, `{"version":"1.0"}`))
	for name, event := range map[string]string{"HTTP": httpEvent, "HTTP, version 1.0": version1, "ALB": albEvent, "Lattice": latticeEvent2} {
		got, err := readAll(t, r, t.Context(), event)
		want, err2 := r.Invoke(t.Context(), []byte(event))
		if got != string(want) || !strings.Contains(got, `"isBase64Encoded":true`) || errors.Join(err, err2) != nil {
			t.Errorf("%s: %q, %v; want %q, %v", name, got, err, want, err2)
		}
	}
	if out, err := r.Stream(t.Context(), []byte(`{"source":"aws.events"}`)); out != nil || !errors.Is(err, ErrNotHTTP) {
		t.Errorf("%v, %v", out, err)
	}
}

// The runtime of aws-lambda-go looks at the answer's methods to see whether it streams.
func TestStreamIsAHandlerOfTheRuntime(t *testing.T) {
	r := streaming(func() *Response { return Stream(200, "text/plain", strings.NewReader("{}")) })
	h := lambda.NewHandler(r.Stream)
	for event, want := range map[string]string{
		urlEvent:  `{"statusCode":200,"headers":{"Content-Type":"text/plain"}}` + preludeEnd + "{}",
		httpEvent: `{"statusCode":200,"headers":{"Content-Type":"text/plain"},"body":"{}","isBase64Encoded":false}`,
	} {
		if out, err := h.Invoke(t.Context(), []byte(event)); string(out) != want || err != nil {
			t.Errorf("%s, %v; want %s", out, err, want)
		}
	}
}

// Answers that are not streams take the same form, errors included.
func TestStreamOfWholeAnswers(t *testing.T) {
	var r Router
	r.Get("/x", named("a body"))
	if got, err := readAll(t, &r, t.Context(), urlEvent); !strings.HasSuffix(got, "}"+preludeEnd+"a body") || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	got, err := readAll(t, &r, t.Context(), string(mergeEvent(t, urlEvent, `{"rawPath":"/none"}`)))
	if !strings.HasPrefix(got, `{"statusCode":404,"headers":{"Content-Type":"application/problem+json"}}`+preludeEnd+`{`) || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestStreamsThatAreCollected(t *testing.T) {
	failed := errors.New("the table is gone")
	for name, tt := range map[string]struct {
		resp   *Response
		stream io.Reader
		want   string // in the answer
		reads  bool
	}{
		"text":        {Stream(200, "text/plain", nil), strings.NewReader("abc"), `"body":"abc"`, true},
		"an error":    {Stream(200, "text/plain", nil), io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(failed)), `"statusCode":500`, true},
		"too large":   {Stream(200, "text/plain", nil), io.LimitReader(endless{}, maxAnswer+1), "larger than the 6291556 bytes", true},
		"no content":  {Stream(204, "text/plain", nil), strings.NewReader("abc"), `"body":""`, false},
		"and a body":  {&Response{Status: 200, Body: []byte("x")}, strings.NewReader("abc"), `"statusCode":500`, false},
		"bad status":  {Stream(20, "text/plain", nil), strings.NewReader("abc"), `"statusCode":500`, false},
		"not changed": {Stream(304, "text/plain", nil), strings.NewReader("abc"), `"statusCode":304`, false},
	} {
		t.Run(name, func(t *testing.T) {
			stream := &tracked{Reader: tt.stream}
			tt.resp.Stream = stream
			out, err := streaming(func() *Response { return tt.resp }).Invoke(t.Context(), []byte(restEvent))
			if err != nil || !strings.Contains(string(out), tt.want) || strings.Contains(string(out), failed.Error()) {
				t.Errorf("%.200s, %v", out, err)
			}
			if stream.read != tt.reads || !stream.closed {
				t.Errorf("read: %t, closed: %t", stream.read, stream.closed)
			}
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestStreamToHead(t *testing.T) {
	for _, invoke := range []func(r *Router, event []byte) (string, error){
		func(r *Router, event []byte) (string, error) { return readAll(t, r, t.Context(), string(event)) },
		func(r *Router, event []byte) (string, error) {
			out, err := r.Invoke(t.Context(), event)
			return string(out), err
		},
	} {
		stream := &tracked{Reader: strings.NewReader("abc")}
		r := streaming(func() *Response { return Stream(200, "text/plain", stream) })
		out, err := invoke(r, mergeEvent(t, restEvent, `{"httpMethod":"HEAD"}`))
		if strings.Contains(out, "abc") || err != nil || stream.read || !stream.closed {
			t.Errorf("%q, %v; read: %t, closed: %t", out, err, stream.read, stream.closed)
		}
	}
}

func TestStreamFunc(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ran := false
		r := streaming(func() *Response {
			return StreamFunc(200, "text/plain", func(w io.Writer) error {
				ran = true
				for range 3 {
					if _, err := io.WriteString(w, "piece"); err != nil {
						return err
					}
					time.Sleep(time.Second)
				}
				return nil
			})
		})
		out, err := r.Stream(t.Context(), []byte(urlEvent))
		if err != nil || ran {
			t.Fatalf("%v; the function ran before it was asked: %t", err, ran)
		}
		buf, start := make([]byte, 1000), time.Now()
		if n, err := out.Read(buf); !bytes.HasSuffix(buf[:n], []byte(preludeEnd)) || err != nil || ran {
			t.Errorf("%q, %v", buf[:n], err)
		}
		for i := range 2 {
			n, err := out.Read(buf)
			if took := time.Since(start); string(buf[:n]) != "piece" || err != nil || took != time.Duration(i)*time.Second {
				t.Errorf("%q, %v after %v", buf[:n], err, took)
			}
		}
		out.Close()
		time.Sleep(time.Second) // the third Write fails, and the function ends
	})
}

func TestStreamFuncEnds(t *testing.T) {
	failed := errors.New("half-way")
	for name, tt := range map[string]struct {
		write func(w io.Writer) error
		want  func(error) bool
	}{
		"an error": {func(w io.Writer) error { return failed }, func(err error) bool { return errors.Is(err, failed) }},
		"a panic":  {func(w io.Writer) error { panic(failed) }, func(err error) bool { var p *PanicError; return errors.As(err, &p) && errors.Is(err, failed) }},
		"nothing":  {func(w io.Writer) error { return nil }, func(err error) bool { return err == nil }},
	} {
		if _, err := io.ReadAll(StreamFunc(200, "", tt.write).Stream); !tt.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	never := StreamFunc(200, "", func(io.Writer) error { t.Error("it ran"); return nil })
	if err := closeStream(never.Stream); err != nil {
		t.Error(err)
	}
	if n, err := never.Stream.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("%d, %v", n, err)
	}
}

func TestStreamIsLoggedAtItsEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		body io.Reader
		read bool
		want []string
	}{
		"whole":    {strings.NewReader("abc"), true, []string{"level=INFO", "status=200"}},
		"an error": {iotest.ErrReader(errors.New("half-way")), true, []string{"level=ERROR", "status=200", "error=half-way"}},
		"no taker": {strings.NewReader("abc"), false, []string{"level=INFO", "closed before its end"}},
	} {
		var log bytes.Buffer
		r := streaming(func() *Response { return Stream(200, "text/plain", tt.body) }, Log(slog.New(slog.NewTextHandler(&log, nil))))
		out, err := r.Stream(t.Context(), []byte(urlEvent))
		if err != nil || log.Len() > 0 {
			t.Fatalf("%s: %v, logged too early: %s", name, err, &log)
		}
		if tt.read {
			io.Copy(io.Discard, out)
		}
		out.Close()
		for _, want := range tt.want {
			if strings.Count(log.String(), "\n") != 1 || !strings.Contains(log.String(), want) {
				t.Errorf("%s: %s, want one line with %s", name, &log, want)
			}
		}
	}
}

// What has no body has no stream that could end early, or run.
func TestStreamToHeadIsDoneAtOnce(t *testing.T) {
	for name, use := range map[string]func(*Router, ...Middleware) *Router{
		"router": func(r *Router, mw ...Middleware) *Router { r.Use(mw...); return r },
		"group":  func(r *Router, mw ...Middleware) *Router { return r.Group("", mw...) },
	} {
		var log bytes.Buffer
		r := New()
		stream := &tracked{Reader: strings.NewReader("abc")}
		use(r, Log(slog.New(slog.NewTextHandler(&log, nil))), Timeout(time.Second)).
			Get("/x", func(context.Context, *Request) (*Response, error) { return Stream(200, "text/plain", stream), nil })
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if _, err := readAll(t, r, ctx, string(mergeEvent(t, urlEvent, `{"requestContext":{"http":{"method":"HEAD"}}}`))); err != nil {
			t.Error(err)
		}
		if stream.read || !stream.closed || strings.Count(log.String(), "\n") != 1 || strings.Contains(log.String(), "error=") {
			t.Errorf("%s: read: %t, closed: %t, logged %s", name, stream.read, stream.closed, &log)
		}
	}
}

// A stream that goes into the body and is not done in time is like a handler that is not.
func TestTimeoutOfACollectedStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New()
		r.Get("/x", func(ctx context.Context, _ *Request) (*Response, error) {
			return StreamFunc(200, "text/plain", func(io.Writer) error { <-ctx.Done(); return ctx.Err() }), nil
		}, Timeout(100*time.Millisecond))
		for range 100 { // the stream and the deadline end at once
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			if out, err := r.Invoke(ctx, []byte(urlEvent)); err != nil || !strings.Contains(string(out), `"statusCode":504`) {
				t.Errorf("%s, %v", out, err)
			}
		}
	})
}

func TestStreamAndTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Timeout(100 * time.Millisecond))
		r.Get("/slow", func(ctx context.Context, _ *Request) (*Response, error) {
			return StreamFunc(200, "text/plain", func(w io.Writer) error {
				io.WriteString(w, "begun")
				<-ctx.Done()
				return nil
			}), nil
		})
		r.Get("/fast", func(ctx context.Context, _ *Request) (*Response, error) {
			return StreamFunc(200, "text/plain", func(w io.Writer) error {
				time.Sleep(500 * time.Millisecond)
				_, err := io.WriteString(w, "done")
				return errors.Join(err, ctx.Err())
			}), nil
		})
		whole := &tracked{Reader: strings.NewReader("whole")}
		r.Get("/whole", func(context.Context, *Request) (*Response, error) { return Stream(200, "text/plain", whole), nil })
		late := &tracked{Reader: strings.NewReader("late")}
		r.Get("/late", func(ctx context.Context, _ *Request) (*Response, error) {
			time.Sleep(time.Second)
			return Stream(200, "text/plain", late), nil
		})
		for _, tt := range []struct {
			path, suffix string
			status       int // of the error
			after        time.Duration
		}{
			{"/slow", "begun", 504, 900 * time.Millisecond},
			{"/fast", "done", 200, 500 * time.Millisecond},
			{"/whole", "whole", 200, 0},
			{"/late", "ran out of time\",\"status\":504,\"title\":\"Gateway Timeout\"}", 200, 900 * time.Millisecond},
		} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			start := time.Now()
			got, err := readAll(t, r, ctx, string(mergeEvent(t, urlEvent, `{"rawPath":"`+tt.path+`"}`)))
			if took := time.Since(start); !strings.HasSuffix(got, tt.suffix) || StatusOf(err) != tt.status || took != tt.after {
				t.Errorf("%s after %v: %q, %v", tt.path, took, got, err)
			}
			cancel()
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var given context.Context
		r.Get("/dropped", func(ctx context.Context, _ *Request) (*Response, error) {
			given = ctx
			return StreamFunc(200, "text/plain", func(io.Writer) error { <-ctx.Done(); return nil }), nil
		})
		out, err := r.Stream(ctx, mergeEvent(t, urlEvent, `{"rawPath":"/dropped"}`))
		if err != nil || given.Err() != nil {
			t.Fatal(err, given.Err())
		}
		out.Close() // without a Read: nothing waits
		synctest.Wait()
		if given.Err() == nil {
			t.Error("the context goes on after its stream was closed")
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if !late.closed || !whole.closed {
			t.Errorf("closed: the stream of a handler that was late: %t, one that was sent: %t", late.closed, whole.closed)
		}
	})
}

// Over net/http every piece is sent at once, and a stream that fails cuts the connection.
func TestStreamOverHTTP(t *testing.T) {
	next := make(chan struct{})
	r := New(ETag(), Compress())
	r.Get("/pieces", func(context.Context, *Request) (*Response, error) {
		return StreamFunc(200, "text/plain", func(w io.Writer) error {
			io.WriteString(w, "one")
			<-next
			_, err := io.WriteString(w, "two")
			return err
		}), nil
	})
	r.Get("/broken", func(context.Context, *Request) (*Response, error) {
		return Stream(200, "text/plain", io.MultiReader(strings.NewReader("one"), iotest.ErrReader(errors.New("half-way")))), nil
	})
	server := httptest.NewServer(r)
	defer server.Close()
	client := http.Client{Timeout: time.Minute}
	resp, err := client.Get(server.URL + "/pieces")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	one := make([]byte, 3)
	if _, err := io.ReadFull(resp.Body, one); string(one) != "one" || err != nil || resp.Header.Get("ETag") != "" {
		t.Errorf("%q, %v, %v", one, err, resp.Header)
	}
	close(next)
	if two, err := io.ReadAll(resp.Body); string(two) != "two" || err != nil {
		t.Errorf("%q, %v", two, err)
	}
	broken, err := client.Get(server.URL + "/broken")
	if err != nil {
		t.Fatal(err)
	}
	defer broken.Body.Close()
	if got, err := io.ReadAll(broken.Body); err == nil {
		t.Errorf("a broken stream looks whole: %q", got)
	}
	w := do(r, "HEAD", "/broken")
	if w.Code != 200 || w.Body.Len() > 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}
