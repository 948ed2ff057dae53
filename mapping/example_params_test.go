package mapping_test

import (
	"fmt"

	"github.com/lambdarest/lambdarest/mapping"
)

// Parameters are text; what is not what it should be becomes a 400 that names it.
func ExampleValues() {
	query := mapping.Values{"limit": "10", "price": "2.5", "all": "yes"}
	fmt.Println(query.Get("limit"), query.Get("offset") == "")
	fmt.Println(query.Int("limit"))
	fmt.Println(query.Float("price"))
	_, err := query.Bool("all")
	fmt.Println(err)
	// Output:
	// 10 true
	// 10 <nil>
	// 2.5 <nil>
	// {"status":400,"title":"Bad Request","detail":"parameter \"all\" must be true or false"}
}

// Browsers, HTTP/2 and load balancers spell the names of headers differently.
func ExampleHeaders() {
	headers := mapping.Headers{"accept-language": "ko"}
	fmt.Println(headers.Get("Accept-Language"))
	// Output: ko
}

// The function's ARN is not known before the template is deployed.
func ExampleFunctionURI() {
	fmt.Println(mapping.FunctionURI("QuotesFunction"))
	// Output: arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${QuotesFunction.Arn}/invocations
}
