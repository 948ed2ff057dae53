package mappingtest_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/lambdarest/lambdarest/mapping/mappingtest"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// t stands for the *testing.T that a test function gets.
var t = printed{}

// printed is a testing.TB that prints what a test would log.
type printed struct{ testing.TB }

func (printed) Helper()                           {}
func (printed) Context() context.Context          { return context.Background() }
func (printed) Errorf(format string, args ...any) { fmt.Printf(format+"\n", args...) }
func (printed) Fatalf(format string, args ...any) { fmt.Printf(format+"\n", args...) } // ends a real test

// In a test: mappingtest.Load(t, "request.vtl").
func ExampleLoad() {
	template := mappingtest.Load(t, "../testdata/passthrough.vtl")
	var event struct {
		Params struct{ Path map[string]string }
	}
	req := httptest.NewRequest("GET", "/users/7", nil)
	template.Request(req, mappingtest.Resource("/users/{id}")).Into(&event)
	fmt.Println(event.Params.Path)
	// Output: map[id:7]
}

// A template that does not parse, as a failing test shows it.
func ExampleParse() {
	mappingtest.Parse(t, "get.vtl", "{\n  \"id\": \"$input.params('id'\"\n}")
	// Output:
	// mappingtest: get.vtl:2:28: unexpected character "\""
	// 	  "id": "$input.params('id'"
	// 	                           ^
}

func ExampleTemplate_Request() {
	template := mappingtest.Parse(t, "get.vtl", `{"id": "$input.params('id')", "stage": "$context.stage", "rate": $stageVariables.rate, "key": "$context.identity.apiKeyId"}`)
	template.Request(httptest.NewRequest("GET", "/users/7", nil),
		mappingtest.Resource("/users/{id}"),
		mappingtest.Stage("prod"),
		mappingtest.StageVariables(map[string]string{"rate": "12.5"}),
		mappingtest.Context(map[string]any{"identity": map[string]any{"apiKeyId": "k1"}}),
	).JSON(`{"id": "7", "stage": "prod", "rate": 12.5, "key": "k1"}`)
	// Output:
}

// Where what matters is the body alone, as in a response template.
func ExampleTemplate_Body() {
	template := mappingtest.Parse(t, "names.vtl", `#foreach($u in $input.path('$'))$u.name;#end`)
	template.Body(`[{"name":"Kim"},{"name":"Lee"}]`).Text("Kim;Lee;")
	// Output:
}

// What no test goes through.
func ExampleTemplate_Covered() {
	template := mappingtest.Parse(t, "limit.vtl", "{\"limit\": #if($input.params('limit') != '')$input.params('limit')#{else}10#end}")
	template.With(t).Request(httptest.NewRequest("GET", "/users?limit=5", nil)).JSON(`{"limit": 5}`) // in a subtest: its t
	template.Covered()
	template.With(t).Request(httptest.NewRequest("GET", "/users", nil)).JSON(`{"limit": 10}`)
	template.Covered() // complete now
	// Output:
	// mappingtest: limit.vtl:1:66: no test goes through this #else
}

// Input makes what a template is given of a request; the rest can be changed.
func ExampleInput() {
	in := mappingtest.Input(t, httptest.NewRequest("POST", "/users/7?limit=5", strings.NewReader("{}")), mappingtest.Resource("/users/{id}"))
	in.Body = []byte(`{"id":8}`)
	fmt.Println(in.Path, in.Query, string(in.Body))
	template, err := vtl.Parse("id.vtl", `$input.path('$.id') for $input.params('id')`)
	if err != nil {
		panic(err)
	}
	out, err := template.Render(in)
	fmt.Println(string(out.Body), err)
	// Output:
	// map[id:7] map[limit:5] {"id":8}
	// 8 for 7 <nil>
}
