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

func TestAllocations(t *testing.T) {
	r := httptest.NewRequest("GET", "/users/1?q=a", nil)
	r.Header = http.Header{"User-Agent": {"x"}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
	for src, most := range map[Source]float64{REST: 20, HTTPAPI: 24} {
		opt := with(src)
		n := testing.AllocsPerRun(100, func() { _, _ = New(r, opt) })
		require.LessOrEqual(t, n, most, src)
	}
}
