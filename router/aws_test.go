package router

import (
	"context"
	"encoding/json"
	"net/url"
	"reflect"
	"strings"
	"testing"
)

// recordedOnAWS is what was recorded of API Gateway itself.
type recordedOnAWS struct {
	RestEvents struct {
		Cases []struct {
			Name, Request string
			Event         json.RawMessage
		}
	} `json:"rest_events"`
	Validation struct {
		Cases []struct {
			Output     json.RawMessage `json:"lambda_output"`
			HTTPStatus int             `json:"http_status"`
		}
	} `json:"rest_response_validation"`
	Routing []routing `json:"rest_routing"`
	HTTPDoc routing   `json:"http_api_routing_doc"`
	Domains struct {
		Cases []struct {
			Mapping, URL, Path string
			ContextPath        string `json:"requestContext.path"`
		}
	} `json:"rest_custom_domain_paths"`
}

type routing struct {
	Routes []string
	Cases  [][3]string // method, path, and the route or the error
}

// Every REST event that was recorded reaches the route of its resource, with the path,
// the query and the headers that the client sent.
func TestRecordedOnAWS(t *testing.T) {
	var aws recordedOnAWS
	shared(t, &aws, "router", "apigw_aws_recorded.json")
	for _, c := range aws.RestEvents.Cases {
		var ev struct {
			Resource                        string
			PathParameters                  map[string]string
			MultiValueQueryStringParameters url.Values
			Headers                         map[string]string
		}
		if err := json.Unmarshal(c.Event, &ev); err != nil {
			t.Fatal(err)
		}
		req, answer := seen(t, c.Event, "/{proxy+}", "/hardcoded")
		if req == nil {
			t.Errorf("%s: %v", c.Name, answer)
			continue
		}
		proxy, err := url.PathUnescape(ev.PathParameters["proxy"])
		if err != nil {
			t.Fatal(err)
		}
		if req.Route() != ev.Resource || req.PathValue("proxy") != proxy {
			t.Errorf("%s: route %q with %q, want %q with %q", c.Name, req.Route(), req.PathValue("proxy"), ev.Resource, proxy)
		}
		if got := req.Query(); len(got) != len(ev.MultiValueQueryStringParameters) || len(got) > 0 && !reflect.DeepEqual(got, ev.MultiValueQueryStringParameters) {
			t.Errorf("%s: query %v, want %v", c.Name, got, ev.MultiValueQueryStringParameters)
		}
		for name, value := range ev.Headers {
			if req.Header(name) != value {
				t.Errorf("%s: header %s is %q, want %q", c.Name, name, req.Header(name), value)
			}
		}
	}
	if len(aws.RestEvents.Cases) < 11 {
		t.Errorf("only %d events", len(aws.RestEvents.Cases))
	}
}

// What API Gateway chose among routes, the router chooses. Where API Gateway answers 403
// itself, it never asks the function; the router would answer 404 or 405.
func TestRecordedRouting(t *testing.T) {
	var aws recordedOnAWS
	shared(t, &aws, "router", "apigw_aws_recorded.json")
	cases := 0
	for _, table := range append(aws.Routing, aws.HTTPDoc) {
		var r Router
		for _, p := range table.Routes {
			if p == "$default" {
				continue // what no route takes
			}
			r.Handle(p, func(context.Context, *Request) (*Response, error) { return Text(200, p), nil })
		}
		for _, c := range table.Cases {
			cases++
			w := do(&r, c[0], c[1])
			if strings.HasPrefix(c[2], "403 ") {
				if w.Code != 404 && w.Code != 405 {
					t.Errorf("%v: %s %s: %d", table.Routes, c[0], c[1], w.Code)
				}
			} else if w.Body.String() != c[2] {
				t.Errorf("%v: %s %s reached %q, want %q", table.Routes, c[0], c[1], w.Body, c[2])
			}
		}
	}
	if cases < 13 {
		t.Errorf("only %d cases", cases)
	}
}

// The paths that custom domains cause: what is the API's own part of them reaches the
// route, with the base path stripped where the resource shows it.
func TestRecordedDomains(t *testing.T) {
	var aws recordedOnAWS
	shared(t, &aws, "router", "apigw_aws_recorded.json")
	for _, c := range aws.Domains.Cases {
		own := map[string]string{
			"none (execute-api)": "/your-path", "basePath none, stage none": "/your-path",
			"basePath, stage none": "/example/v1", "basePath + stage": "/example/v1",
		}[c.Mapping]
		if own == "" {
			t.Fatalf("a mapping that the test does not know: %q", c.Mapping)
		}
		event := mergeEvent(t, restEvent, `{"path":"`+c.Path+`","resource":"/{proxy+}","pathParameters":{"proxy":"`+own[1:]+`"},
			"requestContext":{"path":"`+c.ContextPath+`","stage":"stage"}}`)
		req, answer := seen(t, event, "/{proxy+}")
		if req == nil || req.Path() != own {
			t.Errorf("%s: %v, want %s", c.Mapping, answer, own)
		}
	}
	if len(aws.Domains.Cases) < 4 {
		t.Errorf("only %d cases", len(aws.Domains.Cases))
	}
}

// The answers that API Gateway refused are none that the router can give: its own have
// a status that is a number and the members that API Gateway knows.
func TestRecordedValidation(t *testing.T) {
	var aws recordedOnAWS
	shared(t, &aws, "router", "apigw_aws_recorded.json")
	valid := func(output json.RawMessage) bool {
		var answer struct {
			StatusCode        *json.Number
			Headers           map[string]any
			MultiValueHeaders map[string][]any
			Body              *string
			IsBase64Encoded   bool
		}
		d := json.NewDecoder(strings.NewReader(string(output)))
		d.DisallowUnknownFields()
		return d.Decode(&answer) == nil && (answer.StatusCode != nil || len(answer.Headers) > 0)
	}
	for _, c := range aws.Validation.Cases {
		if got := valid(c.Output); got != (c.HTTPStatus != 502) {
			t.Errorf("%s: valid %t, API Gateway answered %d", c.Output, got, c.HTTPStatus)
		}
	}
	for _, resp := range []*Response{nil, NoContent(), Text(200, "x"), {Status: 200, Header: map[string][]string{"A": {"1", "2"}, "B": nil}, Body: []byte{0xff}}} {
		r := streaming(func() *Response { return resp })
		out, err := r.Invoke(t.Context(), []byte(restEvent))
		if err != nil || !valid(out) {
			t.Errorf("%s, %v", out, err)
		}
	}
}
