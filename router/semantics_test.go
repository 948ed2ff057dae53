package router

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A semantic is a case of the collected facts about what API Gateway, function URLs
// and ALBs send and take: an event, of which only the fields that matter are given,
// and what must come of it.
type semantic struct {
	ID, Format string
	Event      map[string]json.RawMessage
	Expect     map[string]any
	Config     struct{ Strip []string }
}

// TestSemantics replays the collected facts.
func TestSemantics(t *testing.T) {
	var file struct{ Cases []semantic }
	shared(t, &file, "router", "apigw_semantics.json")
	if len(file.Cases) < 50 {
		t.Fatalf("%d cases", len(file.Cases))
	}
	for _, c := range file.Cases {
		t.Run(c.ID, func(t *testing.T) {
			if check := answerFacts[c.ID]; check != nil {
				check(t, c)
				return
			}
			checkRequest(t, c)
		})
	}
}

var formats = map[string]string{"rest-v1": restEvent, "http-v2": httpEvent, "function-url": urlEvent, "alb": albEvent}

// router returns a router that notes the requests to its routes.
func (c semantic) router(got **Request) *Router {
	r := New(Recover())
	r.StripPrefix(c.Config.Strip...)
	patterns := []string{"/", "GET /users/{id}", "GET /capture/{id}", "/{proxy+}"}
	if c.ID == "405-allow" {
		patterns = patterns[:3]
	}
	if routes := c.Event["routes"]; routes != nil {
		_ = json.Unmarshal(routes, &patterns)
	}
	for _, p := range patterns {
		r.Handle(p, func(_ context.Context, req *Request) (*Response, error) {
			*got = req
			if string(c.Event["handler"]) == `"panic"` {
				panic("a handler's mistake")
			}
			return Text(200, "body of "+p), nil
		})
	}
	return r
}

func (c semantic) event(t *testing.T) []byte {
	t.Helper()
	fields := maps.Clone(c.Event)
	for _, notOfTheEvent := range []string{"routes", "handler", "response", "set-cookie", "note"} {
		delete(fields, notOfTheEvent)
	}
	changes, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return mergeEvent(t, formats[c.Format], string(changes))
}

// checkRequest checks what a handler sees.
func checkRequest(t *testing.T, c semantic) {
	var req *Request
	r := c.router(&req)
	out, err := r.Invoke(t.Context(), c.event(t))
	if err != nil {
		t.Fatal(err)
	}
	answer := jsonOf(t, string(out)).(map[string]any)
	for key, want := range c.Expect {
		var got any
		switch name, arg, _ := strings.Cut(key, " "); {
		case key == "status":
			if s, ok := want.(string); ok { // "user-definable without route"
				got, want = req != nil, s != ""
				break
			}
			got = answer["statusCode"]
		case key == "allow":
			got = answer["headers"].(map[string]any)["Allow"]
		case req == nil:
			t.Fatalf("no handler ran: %s", out)
		case key == "params":
			params := map[string]any{}
			for name := range want.(map[string]any) {
				params[name] = req.PathValue(name)
			}
			got = params
		case key == "query":
			got = jsonOf(t, marshal(t, req.Query()))
		case key == "match", key == "route":
			got = strings.TrimSpace(req.route.pattern.String())
		case key == "raw_path":
			got, want = strings.TrimSuffix(req.Path(), "/"), strings.TrimSuffix(want.(string), "/")
		case key == "detected":
			got, want = req.Source(), REST
		case key == "claims":
			_, got = req.Claim("sub")
			want = false
		case key == "client_ip":
			got = req.SourceIP()
		case key == "body_len":
			body, err := req.Body()
			if err != nil {
				t.Error(err)
			}
			got = float64(len(body))
		case key == "body":
			got = answer["body"]
		case name == "get":
			got = req.Query().Get(arg)
		case name == "has":
			got = req.Query().Has(arg)
		case name == "header" && arg == "":
			got = req.Header("If-Modified-Since")
		case name == "header":
			if list, ok := want.([]any); ok {
				got, want = jsonOf(t, marshal(t, req.Headers()[http.CanonicalHeaderKey(arg)])), any(list)
				break
			}
			got = req.Header(arg)
		case name == "list":
			got, want = any(req.HeaderList("X-Voker-Probe")), any([]string{"first", "second"})
		case name == "strict_option":
			r.Use(StrictSlash())
			out, err := r.Invoke(t.Context(), c.event(t))
			if err != nil {
				t.Fatal(err)
			}
			got = jsonOf(t, string(out)).(map[string]any)["statusCode"]
		case slices.Contains([]string{"note", "never", "default", "no_error", "bind", "response_must_use", "option"}, name):
			continue // prose, or what the answers' cases check
		default:
			t.Fatalf("an expectation that the test does not know: %s", key)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", key, got, want)
		}
	}
}

func marshal(t *testing.T, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// answerFacts are the cases about answers.
var answerFacts = map[string]func(t *testing.T, c semantic){
	"alb-single": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), Text(200, "x"), nil)
		if answer["headers"] == nil || answer["multiValueHeaders"] != nil {
			t.Errorf("%v", answer)
		}
		checkRequest(t, c)
	},
	"alb-multi": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), Text(200, "x"), nil)
		if answer["headers"] != nil || answer["multiValueHeaders"] == nil {
			t.Errorf("%v", answer)
		}
		checkRequest(t, c)
	},
	"alb-status-description": func(t *testing.T, c semantic) {
		if got := answerTo(t, c.event(t), Text(200, "x"), nil)["statusDescription"]; got != c.Expect["statusDescription"] {
			t.Errorf("%v", got)
		}
	},
	"resp-binary": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), &Response{Status: 200, Header: http.Header{"Content-Type": {"image/png"}}, Body: []byte{0xff, 0xd8, 0, 1}}, nil)
		if answer["isBase64Encoded"] != true || answer["body"] != c.Expect["body"] {
			t.Errorf("%v", answer)
		}
	},
	"resp-gzip": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), &Response{Status: 200, Header: http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}, Body: []byte(gzipped(t, "{}"))}, nil)
		raw, err := base64.StdEncoding.DecodeString(answer["body"].(string))
		if answer["isBase64Encoded"] != true || err != nil || string(raw) != gzipped(t, "{}") {
			t.Errorf("%v", answer)
		}
	},
	"resp-cookies-expires": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), &Response{Status: 200, Header: http.Header{"Set-Cookie": cookieList(t, c)}}, nil)
		if got := answer["multiValueHeaders"].(map[string]any)["Set-Cookie"]; !reflect.DeepEqual(got, c.Expect["multiValueHeaders.set-cookie"]) {
			t.Errorf("%v", answer)
		}
	},
	"resp-cookies-v2": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), &Response{Status: 200, Header: http.Header{"Set-Cookie": cookieList(t, c)}}, nil)
		if !reflect.DeepEqual(answer["cookies"], c.Expect["cookies"]) || answer["multiValueHeaders"] != nil {
			t.Errorf("%v", answer)
		}
	},
	"resp-no-dup": func(t *testing.T, c semantic) {
		answer := answerTo(t, c.event(t), &Response{Status: 302, Header: http.Header{"Location": {"/x"}, "X-A": {"1", "2"}}}, nil)
		single, _ := answer["headers"].(map[string]any)
		multi, _ := answer["multiValueHeaders"].(map[string]any)
		for name := range single {
			if multi[name] != nil {
				t.Errorf("%s is in both maps", name)
			}
		}
		if single["Location"] != "/x" || len(multi) != 1 {
			t.Errorf("%v", answer)
		}
	},
	"panic": func(t *testing.T, c semantic) {
		var req *Request
		out, err := c.router(&req).Invoke(t.Context(), c.event(t))
		if err != nil || !strings.Contains(string(out), `"statusCode":500`) || !strings.Contains(string(out), "application/problem+json") || strings.Contains(string(out), "mistake") {
			t.Errorf("%s, %v", out, err)
		}
	},
	// What API Gateway drops before the function, and renames after it, is not ours to
	// do; what it would refuse, we strip.
	"rest-resp-header-passthrough": func(t *testing.T, c semantic) { forbiddenHeaders(t, c) },
	"forbidden-resp-header":        func(t *testing.T, c semantic) { forbiddenHeaders(t, c) },
}

func cookieList(t *testing.T, c semantic) (list []string) {
	t.Helper()
	if err := json.Unmarshal(c.Event["set-cookie"], &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func forbiddenHeaders(t *testing.T, c semantic) {
	c.Event = nil
	answer := answerTo(t, c.event(t), &Response{Status: 200, Header: http.Header{"Content-Length": {"5"}, "Connection": {"close"}, "Transfer-Encoding": {"chunked"}, "Www-Authenticate": {"Basic"}}}, nil)
	if got := answer["headers"].(map[string]any); len(got) != 1 || got["Www-Authenticate"] != "Basic" {
		t.Errorf("%v", got)
	}
}
