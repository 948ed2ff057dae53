package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tableOf makes a table of "METHOD /path" routes.
func tableOf(t testing.TB, routes ...string) table {
	var tab table
	for _, r := range routes {
		method, path, _ := strings.Cut(r, " ")
		require.NoError(t, tab.add(Route{Method: method, Path: path, Integration: Mock(Templates{})}))
	}
	tab.sort()
	return tab
}

func (r *route) String() string {
	if r == nil {
		return ""
	}
	return orDefault(r.method, "ANY") + " " + r.path
}

func TestMatch(t *testing.T) {
	routes := []string{
		"ANY /{proxy+}", "GET /users", "POST /users", "ANY /users/{id}", "GET /users/{id}", "GET /users/me",
		"GET /users/{id}/posts/{post}", "DELETE /users/{user}/posts/{post}", "GET /files/{path+}", "GET /한글", "OPTIONS /users/me/x", "GET /",
	}
	for _, tc := range []struct {
		method, path, want string
		params             map[string]string
	}{
		{"GET", "/", "GET /", nil},
		{"POST", "/", "", nil},
		{"GET", "/users", "GET /users", nil},
		{"GET", "/users/", "GET /users", nil},
		{"GET", "//users", "GET /users", nil},
		{"PUT", "/users", "ANY /{proxy+}", map[string]string{"proxy": "users"}},
		{"GET", "/users/me", "GET /users/me", nil},
		{"PUT", "/users/me", "ANY /users/{id}", map[string]string{"id": "me"}},
		{"GET", "/users/1", "GET /users/{id}", map[string]string{"id": "1"}},
		{"GET", "/users/a%2Fb", "GET /users/{id}", map[string]string{"id": "a%2Fb"}},
		{"GET", "/users/a+b%20c", "GET /users/{id}", map[string]string{"id": "a+b%20c"}},
		{"GET", "/users/1/posts/2/", "GET /users/{id}/posts/{post}", map[string]string{"id": "1", "post": "2"}},
		{"DELETE", "/users/1/posts/2", "DELETE /users/{user}/posts/{post}", map[string]string{"user": "1", "post": "2"}},
		{"GET", "/users/me/posts/2", "GET /users/{id}/posts/{post}", map[string]string{"id": "me", "post": "2"}},
		{"GET", "/users//posts/2", "ANY /{proxy+}", map[string]string{"proxy": "users//posts/2"}},
		{"GET", "/files/a/b//c/", "GET /files/{path+}", map[string]string{"path": "a/b//c"}},
		{"GET", "/files/", "ANY /{proxy+}", map[string]string{"proxy": "files"}},
		{"GET", "/files//", "ANY /{proxy+}", map[string]string{"proxy": "files/"}},
		{"GET", "/%ED%95%9C%EA%B8%80", "GET /한글", nil},
		{"GET", "/%75sers", "GET /users", nil},
		{"GET", "/Users", "ANY /{proxy+}", map[string]string{"proxy": "Users"}},
		{"GET", "/users/%zz", "GET /users/{id}", map[string]string{"id": "%zz"}},
	} {
		got, params := tableOf(t, routes...).match(REST, tc.method, tc.path)
		require.Equal(t, tc.want, got.String(), "%s %s", tc.method, tc.path)
		require.Equal(t, tc.params, params, "%s %s", tc.method, tc.path)
	}
}

func TestBadRoutes(t *testing.T) {
	for _, tc := range []struct{ method, path, want string }{
		{"", "", `path "" does not start with a slash`},
		{"", "users", "does not start with a slash"},
		{"", "/users/", "empty segment"},
		{"", "//", "empty segment"},
		{"", "/{id", "is no {name}"},
		{"", "/{}", "is no {name}"},
		{"", "/{+}", "is no {name}"},
		{"", "/{a}b", "is no {name}"},
		{"", "/a{b}", `has a '{'`},
		{"", "/a%20b", `has a '%'`},
		{"", "/a?b", `has a '?'`},
		{"", "/{a+}/b", "is not at the end"},
		{"", "/{a}/{a}", `variable "a" appears twice`},
		{"get", "/", `method "get" is not in upper case`},
		{"GET", "/x/{b}", `matches the same requests as route 0 ("/x/{a}")`},
	} {
		_, err := New(Config{},
			Route{Method: "GET", Path: "/x/{a}", Integration: Mock(Templates{})},
			Route{Method: tc.method, Path: tc.path, Integration: Mock(Templates{})},
		)
		require.ErrorContains(t, err, tc.want, tc.path)
		require.ErrorContains(t, err, "gateway: route 1 (")
	}
	for _, integration := range []Integration{
		nil, Proxy(nil), HTTPProxy(nil), Lambda(nil, Templates{}),
		Mock(Templates{Passthrough: 7}),
		Mock(Templates{Request: map[string]string{"a/b": "#if("}}),
		Mock(Templates{Responses: []Response{{Status: 99}}}),
		Mock(Templates{Responses: []Response{{Status: 600}}}),
		Mock(Templates{Responses: []Response{{}, {}}}),
		Mock(Templates{Responses: []Response{{Pattern: "[a[b]"}}}),
		Mock(Templates{Responses: []Response{{Pattern: "a)|(?:b"}}}), // a pattern only inside the anchors
		Mock(Templates{Responses: []Response{{Templates: map[string]string{"a/b": "#end #if("}}}}),
		Mock(Templates{Responses: []Response{{Headers: map[string]string{"A": "*"}}}}),
		Mock(Templates{Responses: []Response{{Headers: map[string]string{"A B": "'x'"}}}}),
		Mock(Templates{Responses: []Response{{Headers: map[string]string{"A": "'x\r\ny'"}}}}),
		Mock(Templates{Responses: []Response{{Headers: map[string]string{"A": "context.$x"}}}}),
		Mock(Templates{Responses: []Response{{Headers: map[string]string{"A": "integration.response.body.a')"}}}}),
	} {
		_, err := New(Config{}, Route{Path: "/", Integration: integration})
		require.ErrorContains(t, err, `gateway: route 0 ("ANY /"): `)
	}
}

func recorded(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", name))
	if os.IsNotExist(err) {
		t.Skipf("the recordings are not here (%s): behaviour is not compared with AWS's own", name)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

func TestRecordedRouting(t *testing.T) {
	var file struct {
		Sets []struct {
			Routes []string
			Cases  [][]string
		} `json:"rest_routing"`
	}
	recorded(t, "router/apigw_aws_recorded.json", &file)
	require.Len(t, file.Sets, 3)
	for _, set := range file.Sets {
		for _, tc := range set.Cases {
			got, _ := tableOf(t, set.Routes...).match(REST, tc[0], tc[1])
			want := tc[2]
			if strings.HasPrefix(want, "403") {
				want = ""
			}
			require.Equal(t, want, got.String(), "%v", tc)
		}
	}
}

// TestPrecedenceOracle compares the choice with an oracle's on 200 random sets of routes.
func TestPrecedenceOracle(t *testing.T) {
	var file struct {
		Sets []struct {
			Routes []struct{ Method, Pattern string }
			Cases  []struct {
				Method, Path string
				Status       int
				Route        int
				Params       map[string]string
			}
		}
	}
	recorded(t, "router/precedence_oracle.json", &file)
	require.Len(t, file.Sets, 200)
	for _, set := range file.Sets {
		var routes []string
		for _, r := range set.Routes {
			routes = append(routes, r.Method+" "+r.Pattern)
		}
		tab := tableOf(t, routes...)
		for _, tc := range set.Cases {
			got, params := tab.match(REST, tc.Method, tc.Path)
			if tc.Status != http.StatusOK {
				require.Nil(t, got, "%v: %v", routes, tc)
				continue
			}
			require.Equal(t, routes[tc.Route], got.String(), "%v: %v", routes, tc)
			require.Equal(t, tc.Params, params, "%v: %v", routes, tc)
		}
	}
}

// FuzzPath: no path crashes the gateway, values come from the path and never hold a separator that was not one.
func FuzzPath(f *testing.F) {
	for _, path := range []string{"/", "//", "/users/a%2Fb", "/users/%zz", "/files/a//b/", "/users/김", "/..;/x", "/users/%00", "/a?b#c", "*"} {
		f.Add("GET", path)
	}
	tab := tableOf(f, "GET /users/{id}", "ANY /files/{path+}", "ANY /{a}/{b}")
	g, err := New(Config{}, Route{Path: "/users/{id}", Integration: Mock(Templates{
		Request: map[string]string{"application/json": `{"statusCode": 200}`},
	})})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, method, path string) {
		r, params := tab.match(REST, method, path)
		if r == nil {
			require.Empty(t, params)
		}
		for _, value := range params {
			require.NotEmpty(t, value)
			require.Contains(t, path, value)
			if !strings.HasSuffix(r.path, "+}") {
				require.NotContains(t, value, "/")
			}
		}
		req := httptest.NewRequest("GET", "/", nil)
		req.URL = &url.URL{Path: path}
		w := httptest.NewRecorder()
		g.ServeHTTP(w, req)
		require.Contains(t, []int{200, 403}, w.Code)
	})
}
