package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"
)

// An invokeError is an answer of Lambda itself.
type invokeError struct {
	status  int
	kind    string
	message string
}

// read checks a request and keeps what there is to know of it.
func (c *invokeCall) read(w http.ResponseWriter, r *http.Request) *invokeError {
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return &invokeError{http.StatusForbidden, "AccessDeniedException", "web pages may not invoke functions here"}
	}
	reference, ok := c.cutPath(r.URL.Path)
	if !ok || r.Method != http.MethodPost {
		return &invokeError{http.StatusNotFound, "UnknownOperationException", "of Lambda's API there are only Invoke and InvokeWithResponseStream here: POST " +
			invokePath + "NAME" + invokeEnd + " and POST " + streamPath + "NAME" + streamEnd}
	}
	if refused := c.find(reference, r.URL.Query()); refused != nil {
		return refused
	}
	if refused := c.readOptions(r.Header); refused != nil {
		return refused
	}
	return c.readEvent(w, r)
}

// The paths of the operations, around the name of the function.
const (
	invokePath, invokeEnd = "/2015-03-31/functions/", "/invocations"
	streamPath, streamEnd = "/2021-11-15/functions/", "/response-streaming-invocations"
)

// cutPath returns the name of the function, and notes the operation.
func (c *invokeCall) cutPath(path string) (reference string, ok bool) {
	begin, end := invokePath, invokeEnd
	if c.streams = strings.HasPrefix(path, streamPath); c.streams {
		begin, end = streamPath, streamEnd
	}
	reference, hasBegin := strings.CutPrefix(path, begin)
	reference, hasEnd := strings.CutSuffix(reference, end)
	if !hasBegin || !hasEnd {
		return "", false
	}
	c.seen.Route = "POST " + begin + "{FunctionName}" + end
	return reference, true
}

func errParameter(message string) *invokeError {
	return &invokeError{http.StatusBadRequest, "InvalidParameterValueException", message}
}

// find finds the function.
func (c *invokeCall) find(reference string, query url.Values) *invokeError {
	name, qualifier, ok := parseReference(reference)
	if !ok {
		return errParameter("expected the name or the ARN of a function")
	}
	if asked := query.Get("Qualifier"); asked != "" {
		switch {
		case !isQualifier(asked):
			return errParameter("expected a version or an alias as Qualifier")
		case qualifier != "" && qualifier != asked:
			return errParameter("The derived qualifier from the function name does not match the specified qualifier.")
		}
		qualifier = asked
	}
	arn := "arn:aws:lambda:us-east-1:123456789012:function:" + name
	c.handler = c.api.Functions[name]
	if p, ok := c.handler.(*Process); ok {
		arn = p.arn()
	}
	if qualifier != "" {
		arn += ":" + qualifier
	}
	if c.handler == nil {
		return &invokeError{http.StatusNotFound, "ResourceNotFoundException", "Function not found: " + arn}
	}
	c.lambda.AwsRequestID, c.lambda.InvokedFunctionArn = c.id, arn
	return nil
}

// readOptions reads the headers.
func (c *invokeCall) readOptions(h http.Header) *invokeError {
	c.kind = orDefault(h.Get("X-Amz-Invocation-Type"), synchronous)
	switch {
	case c.kind == synchronous, c.kind == dryRun, c.kind == asynchronous && !c.streams:
	case c.streams:
		return errParameter("expected the invocation type RequestResponse or DryRun")
	default:
		return errParameter("expected the invocation type RequestResponse, Event or DryRun")
	}
	switch kind := h.Get("X-Amz-Log-Type"); kind {
	case "", "None":
	case "Tail":
		c.tail = true
	default:
		return errParameter("expected the log type None or Tail")
	}
	given := h.Get("X-Amz-Client-Context")
	if given == "" || c.kind == asynchronous { // to which Lambda does not pass it on
		return nil
	}
	decoded, err := base64.StdEncoding.DecodeString(given)
	if err != nil || len(given) > maxClientContext || json.Unmarshal(decoded, &c.lambda.ClientContext) != nil {
		return &invokeError{http.StatusBadRequest, "InvalidRequestContentException",
			fmt.Sprintf("expected a client context of JSON in Base64, of %d bytes at most", maxClientContext)}
	}
	return nil
}

// readEvent reads the body. None at all is an empty object.
func (c *invokeCall) readEvent(w http.ResponseWriter, r *http.Request) *invokeError {
	limit := int64(maxEvent)
	if c.kind == asynchronous {
		limit = maxAsyncEvent
	}
	if r.Body == nil { // of a request that no server has read
		r.Body = http.NoBody
	}
	var err error
	c.event, err = io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	c.seen.Body = c.clipped(c.event)
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		// Not the RequestTooLargeException of the documentation: see https://github.com/aws/aws-sdk/issues/45.
		return &invokeError{http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException",
			fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", limit)}
	case err != nil:
		return &invokeError{http.StatusBadRequest, "InvalidRequestContentException", "the request broke off"}
	case len(c.event) == 0:
		c.event = []byte("{}")
	}
	if err := checkJSON(c.event); err != nil {
		return &invokeError{http.StatusBadRequest, "InvalidRequestContentException", "Could not parse request body into json: " + err.Error()}
	}
	if c.api.Observe != nil {
		c.seen.Event = bytes.Clone(c.event) // the function may change its own
		c.seen.Body = c.clipped(c.seen.Event)
	}
	return nil
}

// checkJSON says why a text is not JSON in UTF-8.
func checkJSON(b []byte) error {
	var valid json.RawMessage
	err := json.Unmarshal(b, &valid)
	if bad := (*json.SyntaxError)(nil); errors.As(err, &bad) {
		return fmt.Errorf("byte %d: %w", bad.Offset, err)
	}
	if err == nil && !utf8.Valid(b) {
		return errors.New("it is not UTF-8")
	}
	return err
}
