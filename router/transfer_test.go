package router

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func gzipped(t testing.TB, s string) string {
	t.Helper()
	var buf bytes.Buffer
	zw := gzip.NewWriter(&buf)
	if _, err := io.WriteString(zw, s); err != nil {
		t.Fatal(err)
	}
	if err := zw.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func TestBodyLimit(t *testing.T) {
	r := New(BodyLimit(1000))
	r.Post("/x", func(_ context.Context, req *Request) (*Response, error) {
		body, err := req.Body()
		return Text(200, string(body)), err
	})
	r.Post("/unread", named("unread"))
	full, over := strings.Repeat("a", 1000), strings.Repeat("a", 1001)
	for _, tt := range []struct {
		name, path, encoding, body string
		status                     int
		want                       string
	}{
		{"at the limit", "/x", "", full, 200, full},
		{"over it", "/x", "", over, 413, "larger than 1000 bytes"},
		{"nobody asks", "/unread", "", over, 200, "unread"},
		{"gzip", "/x", "gzip", gzipped(t, full), 200, full},
		{"gzip in other words", "/x", "X-GZIP", gzipped(t, "x"), 200, "x"},
		{"gzip over the limit", "/x", "gzip", gzipped(t, over), 413, "larger than 1000 bytes"},
		{"a bomb", "/x", "gzip", gzipped(t, strings.Repeat("\x00", 50<<20)), 413, "larger than 1000 bytes"},
		{"not gzip", "/x", "gzip", "plain", 400, "not valid gzip"},
		{"truncated", "/x", "gzip", gzipped(t, full)[:20], 400, "not valid gzip"},
		{"identity", "/x", "identity", "x", 200, "x"},
		{"another encoding", "/x", "br", "x", 415, "must be gzip or none"},
	} {
		req := httptest.NewRequest("POST", tt.path, strings.NewReader(tt.body))
		if tt.encoding != "" {
			req.Header.Set("Content-Encoding", tt.encoding)
		}
		w := httptest.NewRecorder()
		if r.ServeHTTP(w, req); w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s: %d %.200s", tt.name, w.Code, w.Body)
		}
	}
	if msg := panics(func() { BodyLimit(-1) }); !strings.Contains(msg, "negative") {
		t.Error(msg)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"": false, "gzip": true, "GZIP": true, "x-gzip": true, "deflate, gzip;q=1.0, *;q=0.5": true, "br": false, "*": true, "gzip;q=0": false,
		"*;q=0": false, "gzip;q=0, *": false, "*, gzip;q=0": false, "identity;q=1, *;q=0": false, "gzip; Q = 0.001": true, "gzip;q=x": false,
		"gzip;q=2": false, "gzip;q=-1": false, "gzip;q=NaN": false, "gzipped": false, ",,gzip,": true, "gzip;level=9": true, "gzip;q=": false,
	} {
		if got := acceptsGzip(header); got != want {
			t.Errorf("%q: %v", header, got)
		}
	}
}

func FuzzAcceptsGzip(f *testing.F) {
	for _, s := range []string{"gzip", "gzip;q=0", "*;q=0.1,br", "deflate, gzip;q=1.0, *;q=0.5", ";;==,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, header string) {
		if !strings.Contains(strings.ToLower(header), "gzip") && !strings.Contains(header, "*") && acceptsGzip(header) {
			t.Errorf("%q accepts gzip", header)
		}
		if acceptsGzip("gzip;q=0, "+header) && strings.Count(strings.ToLower(header), "gzip") == 0 {
			t.Errorf("%q overrules gzip;q=0", header)
		}
	})
}

func TestCompress(t *testing.T) {
	long := strings.Repeat("lorem ipsum ", 200)
	resp := &Response{}
	r := New(Compress())
	r.Get("/x", func(context.Context, *Request) (*Response, error) { return resp, nil })
	r.Get("/error", func(context.Context, *Request) (*Response, error) { return nil, Errorf(400, "%s", long) })
	for _, tt := range []struct {
		name   string
		resp   *Response
		accept string
		gzip   bool
		vary   string
	}{
		{"text", Text(200, long), "gzip", true, "Accept-Encoding"},
		{"JSON", &Response{Status: 200, Header: http.Header{"Content-Type": {"application/problem+json"}}, Body: []byte(long)}, "gzip", true, "Accept-Encoding"},
		{"detected", &Response{Status: 200, Body: []byte(long)}, "gzip", true, "Accept-Encoding"},
		{"not accepted", Text(200, long), "br", false, "Accept-Encoding"},
		{"short", Text(200, "x"), "gzip", false, ""},
		{"an image", &Response{Status: 200, Header: http.Header{"Content-Type": {"image/png"}}, Body: []byte(long)}, "gzip", false, ""},
		{"encoded", &Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "Content-Encoding": {"br"}}, Body: []byte(long)}, "gzip", false, ""},
		{"a range", &Response{Status: 206, Header: http.Header{"Content-Type": {"text/plain"}, "Content-Range": {"bytes 0-1/2"}}, Body: []byte(long)}, "gzip", false, ""},
		{"not to be transformed", &Response{Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "Cache-Control": {"no-transform"}}, Body: []byte(long)}, "gzip", false, ""},
	} {
		resp = tt.resp
		for range 2 { // the handler's response is not changed
			got := corsRequest(r, "GET", "/x", "Accept-Encoding", tt.accept)
			body, _ := io.ReadAll(got.Body)
			if (got.Header.Get("Content-Encoding") == "gzip") != tt.gzip || got.Header.Get("Vary") != tt.vary {
				t.Errorf("%s: %v", tt.name, got.Header)
			}
			if tt.gzip {
				zr, err := gzip.NewReader(bytes.NewReader(body))
				if err != nil {
					t.Fatalf("%s: %v", tt.name, err)
				}
				body, _ = io.ReadAll(zr)
			}
			if string(body) != string(tt.resp.Body) || got.Header.Get("Content-Type") == "" {
				t.Errorf("%s: body %.40q, %v", tt.name, body, got.Header)
			}
		}
	}
	if got := corsRequest(r, "GET", "/error", "Accept-Encoding", "gzip"); got.StatusCode != 400 || got.Header.Get("Content-Encoding") != "" {
		t.Errorf("an error: %v", got.Header)
	}
	resp = Text(200, long)
	out, err := r.Invoke(t.Context(), mergeEvent(t, httpEvent, `{"headers":{"accept-encoding":"gzip"}}`))
	if err != nil {
		t.Fatal(err)
	}
	answer := jsonOf(t, string(out)).(map[string]any)
	raw, err := base64.StdEncoding.DecodeString(answer["body"].(string))
	if answer["isBase64Encoded"] != true || err != nil || len(raw) >= len(long) {
		t.Errorf("as an event: %.100s, %v", out, err)
	}
}

func TestETag(t *testing.T) {
	r := New(Compress(), ETag())
	r.Get("/made", named("body"))
	r.Get("/own", func(context.Context, *Request) (*Response, error) {
		return &Response{Status: 200, Header: http.Header{"Etag": {`W/"a,b"`}}, Body: []byte("x")}, nil
	})
	r.Get("/long", named(strings.Repeat("long ", 1000)))
	r.Get("/error", func(context.Context, *Request) (*Response, error) { return nil, Errorf(404, "no") })
	r.Post("/made", named("posted"))
	tag := corsRequest(r, "GET", "/made").Header.Get("ETag")
	if len(tag) < 10 || tag[0] != '"' {
		t.Fatalf("tag %q", tag)
	}
	weak := corsRequest(r, "GET", "/long", "Accept-Encoding", "gzip").Header.Get("ETag")
	for _, tt := range []struct {
		method, path, header string
		status               int
	}{
		{"GET", "/made", tag, 304}, {"HEAD", "/made", tag, 304}, {"GET", "/made", `"x", W/` + tag, 304}, {"GET", "/made", "*", 304},
		{"GET", "/made", `"x"`, 200}, {"GET", "/made", strings.Trim(tag, `"`), 200}, {"GET", "/made", `"` + tag, 200}, {"GET", "/made", `"unclosed`, 200},
		{"GET", "/own", `"z","a,b"`, 304}, {"GET", "/own", `"a"`, 200}, {"POST", "/made", "*", 200}, {"GET", "/error", "*", 404}, {"GET", "/long", weak, 304},
	} {
		got := corsRequest(r, tt.method, tt.path, "If-None-Match", tt.header)
		body, _ := io.ReadAll(got.Body)
		if got.StatusCode != tt.status || tt.status == 304 && (len(body) > 0 || got.Header.Get("ETag") == "") {
			t.Errorf("%s %s, If-None-Match %s: %d %q %v", tt.method, tt.path, tt.header, got.StatusCode, body, got.Header)
		}
	}
	if !strings.HasPrefix(weak, "W/") {
		t.Errorf("the tag of a compressed answer is strong: %s", weak)
	}
}
