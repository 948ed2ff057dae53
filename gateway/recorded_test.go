package gateway_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

// recording reads a file of what was recorded on AWS. It is not part of this repository; without it the rules are held
// by the tables of the other tests, which state them one by one.
func recording(t *testing.T, name string, v any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "shared", "data", "router", name))
	if os.IsNotExist(err) {
		t.Skipf("the recordings are not here (%s): behaviour is not compared with AWS's own", name)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(data, v))
}

// overTheWire sends a request byte by byte as it is written.
func overTheWire(t *testing.T, addr, request string) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp, string(body)
}

// TestRecordedEvents replays each recorded request and compares the event field by field. Left out are what the edge
// in front of the recorded API has added, and ids.
func TestRecordedEvents(t *testing.T) {
	var file struct {
		REST struct {
			ClientHeaders map[string]string `json:"client_headers"`
			Cases         []struct {
				Name    string
				Request string
				Event   map[string]any
			}
		} `json:"rest_events"`
	}
	recording(t, "apigw_aws_recorded.json", &file)
	require.Len(t, file.REST.Cases, 11)
	addr := serve(t, newGateway(t, gateway.Config{Stage: "stage", StageInURL: true, AccountID: "111111111111"},
		gateway.Route{Path: "/{proxy+}", Integration: gateway.Proxy(event)},
		gateway.Route{Path: "/hardcoded", Integration: gateway.Proxy(event)},
	))
	for _, tc := range file.REST.Cases {
		t.Run(tc.Name, func(t *testing.T) {
			want := tc.Event
			ctx := want["requestContext"].(map[string]any)
			// What the file has as request is not always what was sent; requestContext.path is.
			_, query, hasQuery := strings.Cut(tc.Request, "?")
			target := ctx["path"].(string)
			if hasQuery {
				query, _, _ = strings.Cut(strings.ReplaceAll(query, " ", "%20"), "#")
				target += "?" + query
			}
			request := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\nAccept-Encoding: gzip, deflate\r\nuser-agent: python-requests/testing\r\n",
				want["httpMethod"], target)
			payload := ""
			if body, ok := want["body"].(map[string]any); ok { // the one with a body had headers of its own
				text, err := json.Marshal(body)
				require.NoError(t, err)
				want["body"], payload = string(text), string(text)
				request += "content-length: " + strconv.Itoa(len(text)) + "\r\nauthorization: " + want["headers"].(map[string]any)["Authorization"].(string) + "\r\n"
			} else {
				for name, value := range file.REST.ClientHeaders {
					request += name + ": " + value + "\r\n"
				}
			}
			_, body := overTheWire(t, addr, request+"\r\n"+payload)
			got := eventOf(t, body)
			for _, ev := range []map[string]any{want, got} {
				maskEvent(ev)
			}
			require.Equal(t, want, got)
		})
	}
}

// maskEvent takes out of an event what differs from call to call and from place to place.
func maskEvent(ev map[string]any) {
	for _, key := range []string{"headers", "multiValueHeaders"} {
		headers, _ := ev[key].(map[string]any)
		for name := range headers {
			if strings.HasPrefix(name, "CloudFront-") || strings.HasPrefix(name, "X-Forwarded-") || name == "Host" || name == "Via" ||
				name == "X-Amz-Cf-Id" || name == "X-Amzn-Trace-Id" || name == "Content-Type" || name == "Postman-Token" {
				delete(headers, name)
			}
		}
	}
	ctx := ev["requestContext"].(map[string]any)
	for _, key := range []string{
		"apiId", "deploymentId", "domainName", "domainPrefix", "extendedRequestId", "requestId", "requestTime", "requestTimeEpoch", "resourceId",
	} {
		if ctx[key] != nil {
			ctx[key] = "an id"
		}
	}
	ctx["identity"].(map[string]any)["sourceIp"] = "an address"
}

func TestRecordedResponses(t *testing.T) {
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
		Matrix struct {
			Cases []struct {
				BinaryMediaTypes    []string
				IsBase64Encoded     bool
				ContentType, Accept string
				Decoded             bool
			}
		} `json:"rest_binary_matrix"`
	}
	recording(t, "apigw_aws_recorded.json", &file)
	require.Len(t, file.Validation.Cases, 15)
	for _, tc := range file.Validation.Cases {
		t.Run(tc.Name, func(t *testing.T) {
			addr := serve(t, newGateway(t, gateway.Config{}, only(gateway.Proxy(answering(string(tc.Output))))...))
			resp, body := overTheWire(t, addr, "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n")
			require.Equal(t, tc.Status, resp.StatusCode)
			if text, ok := tc.Body.(string); ok {
				require.Equal(t, text, body)
			} else {
				want, err := json.Marshal(tc.Body)
				require.NoError(t, err)
				require.JSONEq(t, string(want), body)
			}
			for name, value := range tc.Headers {
				require.Equal(t, value, strings.Join(resp.Header.Values(name), ", "), name)
			}
		})
	}
	require.Len(t, file.Matrix.Cases, 13)
	for i, tc := range file.Matrix.Cases {
		h := answering(fmt.Sprintf(`{"statusCode":200,"headers":{"Content-Type":%q},"body":"dGVzdC1kYXRh","isBase64Encoded":%t}`, tc.ContentType, tc.IsBase64Encoded))
		g := newGateway(t, gateway.Config{BinaryMediaTypes: tc.BinaryMediaTypes}, only(gateway.Proxy(h))...)
		want := map[bool]string{true: "test-data", false: "dGVzdC1kYXRh"}[tc.Decoded]
		require.Equal(t, want, do(g, "GET", "/x", "", "Accept", tc.Accept).Body.String(), "%d: %+v", i, tc)
	}
}

func TestRecordedHeaders(t *testing.T) {
	var file struct {
		Headers struct {
			Sent     string
			Received []string `json:"received_by_lambda"`
		} `json:"rest_header_passthrough"`
	}
	recording(t, "apigw_aws_recorded.json", &file)
	g := newGateway(t, gateway.Config{}, only(gateway.Proxy(event))...)
	var header []string
	for name := range strings.SplitSeq(file.Headers.Sent, ",") {
		header = append(header, name, "value")
	}
	ev := eventOf(t, do(g, "GET", "/x", "", header...).Body.String())
	var got []string
	for name := range ev["headers"].(map[string]any) {
		got = append(got, name)
	}
	require.ElementsMatch(t, file.Headers.Received, got)
}

func TestRecordedRoutesOfHTTPAPI(t *testing.T) {
	var file struct {
		Doc struct {
			Routes []string
			Cases  [][]string
		} `json:"http_api_routing_doc"`
	}
	recording(t, "apigw_aws_recorded.json", &file)
	var routes []gateway.Route
	for _, r := range file.Doc.Routes {
		method, path, ok := strings.Cut(r, " ")
		if !ok {
			method, path = "", r
		}
		routes = append(routes, gateway.Route{Method: method, Path: path, Integration: gateway.Proxy(event)})
	}
	g := newGateway(t, gateway.Config{Kind: gateway.HTTP}, routes...)
	require.NotEmpty(t, file.Doc.Cases)
	for _, tc := range file.Doc.Cases {
		require.Equal(t, tc[2], eventOf(t, do(g, tc[0], tc[1], "").Body.String())["routeKey"])
	}
	require.Equal(t, "$default", eventOf(t, do(newGateway(t, gateway.Config{Kind: gateway.HTTP}, routes[0], routes[4]), "GET", "/", "").Body.String())["routeKey"])
}

func TestRecordedFunctionURL(t *testing.T) {
	addr := serve(t, newGateway(t, gateway.Config{Kind: gateway.FunctionURL}, gateway.Route{Path: "$default", Integration: gateway.Proxy(
		handlerFunc(func(_ context.Context, payload []byte) ([]byte, error) {
			return json.Marshal(map[string]string{"event": string(payload)})
		}))}))
	_, body := overTheWire(t, addr, "POST /pa2%25Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar HTTP/1.1\r\nHost: localhost\r\nExtra-Headers: With WeiRd CapS\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"foo\":\"bar\"}")
	var got struct{ Event string }
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	ev := eventOf(t, got.Event)
	require.Equal(t, "/pa2%25Fth/1", ev["rawPath"])
	require.Equal(t, "/pa2%Fth/1", ev["requestContext"].(map[string]any)["http"].(map[string]any)["path"])
	require.Equal(t, map[string]any{"q": "query", "multiQuery": "foo,/bar"}, ev["queryStringParameters"])
	require.Equal(t, "With WeiRd CapS", ev["headers"].(map[string]any)["extra-headers"])
	require.Equal(t, `{"foo":"bar"}`, ev["body"])
	_, body = overTheWire(t, addr, "POST /test HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 3\r\n\r\n--x")
	require.NoError(t, json.Unmarshal([]byte(body), &got))
	require.Equal(t, "LS14", eventOf(t, got.Event)["body"], "a form arrives as Base64")
}
