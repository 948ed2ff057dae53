package gwevent

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func BenchmarkNew(b *testing.B) {
	for _, src := range []Source{REST, HTTPAPI} {
		b.Run(src.String(), func(b *testing.B) {
			r := httptest.NewRequest("GET", "/users/1?q=a", nil)
			r.Header = http.Header{
				"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64)"}, "Accept": {"application/json"},
				"Accept-Encoding": {"gzip"}, "Authorization": {"Bearer abc"}, "Cookie": {"a=1; b=2"},
			}
			opt := with(src, func(o *Options) { o.Resource = "/users/{id}"; o.PathParameters = map[string]string{"id": "1"} })
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(r, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
