package integration_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

const (
	binaryData  = "\xff\xfe\x00"
	encodedData = "//4A" // binaryData
)

func TestContentHandlingOfRequests(t *testing.T) {
	types := []string{"image/png"}
	for _, tc := range []struct {
		contentType string
		types       []string
		handling    integration.ContentHandling
		body, want  string
	}{
		{"text/plain", nil, integration.AsIs, encodedData, encodedData},
		{"text/plain", nil, integration.ConvertToBinary, encodedData, binaryData},
		{"text/plain", types, integration.ConvertToText, encodedData, encodedData},
		{"image/png", types, integration.AsIs, binaryData, binaryData},
		{"image/png", types, integration.ConvertToBinary, binaryData, binaryData},
		{"image/png", types, integration.ConvertToText, binaryData, encodedData},
	} {
		call, err := compile(t, integration.Templates{ContentHandling: tc.handling}).Call(integration.Request{
			Input: vtl.Input{Body: []byte(tc.body)}, ContentType: tc.contentType, BinaryMediaTypes: tc.types,
		})
		require.NoError(t, err)
		require.Equal(t, tc.want, string(call.Body()), "%+v", tc)
	}
	_, err := compile(t, integration.Templates{ContentHandling: integration.ConvertToBinary}).Call(integration.Request{Input: vtl.Input{Body: []byte("no Base64")}})
	requireStatus(t, err, 400)
}

func TestContentHandlingOfAnswers(t *testing.T) {
	types := []string{"image/png"}
	for _, tc := range []struct {
		accept     string
		types      []string
		handling   integration.ContentHandling
		body, want string
	}{
		{"text/plain", nil, integration.AsIs, encodedData, encodedData},
		{"text/plain", nil, integration.ConvertToBinary, encodedData, binaryData},
		{"text/plain", types, integration.AsIs, encodedData, encodedData},
		{"text/plain", types, integration.ConvertToText, encodedData, encodedData},
		{"image/png", types, integration.AsIs, encodedData, binaryData},
		{"image/png", types, integration.AsIs, `"` + encodedData + `"`, binaryData},
		{"image/png, text/plain", types, integration.ConvertToText, encodedData, encodedData},
	} {
		templates := integration.Templates{Responses: []integration.Response{{ContentHandling: tc.handling}}}
		a := answer(t, templates, integration.Request{Input: vtl.Input{Body: []byte(tc.body)}, Accept: tc.accept, BinaryMediaTypes: tc.types})
		require.Equal(t, tc.want, string(a.Body), "%+v", tc)
	}
	call, err := compile(t, integration.Templates{Responses: []integration.Response{{ContentHandling: integration.ConvertToBinary}}}).Call(integration.Request{})
	require.NoError(t, err)
	_, err = call.Success([]byte(`{"no":"Base64"}`))
	requireStatus(t, err, 500)
}

// replayContent replays a row of AWS's tables: data, media type, binaryMediaTypes, contentHandling. What a function
// returns is text: binary data in an answer is a backend's.
func replayContent(t *testing.T, b behaviour) {
	given := unmarshal[[]string](t, b.Given)
	want := unmarshal[string](t, b.Expected)
	req := integration.Request{Input: vtl.Input{Body: []byte(encodedData)}}
	data, mediaType, handling := given[0], given[1], given[len(given)-1]
	if handling == "Undefined" {
		handling = ""
	}
	if slices.Contains(given, "Set with matching media types") {
		req.BinaryMediaTypes = []string{"image/png"}
	}
	header := "text/plain"
	if mediaType == "A binary type" || mediaType == "A binary data type" {
		header = "image/png"
	}
	expected := map[string]string{
		"Text data": encodedData, "UTF8-encoded string": encodedData, "Base64-decoded blob": binaryData,
		"Base64-decoded binary blob": binaryData, "Base64-encoded string": encodedData, "Binary data": binaryData,
	}[want]
	require.NotEmpty(t, expected, want)
	if isResponse := b.Name[:len("contentHandling/response")] == "contentHandling/response"; isResponse {
		req.Accept = header
		templates := integration.Templates{Responses: []integration.Response{{ContentHandling: integration.ContentHandling(handling)}}}
		if data == "Binary data" {
			call, err := compile(t, templates).Call(req)
			require.NoError(t, err)
			a, err := call.Backend(200, http.Header{"Content-Type": {"image/png"}}, []byte(binaryData))
			require.NoError(t, err)
			require.Equal(t, expected, string(a.Body))
			return
		}
		require.Equal(t, expected, string(answer(t, templates, req).Body))
		return
	}
	if data == "Binary data" {
		req.Input.Body = []byte(binaryData)
	}
	req.ContentType = header
	call, err := compile(t, integration.Templates{ContentHandling: integration.ContentHandling(handling)}).Call(req)
	require.NoError(t, err)
	require.Equal(t, expected, string(call.Body()))
}
