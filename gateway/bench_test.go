package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/lambdarest/lambdarest/gateway"
)

// nowhere takes an answer and keeps nothing.
type nowhere struct{ header http.Header }

func (w *nowhere) Header() http.Header         { return w.header }
func (w *nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (w *nowhere) WriteHeader(int)             {}

func BenchmarkProxy(b *testing.B) {
	g, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/users/{id}", Integration: gateway.Proxy(answering(`{"statusCode":200,"body":"hello"}`))})
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/users/1?q=a", nil)
	r.Header.Set("User-Agent", "Go-http-client/1.1")
	r.Header.Set("Accept-Encoding", "gzip")
	w := &nowhere{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		g.ServeHTTP(w, r)
	}
}

func BenchmarkProcess(b *testing.B) {
	p := gateway.Function(os.Args[0], []string{"BOOTSTRAP=bad"})
	defer p.Close()
	event := []byte(`{"how":"fine"}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := p.Invoke(b.Context(), event); err != nil {
			b.Fatal(err)
		}
	}
}
