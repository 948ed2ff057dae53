package router

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

// Proxy and Invoke are two doors to one router: the answers are the same.
func TestProxyIsInvoke(t *testing.T) {
	r := New(CORS(CORSConfig{Origins: []string{"*"}}))
	r.Handle("/{proxy+}", func(_ context.Context, req *Request) (*Response, error) {
		body, err := req.Body()
		if err != nil {
			return nil, err
		}
		sid, _ := req.Cookie("sid")
		sub, ok := req.Claim("sub")
		n, _ := req.Claim("n")
		var ev struct{ Resource string }
		if err := req.Event(&ev); err != nil {
			return nil, err
		}
		resp := Text(200, fmt.Sprintln(req.Method(), req.Path(), req.PathValue("proxy"), req.Query(), req.Headers(), req.Header("x-a"), sid, sub, ok, n,
			string(body), req.SourceIP(), req.RequestID(), req.Stage(), req.StageVariable("t"), req.Source(), ev))
		resp.Header["Set-Cookie"] = []string{"a=1", "b=2"}
		if len(body) > 0 && body[0] == 0xff {
			resp.Body = body
		}
		return resp, nil
	})
	for _, changes := range []string{
		`{}`,
		`{"path":"/a%2Fb/한/","httpMethod":"POST","body":"text","headers":{"X-A":"1","Cookie":"sid=s"},"stageVariables":{"t":"x"}}`,
		`{"headers":{"x-A":"1"},"multiValueHeaders":{"X-B":["1","2"]}}`,
		`{"multiValueQueryStringParameters":{"a":["1","2"]},"queryStringParameters":{"a":"2","b":"3"}}`,
		`{"path":"/base/x","pathParameters":{"proxy":"x"},"requestContext":{"path":"/base/x"}}`,
		`{"version":"1.0","resource":"$default","path":"/prod/x","requestContext":{"path":"/prod/x","stage":"prod"}}`,
		`{"path":"/%zz"}`,
		`{"body":"/9gAAQ==","isBase64Encoded":true}`,
		`{"body":"%%%","isBase64Encoded":true}`,
		`{"requestContext":{"authorizer":{"claims":{"sub":"u","n":7}}}}`,
		`{"requestContext":{"authorizer":{"sub":"u"}}}`,
		`{"multiValueHeaders":{"X-A":["1"],"x-a":["2"]},"headers":{"x-A":"3"}}`,
	} {
		event := mergeEvent(t, restEvent, changes)
		raw, err := r.Invoke(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		var in events.APIGatewayProxyRequest
		if err := json.Unmarshal(event, &in); err != nil {
			t.Fatal(err)
		}
		out, err := r.Proxy(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		var want events.APIGatewayProxyResponse
		if err := json.Unmarshal(raw, &want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(out, want) {
			t.Errorf("%s:\n Proxy  %+v\n Invoke %+v", changes, out, want)
		}
		if strings.Contains(changes, "%%%") && out.StatusCode != 400 {
			t.Errorf("bad base64: %d", out.StatusCode)
		}
	}
}

func TestProxyBoundsAnswers(t *testing.T) {
	r := New()
	r.Get("/{size}", JSON(func(_ context.Context, in struct {
		Size int `path:"size"`
	}) (*Response, error) {
		return Text(200, strings.Repeat("<", in.Size)), nil // six bytes each in the JSON that aws-lambda-go makes
	}))
	for size, want := range map[string]int{"100": 200, "1000000": 200, "1048600": 500, "7000000": 500} {
		out, err := r.Proxy(t.Context(), events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/" + size})
		if err != nil || out.StatusCode != want || want == 500 && len(out.Body) > 1000 {
			t.Errorf("%s: %d, %v", size, out.StatusCode, err)
		}
	}
}
