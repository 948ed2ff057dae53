package integration_test

import (
	"errors"
	"fmt"

	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

func ExampleCompile() {
	i, err := integration.Compile(integration.Templates{
		Request:     map[string]string{"application/json": `{"id": "$input.params('id')"}`},
		Passthrough: integration.Never,
		Responses:   []integration.Response{{Status: 200}, {Pattern: `\[404\].*`, Status: 404}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	call, err := i.Call(integration.Request{Input: vtl.Input{Path: map[string]string{"id": "7"}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	event, err := call.Event()
	fmt.Println(string(event), err)
	answer, err := call.Failure("[404] no such user", []byte(`{"errorMessage":"[404] no such user"}`))
	fmt.Println(answer.Status, err)

	_, err = i.Call(integration.Request{ContentType: "text/csv"})
	var refused *integration.Error
	fmt.Println(errors.As(err, &refused), refused.Status)
	// Output:
	// {"id": "7"} <nil>
	// 404 <nil>
	// true 415
}

func ExampleFromOperation() {
	operation, err := mapping.OperationFor[map[string]any](mapping.OperationConfig{Errors: []int{404}})
	if err != nil {
		fmt.Println(err)
		return
	}
	templates, err := integration.FromOperation(operation) // for Compile, or for gateway.Lambda
	for _, r := range templates.Responses {
		fmt.Printf("%d %q\n", r.Status, r.Pattern)
	}
	fmt.Println(err)
	// Output:
	// 500 "[^{][\\s\\S]*"
	// 400 "\\{\"status\":400,[\\s\\S]*"
	// 404 "\\{\"status\":404,[\\s\\S]*"
	// 500 "\\{\"status\":500,[\\s\\S]*"
	// 200 ""
	// <nil>
}

func ExampleSubstitute() {
	_, template, _ := integration.GatewayResponse("UNSUPPORTED_MEDIA_TYPE")
	fmt.Println(integration.Substitute(template, func(name string) string { return `"Unsupported Media Type"` }))
	// Output:
	// {"message":"Unsupported Media Type"}
}

func ExampleIntegration_Async() {
	i, err := integration.Compile(integration.Templates{Async: true, Responses: []integration.Response{{Status: 202}}})
	if err != nil {
		panic(err)
	}
	call, err := i.Call(integration.Request{})
	if err != nil {
		panic(err)
	}
	answer, err := call.Success(nil) // nobody waits for the function
	fmt.Println(i.Async(), answer.Status, err)
	// Output: true 202 <nil>
}
