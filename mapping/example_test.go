package mapping_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/mapping"
)

// User is the request of a template that reads $input.json('$').
type User struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

// Validate asks for what decoding does not.
func (u User) Validate() error {
	if u.ID == 0 {
		return errors.New(`"id" is required`)
	}
	return nil
}

var errItemNotFound = errors.New("item not found") // dynamo.ErrNotFound in a real function

func invoke(h lambda.Handler, event string) {
	out, err := h.Invoke(context.Background(), []byte(event))
	if err != nil {
		fmt.Println("error:", err)
		return
	}
	fmt.Println(string(out))
}

func ExampleNew() {
	h := mapping.New(func(ctx context.Context, u User) (User, error) {
		return u, nil
	}) // in main: lambda.Start(h)

	invoke(h, `{"id":7,"name":"Kim"}`)
	invoke(h, `{"id":"seven"}`)
	invoke(h, `{"name":"Kim"}`)
	// Output:
	// {"id":7,"name":"Kim"}
	// error: {"status":400,"title":"Bad Request","detail":"\"id\" must be an integer, not a string"}
	// error: {"status":400,"title":"Bad Request","detail":"\"id\" is required"}
}

func ExamplePassthrough() {
	h := mapping.New(func(ctx context.Context, in mapping.Passthrough[User]) (string, error) {
		id, err := in.Params.Path.Int("id")
		if err != nil {
			return "", err
		}
		return fmt.Sprintf("%s %d %s", in.Context.HTTPMethod, id, in.Body.Name), nil
	})

	invoke(h, `{
		"body-json": {"id": 7, "name": "Kim"},
		"params": {"path": {"id": "7"}, "querystring": {}, "header": {"Accept": "*/*"}},
		"stage-variables": {},
		"context": {"http-method": "PUT", "stage": "prod"}
	}`)
	invoke(h, `{"body-json": {"id": 7}, "params": {"path": {"id": "seven"}}}`)
	// Output:
	// "PUT 7 Kim"
	// error: {"status":400,"title":"Bad Request","detail":"parameter \"id\" must be an integer"}
}

func ExampleErrorf() {
	err := mapping.Errorf(404, "no user %q", "Kim\nLee")
	fmt.Println(err)
	// Output:
	// {"status":404,"title":"Not Found","detail":"no user \"Kim\\nLee\""}
}

func ExampleMapError() {
	h := mapping.New(func(ctx context.Context, u User) (User, error) {
		return User{}, fmt.Errorf("get user: %w", errItemNotFound)
	})
	invoke(h, `{"id":7}`)
	invoke(mapping.MapError(h, errItemNotFound, 404), `{"id":7}`)
	// Output:
	// error: {"status":500,"title":"Internal Server Error"}
	// error: {"status":404,"title":"Not Found"}
}

func ExampleSelectionPattern() {
	fmt.Println(mapping.SelectionPattern(404))
	// Output:
	// \{"status":404,[\s\S]*
}

func ExampleTemplateFor() {
	type getUser struct {
		ID    int  `path:"id"`
		Limit *int `query:"limit"`
	}
	template, err := mapping.TemplateFor[getUser]()
	fmt.Println(template, err)

	h := mapping.New(func(ctx context.Context, in getUser) (int, error) { return in.ID, nil })
	invoke(h, `{"path": {"id": "7"}, "query": {"limit": null}}`) // what the template renders
	invoke(h, `{"path": {"id": "seven"}, "query": {"limit": "ten"}}`)
	// Output:
	// #set($params = $input.params())
	// {
	//   "path": {
	//     "id": "$util.escapeJavaScript($params.get("path").get("id")).replaceAll("\\'", "'")"
	//   },
	//   "query": {
	//     "limit": #if($params.get("querystring").containsKey("limit"))"$util.escapeJavaScript($params.get("querystring").get("limit")).replaceAll("\\'", "'")"#{else}null#end
	//   }
	// }
	//  <nil>
	// 7
	// error: {"status":400,"title":"Bad Request","detail":"path parameter id must be an integer (and 1 more)","errors":[{"parameter":"id","in":"path","detail":"must be an integer"},{"parameter":"limit","in":"query","detail":"must be an integer"}]}
}

func ExampleOperationFor() {
	o, err := mapping.OperationFor[User](mapping.OperationConfig{
		URI: mapping.FunctionURI("UsersFunction"), Errors: []int{409}, Origin: "https://app.example.com",
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	yaml := string(o.YAML()) // goes under a method of a path
	fmt.Println(yaml[strings.Index(yaml, "x-amazon"):strings.Index(yaml, "    '[^{]")])
	// Output:
	// x-amazon-apigateway-integration:
	//   type: aws
	//   httpMethod: POST
	//   uri:
	//     Fn::Sub: arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${UsersFunction.Arn}/invocations
	//   passthroughBehavior: never
	//   requestTemplates:
	//     application/json: "$input.json('$')"
	//   responses:
}

func ExampleOperation_JSON() {
	fmt.Printf("%s", mapping.Preflight("*", []string{"GET"}, []string{"Content-Type"}).JSON()[:32])
	// Output:
	// {
	//   "responses": {
	//     "204": {
}

func ExamplePreflight() {
	yaml := string(mapping.Preflight("*", []string{"GET", "POST"}, []string{"Content-Type"}).YAML())
	fmt.Print(yaml[strings.Index(yaml, "x-amazon"):])
	// Output:
	// x-amazon-apigateway-integration:
	//   type: mock
	//   requestTemplates:
	//     application/json: '{"statusCode": 204}'
	//   responses:
	//     default:
	//       statusCode: '204'
	//       responseParameters:
	//         method.response.header.Access-Control-Allow-Headers: "'Content-Type'"
	//         method.response.header.Access-Control-Allow-Methods: "'GET,POST'"
	//         method.response.header.Access-Control-Allow-Origin: "'*'"
}

func ExampleResponseTemplateFor() {
	type name struct {
		Name string `json:"name"`
	}
	template, err := mapping.ResponseTemplateFor[[]name]()
	fmt.Println(template, err)
	// Output:
	// [
	// #foreach($item in $input.path("$"))#set($i0 = $foreach.index)
	//   {
	//     "name": $input.json("$[$i0].name")
	//   }#if($foreach.hasNext),#end
	//
	// #end
	// ]
	//  <nil>
}

func ExampleLog() {
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	h := mapping.New(func(ctx context.Context, u User) (User, error) {
		return User{}, mapping.Errorf(404, "no user %d: %w", u.ID, errItemNotFound)
	})
	_, _ = mapping.Log(h, logger).Invoke(context.Background(), []byte(`{"id":7}`))
	// Output:
	// level=INFO msg="request failed" status=404 request_id="" detail="no user 7" cause="item not found"
}
