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
//	AsIs             as it is; see below   as it is; see below
//	ConvertToBinary  Base64 is decoded     as it is
//	ConvertToText    as it is              Base64
//
// Where the API's binary media types have the first one of Accept, a text answer that is left as it is becomes binary, and
// where they do not, a binary answer of an HTTP backend becomes Base64.
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

// isBinary reports whether the API's binary media types have the first one of a Content-Type or an Accept header.
func (c *Call) isBinary(header string) bool {
	return gwevent.DecodesFor(header, c.req.BinaryMediaTypes)
}

// convertPayload converts a binary payload before a template sees it, and returns what is left to be done with the answer.
func (c *Call) convertPayload(r *response, o outcome) (left ContentHandling, payload []byte, err error) {
	left = r.content
	if left == AsIs && c.isBinary(c.req.Accept) {
		left = ConvertToBinary
	}
	switch {
	case o.isBinary && left == AsIs:
		left = ConvertToText
	case o.isForeign && !o.isBinary:
		o.payload = bytes.ToValidUTF8(o.payload, []byte("\uFFFD"))
	}
	if !o.isBinary {
		return left, o.payload, nil
	}
	payload, err = left.convert(o.payload, true)
	return AsIs, payload, err
}

func (c *Call) convertResponse(content ContentHandling, a *Answer) error {
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
