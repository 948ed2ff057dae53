package mappingtest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/mapping/mappingtest"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

const getTemplate = `{
  "id": $input.params('id'),
  "limit": #if($input.params('limit') != "")$input.params('limit')#{else}20#end,
  "who": "$context.authorizer.principalId",
  "table": "$stageVariables.table",
  "stage": "$context.stage",
  "body": $input.json('$')
}
`

func TestRequest(t *testing.T) {
	file := filepath.Join(t.TempDir(), "get.vtl")
	require.NoError(t, os.WriteFile(file, []byte(getTemplate), 0o600))
	template := mappingtest.Load(t, file)
	options := []mappingtest.Option{
		mappingtest.Resource("/users/{id}"), mappingtest.StageVariables(map[string]string{"table": "ausg"}), mappingtest.Stage("dev"),
		mappingtest.Context(map[string]any{"authorizer": map[string]any{"principalId": "kim"}}),
	}
	t.Run("with a limit", func(t *testing.T) {
		var event struct{ ID, Limit int }
		template.With(t).Request(httptest.NewRequest("POST", "/users/7?limit=5&limit=10", strings.NewReader(`{"a":[1]}`)), options...).
			JSON(`{"limit":10.0,"id":7,"who":"kim","table":"ausg","stage":"dev","body":{"a":[1]}}`).Into(&event)
		require.Equal(t, 10, event.Limit)
	})
	failures := failed(t, func(t testing.TB) { template.With(t).Covered() })
	require.Len(t, failures, 1)
	require.Contains(t, failures[0], "get.vtl:3:67: no test goes through this #else")
	t.Run("without", func(t *testing.T) {
		template.With(t).Request(httptest.NewRequest("GET", "/users/%37", nil), options...).
			JSON(`{"id":7,"limit":20,"who":"kim","table":"ausg","stage":"dev","body":{}}`)
	})
	template.Covered()
}

func TestPathParameters(t *testing.T) {
	for _, tc := range []struct{ resource, path, want string }{
		{"/users/{id}", "/users/a%20b", "a b"}, {"/{id}/x", "/7/x", "7"}, {"/f/{id+}", "/f/a/b", "a/b"}, {"", "/x", ""},
	} {
		in := mappingtest.Input(t, httptest.NewRequest("GET", tc.path, nil), mappingtest.Resource(tc.resource))
		require.Equal(t, tc.want, in.Path["id"], tc.resource)
	}
	for _, path := range []string{"/users", "/users/7/x", "/user/7"} {
		failures := failed(t, func(t testing.TB) {
			mappingtest.Input(t, httptest.NewRequest("GET", path, nil), mappingtest.Resource("/users/{id}"))
		})
		require.Equal(t, []string{`mappingtest: the path "` + path + `" is not one of "/users/{id}"`}, failures)
	}
}

func TestFailures(t *testing.T) {
	render := func(t testing.TB, src string) *mappingtest.Rendering {
		return mappingtest.Parse(t, "x.vtl", src).Body(`{"a":1}`)
	}
	for _, tc := range []struct {
		want string
		f    func(t testing.TB)
	}{
		{"mappingtest: x.vtl:2:2: unexpected end of template, want #end\n\tx\n\t ^", func(t testing.TB) { mappingtest.Parse(t, "x.vtl", "#if(true)\nx") }},
		{"mappingtest: x.vtl:1:13: method charAt: String index out of range: 9", func(t testing.TB) { render(t, "$input.body.charAt(9)") }},
		{"mappingtest: open nowhere.vtl: ", func(t testing.TB) { mappingtest.Load(t, "nowhere.vtl") }},
		{"mappingtest: x.vtl renders no JSON: invalid character '\\'' in string escape code\nrendered: \"it\\'s\"", func(t testing.TB) { render(t, `"$util.escapeJavaScript("it's")"`).JSON(`{}`) }},
		{"mappingtest: x.vtl: $.a[1].b: 2, want 3", func(t testing.TB) { render(t, `{"a":[1,{"b":2}]}`).JSON(`{"a":[1,{"b":3}]}`) }},
		{"mappingtest: x.vtl: $.a: 1 elements, want 2", func(t testing.TB) { render(t, `{"a":[1]}`).JSON(`{"a":[1,2]}`) }},
		{"mappingtest: x.vtl: $.b: is missing", func(t testing.TB) { render(t, `{"a":1}`).JSON(`{"a":1,"b":null}`) }},
		{"mappingtest: x.vtl: $.a: is not wanted", func(t testing.TB) { render(t, `{"a":1}`).JSON(`{}`) }},
		{`mappingtest: x.vtl: $: [], want {"a":1}`, func(t testing.TB) { render(t, `[]`).JSON(`{"a":1}`) }},
		{"mappingtest: what is wanted is no JSON", func(t testing.TB) { render(t, `{}`).JSON(`{`) }},
		{"mappingtest: x.vtl renders\n\"a\"\nwant\n\"b\"", func(t testing.TB) { render(t, `a`).Text(`b`) }},
		{"mappingtest: x.vtl: json: cannot unmarshal", func(t testing.TB) { render(t, `"x"`).Into(new(int)) }},
	} {
		failures := failed(t, tc.f)
		require.Len(t, failures, 1, tc.want)
		require.True(t, strings.HasPrefix(failures[0], tc.want), "%q\n%q", failures[0], tc.want)
	}
}

// failed returns what a test says that fails.
func failed(t *testing.T, f func(t testing.TB)) []string {
	t.Helper()
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() { // Fatalf ends a goroutine
		defer close(done)
		f(r)
	}()
	<-done
	return r.messages
}

type recorder struct {
	testing.TB
	messages []string
}

func (r *recorder) Helper() {}

func (r *recorder) Context() context.Context { return context.Background() }

func (r *recorder) Errorf(format string, args ...any) {
	r.messages = append(r.messages, fmt.Sprintf(format, args...))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}

type user struct {
	ID int `path:"id"`
}

func Example() {
	t := &testing.T{} // of a test
	src, err := mapping.TemplateFor[user]()
	if err != nil {
		t.Fatal(err)
	}
	template := mappingtest.Parse(t, "user.vtl", src)
	rendering := template.Input(vtl.Input{Path: map[string]string{"id": "it's"}})
	rendering.JSON(`{"path": {"id": "it's"}}`)
	fmt.Println(t.Failed())
	// Output: false
}
