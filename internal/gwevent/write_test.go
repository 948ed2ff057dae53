package gwevent

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What encoding/json makes of pairs goes through maps, so that the writer is held against something else.

func (ps multiValues) MarshalJSON() ([]byte, error) { return marshal(orNil(pairs(ps).multi())) }

func (ps lastValues) MarshalJSON() ([]byte, error) { return marshal(orNil(pairs(ps).last())) }

func (ps joinedValues) MarshalJSON() ([]byte, error) {
	m := make(map[string]string)
	for _, p := range ps {
		m[p.name] = strings.Join(p.values, ",")
	}
	return marshal(orNil(m))
}

// FuzzWrite holds the writer against encoding/json, byte for byte.
func FuzzWrite(f *testing.F) {
	for _, s := range []string{"", "plain", `"\`, "<&>", "\x00\x1f\x7f\t\n", "\u2028\u2029", "김치", "\xff\xfe", "a=1; b=2", "{", "["} {
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, name, value, body string) {
		for _, src := range []Source{REST, HTTPAPI, FunctionURL} {
			r := httptest.NewRequest("POST", "/a", strings.NewReader(body))
			r.URL.Path, r.URL.RawQuery = "/"+value, name+"="+value+"&b&b=2"
			r.Header = http.Header{name: {value, "x"}, "Cookie": {value}, "A": {"1"}, "User-Agent": {value}}
			opt := with(src, func(o *Options) {
				o.PathParameters = map[string]string{name: value, "z": ""}
				o.StageVariables = map[string]string{}
				o.Authorizer = object{name: value}
			})
			got, err := New(r, opt)
			require.NoError(t, err)
			in := newInput(r, opt, []byte(body))
			var want []byte
			if src == REST {
				want, err = marshal(in.rest())
			} else {
				want, err = marshal(in.v2())
			}
			require.NoError(t, err)
			require.Equal(t, string(want), string(got))
		}
	})
}

// TestSize: an event is as long as was thought, so that it neither grows nor wastes much.
func TestSize(t *testing.T) {
	for _, src := range []Source{REST, HTTPAPI, FunctionURL} {
		for name, change := range map[string]func(r *http.Request, opt *Options){
			"bare": func(*http.Request, *Options) {},
			"headers": func(r *http.Request, _ *Options) {
				r.Header = http.Header{"Accept": {"*/*", "text/html"}, "X-A": {"b"}}
			},
			"agent": func(r *http.Request, _ *Options) {
				r.Header = http.Header{"User-Agent": {strings.Repeat("Mozilla ", 20)}}
			},
			"cookies": func(r *http.Request, _ *Options) {
				r.Header = http.Header{"Cookie": {"a=1; b=2; " + strings.Repeat("c", 300)}}
			},
			"query": func(r *http.Request, _ *Options) { r.URL.RawQuery = "a=b&c=d&a=" + strings.Repeat("e", 300) },
			"path":  func(r *http.Request, _ *Options) { r.URL.Path = "/" + strings.Repeat("a/", 100) },
			"options": func(_ *http.Request, opt *Options) {
				opt.DomainName, opt.Stage, opt.RequestID = strings.Repeat("a", 100), "a-stage", NewRequestID()
				opt.PathParameters, opt.StageVariables = map[string]string{"a": "b", "c": "d"}, map[string]string{"e": "f"}
			},
		} {
			r := httptest.NewRequest("GET", "/users/1", nil)
			r.Header = http.Header{}
			opt := with(src)
			change(r, &opt)
			event, err := New(r, opt)
			require.NoError(t, err)
			wasted := cap(event) - len(event)
			require.Less(t, wasted, 128, "%v, %s: %d bytes", src, name, len(event))
		}
	}
}

func TestAllocations(t *testing.T) {
	r := httptest.NewRequest("GET", "/users/1?q=a", nil)
	r.Header = http.Header{"User-Agent": {"x"}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
	for src, most := range map[Source]float64{REST: 11, HTTPAPI: 7} {
		opt := with(src)
		n := testing.AllocsPerRun(100, func() { _, _ = New(r, opt) })
		require.LessOrEqual(t, n, most, src)
	}
}
