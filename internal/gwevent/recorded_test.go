package gwevent

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// recorded reads a file of events recorded on AWS. They are not part of this repository; without them the rules are
// still held by the tables of the other tests, which state them one by one.
func recorded(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "router", name))
	if os.IsNotExist(err) {
		t.Skipf("the recordings are not here (%s): events are not compared with captured ones field by field", name)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

// liveRequest is the client request that was sent through all four services.
func liveRequest(host, ip string) *http.Request {
	const query = "repeat=one&repeat=two&redirect=https%3A%2F%2Fexample.com%2Fa%2Fb&literalPlus=a+b&encodedPlus=a%2Bb&empty="
	body := strings.NewReader(`{"message":"hello from the public internet","unicode":"lambda-λ"}`)
	r := httptest.NewRequest("POST", "/capture/space%20value?"+query, body)
	r.Host, r.RemoteAddr = host, ip+":40000"
	r.Header = http.Header{
		"Accept": {"*/*"}, "Content-Type": {"application/json"}, "Cookie": {"session=abc123; theme=dark"},
		"User-Agent": {"curl/8.7.1"}, "X-Voker-Probe": {"first", "second"},
	}
	return r
}

type object = map[string]any

func TestLiveEvents(t *testing.T) {
	var file struct {
		Events map[string]object `json:"events"`
	}
	recorded(t, "live_events_4_ingresses.json", &file)
	for _, tc := range []struct {
		key string
		src Source
	}{{"apigwv1", REST}, {"apigwv2", HTTPAPI}, {"functionurl", FunctionURL}, {"alb", ALBMultiValue}} {
		t.Run(tc.key, func(t *testing.T) {
			want := normalise(file.Events[tc.key]).(object)
			require.NotEmpty(t, want)
			opt := optionsOf(t, tc.src, want)
			host, _ := headerOf(want, "host").(string)
			got := build(t, liveRequest(host, "68.8.83.18"), opt)
			require.Equal(t, want, normalise(got))
		})
	}
}

// optionsOf takes from a recorded event what its request cannot say.
func optionsOf(t *testing.T, src Source, ev object) Options {
	opt := Options{Source: src}
	ctx := ev["requestContext"].(object)
	if elb, ok := ctx["elb"].(object); ok {
		opt.TargetGroupARN = elb["targetGroupArn"].(string)
	} else {
		opt.AccountID, opt.APIID = ctx["accountId"].(string), ctx["apiId"].(string)
		opt.DomainName, opt.RequestID = ctx["domainName"].(string), ctx["requestId"].(string)
		opt.Stage = ctx["stage"].(string)
		ms := ctx["requestTimeEpoch"]
		if ms == nil {
			ms = ctx["timeEpoch"]
		}
		opt.Time = time.UnixMilli(int64(ms.(float64)))
	}
	opt.TraceID, _ = headerOf(ev, "x-amzn-trace-id").(string)
	require.NotEmpty(t, opt.TraceID)
	return opt
}

func headerOf(ev object, name string) any {
	header, ok := ev["headers"].(object)
	if !ok {
		header = ev["multiValueHeaders"].(object)
	}
	value := header[name]
	if list, ok := value.([]any); ok {
		return list[0]
	}
	return value
}

// normalise removes what the capture or net/http changed, not the service: the capture went through Go structs that
// write absent fields as null, "" or empty objects; net/http gives header names its own case; three ids of the API
// are in no request.
func normalise(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = normalise(v[i])
		}
	case object:
		for key, value := range v {
			value = normalise(value)
			empty, isObject := value.(object)
			switch {
			case key == "resourceId" || key == "deploymentId" || key == "extendedRequestId":
				delete(v, key)
			case value == nil, isObject && len(empty) == 0 && key != "headers":
				delete(v, key)
			case value == "" && key != "empty":
				delete(v, key)
			case key == "headers" || key == "multiValueHeaders":
				v[key] = lowerCase(value.(object))
			default:
				v[key] = value
			}
		}
	}
	return v
}

func lowerCase(m object) object {
	lower := make(object, len(m))
	for key, value := range m {
		lower[strings.ToLower(key)] = value
	}
	return lower
}

func build(t *testing.T, r *http.Request, opt Options) object {
	t.Helper()
	payload, err := New(r, opt)
	require.NoError(t, err)
	var ev object
	require.NoError(t, json.Unmarshal(payload, &ev), "%s", payload)
	return ev
}

func TestRecordedRESTEvents(t *testing.T) {
	var file struct {
		REST struct {
			Cases []struct {
				Name    string
				Request string
				Event   object
			}
		} `json:"rest_events"`
	}
	recorded(t, "apigw_aws_recorded.json", &file)
	require.Len(t, file.REST.Cases, 11)
	for _, tc := range file.REST.Cases {
		t.Run(tc.Name, func(t *testing.T) {
			ctx := tc.Event["requestContext"].(object)
			method := tc.Event["httpMethod"].(string)
			// What the file has as request is not always what was sent; requestContext.path is.
			_, query, _ := strings.Cut(tc.Request, "?")
			target := strings.TrimPrefix(ctx["path"].(string), "/stage")
			query, _, _ = strings.Cut(strings.ReplaceAll(query, " ", "%20"), "#")
			r := httptest.NewRequest(method, "http://example.com"+target+"?"+query, nil)
			r.URL.RawQuery = query
			opt := Options{Stage: "stage"}
			if resource := tc.Event["resource"].(string); resource != "/{proxy+}" {
				opt.Resource = resource
			}
			got := build(t, r, opt)
			for _, key := range []string{
				"resource", "path", "httpMethod", "pathParameters", "queryStringParameters",
				"multiValueQueryStringParameters", "stageVariables", "isBase64Encoded",
			} {
				require.Equal(t, tc.Event[key], got[key], key)
			}
			gotCtx := got["requestContext"].(object)
			require.Equal(t, ctx["path"], gotCtx["path"])
			require.Equal(t, ctx["resourcePath"], gotCtx["resourcePath"])
			require.ElementsMatch(t, keys(ctx), keys(gotCtx))
			require.ElementsMatch(t, keys(ctx["identity"].(object)), keys(gotCtx["identity"].(object)))
			require.ElementsMatch(t, keys(tc.Event), keys(got))
		})
	}
}

func keys(m object) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	return names
}

func TestRecordedResponseValidation(t *testing.T) {
	var file struct {
		Validation struct {
			Cases []struct {
				Name    string
				Output  json.RawMessage   `json:"lambda_output"`
				Status  int               `json:"http_status"`
				Body    any               `json:"body"`
				Headers map[string]string `json:"headers"`
			}
		} `json:"rest_response_validation"`
	}
	recorded(t, "apigw_aws_recorded.json", &file)
	require.Len(t, file.Validation.Cases, 15)
	for _, tc := range file.Validation.Cases {
		t.Run(tc.Name, func(t *testing.T) {
			a, err := ParseAnswer(REST, tc.Output)
			if tc.Status == http.StatusBadGateway {
				require.ErrorAs(t, err, new(*MalformedError))
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.Status, a.Status)
			body := string(a.Body)
			if a.Encoded != "" { // the recorded API has no binary media types
				body = a.Encoded
			}
			require.Equal(t, tc.Body, body)
			for name, value := range tc.Headers {
				if name != "Content-Length" {
					require.Equal(t, value, strings.Join(a.Header.Values(name), ", "), name)
				}
			}
		})
	}
}

func TestRecordedBinaryMatrix(t *testing.T) {
	var file struct {
		Matrix struct {
			Cases []struct {
				BinaryMediaTypes []string
				IsBase64Encoded  bool
				Accept           string
				Decoded          bool
			}
		} `json:"rest_binary_matrix"`
	}
	recorded(t, "apigw_aws_recorded.json", &file)
	require.Len(t, file.Matrix.Cases, 13)
	for _, tc := range file.Matrix.Cases {
		got := tc.IsBase64Encoded && DecodesFor(tc.Accept, tc.BinaryMediaTypes)
		require.Equal(t, tc.Decoded, got, "%v, accept %q", tc.BinaryMediaTypes, tc.Accept)
	}
}

func TestRecordedHeaderPassthrough(t *testing.T) {
	var file struct {
		Headers struct {
			Sent     string
			Received []string `json:"received_by_lambda"`
		} `json:"rest_header_passthrough"`
	}
	recorded(t, "apigw_aws_recorded.json", &file)
	r := httptest.NewRequest("GET", "/x", nil)
	for name := range strings.SplitSeq(file.Headers.Sent, ",") {
		r.Header.Set(name, "value")
	}
	got := build(t, r, Options{})
	require.ElementsMatch(t, file.Headers.Received, keys(got["headers"].(object)))
}
