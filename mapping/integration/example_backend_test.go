package integration_test

import (
	"fmt"
	"net/http"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// mapped is a request on its way to a backend.
func mapped() *integration.Call {
	i, err := integration.Compile(integration.Templates{
		Request:    map[string]string{"application/json": `{"name": $input.json('$.title')}`},
		Parameters: map[string]string{"integration.request.header.X-Tenant": "stageVariables.tenant"},
		Responses:  []integration.Response{{Status: 200}, {Pattern: "409", Status: 400, Headers: map[string]string{"X-Reason": "integration.response.header.Warning"}}},
	})
	if err != nil {
		panic(err)
	}
	call, err := i.Call(integration.Request{Input: vtl.Input{Body: []byte(`{"title": "tea"}`), StageVariables: map[string]string{"tenant": "kim"}}})
	if err != nil {
		panic(err)
	}
	return call
}

func ExampleCall_Outgoing() {
	out, err := mapped().Outgoing()
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %s\n", out.Header.Get("X-Tenant"), out.Body)
	// Output: kim {"name": "tea"}
}

func ExampleCall_Backend() {
	answer, err := mapped().Backend(409, http.Header{"Warning": {"taken"}}, []byte("{}"))
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Status, answer.Header.Get("X-Reason"))
	// Output: 400 taken
}
