package integration

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// ContentHandling is a conversion between binary data and its Base64 text
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html). A body is
// binary where its media type is one of the API's binary media types; everything else is text, a function's result
// always.
//
//	                 text                  binary
//	AsIs             as it is; see below   as it is
//	ConvertToBinary  Base64 is decoded     as it is
//	ConvertToText    as it is              Base64
//
// A text answer that is left as it is becomes binary where the API's binary media types have the first one of Accept.
type ContentHandling string

// The values are those of contentHandling in an API definition.
const (
	AsIs            ContentHandling = ""
	ConvertToBinary ContentHandling = "CONVERT_TO_BINARY"
	ConvertToText   ContentHandling = "CONVERT_TO_TEXT"
)

func (i *Integration) checkContent() error {
	all := []ContentHandling{i.content}
	for _, r := range i.responses {
		all = append(all, r.content)
	}
	for _, c := range all {
		if c != AsIs && c != ConvertToBinary && c != ConvertToText {
			return fmt.Errorf("%w %q", errContentValue, string(c))
		}
	}
	return nil
}

func (c ContentHandling) convert(body []byte, isBinary bool) ([]byte, error) {
	switch {
	case c == ConvertToBinary && !isBinary:
		return decodeBase64(body)
	case c == ConvertToText && isBinary:
		return base64.StdEncoding.AppendEncode(nil, body), nil
	}
	return body, nil
}

// convertRequest returns the body that the request template sees.
func (i *Integration) convertRequest(req Request) ([]byte, error) {
	isBinary := gwevent.DecodesFor(req.ContentType, req.BinaryMediaTypes)
	body, err := i.content.convert(req.Input.Body, isBinary)
	if err != nil { // the client's body
		return nil, &Error{Status: 400, Message: "Could not process payload"}
	}
	return body, nil
}

func (c *Call) convertResponse(r *response, a *Answer) error {
	content := r.content
	if content == AsIs && gwevent.DecodesFor(c.req.Accept, c.req.BinaryMediaTypes) {
		content = ConvertToBinary
	}
	body, err := content.convert(a.Body, false)
	if err != nil {
		return misconfigured(err)
	}
	a.Body = body
	return nil
}

// decodeBase64 decodes a text. A function can only return JSON, so the text may be a JSON string.
func decodeBase64(text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	var quoted string
	if len(text) > 0 && text[0] == '"' && json.Unmarshal(text, &quoted) == nil {
		text = []byte(quoted)
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, errNotBase64 // err would quote a byte of it
	}
	return decoded, nil
}
