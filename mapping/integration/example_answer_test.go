package integration_test

import (
	"fmt"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// twoWay returns an integration with a template each way.
func twoWay() *integration.Integration {
	i, err := integration.Compile(integration.Templates{
		Request: map[string]string{"application/json": `{"id": "$input.params('id')", "statusCode": 204}`},
		Responses: []integration.Response{
			{Status: 200, Templates: map[string]string{"application/json": `{"user": $input.json('$')}`}},
			{Pattern: "204", Status: 204},
		},
	})
	if err != nil {
		panic(err)
	}
	return i
}

// call begins a request for the user 7.
func call() *integration.Call {
	call, err := twoWay().Call(integration.Request{Input: vtl.Input{Path: map[string]string{"id": "7"}}})
	if err != nil {
		panic(err)
	}
	return call
}

// What the client gets of the function's result.
func ExampleCall_Success() {
	answer, err := call().Success([]byte(`{"id":7}`))
	fmt.Println(answer.Status, string(answer.Body), err)
	// Output: 200 {"user": {"id":7}} <nil>
}

// Without a function, the request template says which response it is.
func ExampleCall_Mock() {
	answer, err := call().Mock()
	fmt.Println(answer.Status, err)
	// Output: 204 <nil>
}

// What goes to an HTTP backend, which need not be JSON.
func ExampleCall_Body() {
	fmt.Println(string(call().Body()))
	// Output: {"id": "7", "statusCode": 204}
}

func ExampleGatewayResponse() {
	status, template, ok := integration.GatewayResponse("UNAUTHORIZED")
	fmt.Println(status, template, ok)
	// Output: 401 {"message":$context.error.messageString} true
}
