package integration

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/mapping"
)

// FromOperation returns the templates of an operation of an API definition, so that a test or the local gateway runs what
// is deployed: one of mapping.OperationFor, or one that json.Unmarshal has read from a definition.
//
// API Gateway does not document the order in which it tries selection patterns; here they are sorted, so that patterns
// which overlap at least always do the same.
func FromOperation(o *mapping.Operation) (Templates, error) {
	block := o.Integration
	t := Templates{Request: block.RequestTemplates, ContentHandling: ContentHandling(block.ContentHandling)}
	switch strings.ToLower(block.PassthroughBehavior) {
	case "", "when_no_match":
	case "when_no_templates":
		t.Passthrough = WhenNoTemplates
	case "never":
		t.Passthrough = Never
	default:
		return Templates{}, fmt.Errorf("integration: unknown passthrough behaviour %q", block.PassthroughBehavior)
	}
	for name, value := range block.RequestParameters {
		if !strings.EqualFold(name, "integration.request.header.X-Amz-Invocation-Type") {
			continue // Lambda does not show a function the headers of its own API
		}
		if t.Async = value == "'Event'"; !t.Async && value != "'RequestResponse'" {
			return Templates{}, fmt.Errorf("integration: invocation type %s: 'Event' and 'RequestResponse' are supported", value)
		}
	}
	for _, pattern := range slices.Sorted(maps.Keys(block.Responses)) {
		r, err := fromResponse(pattern, block.Responses[pattern])
		if err != nil {
			return Templates{}, fmt.Errorf("integration: response %q: %w", pattern, err)
		}
		t.Responses = append(t.Responses, r)
	}
	return t, nil
}

func fromResponse(pattern string, r mapping.IntegrationResponse) (Response, error) {
	status, err := strconv.Atoi(r.StatusCode)
	if err != nil {
		return Response{}, fmt.Errorf("status %q is no number", r.StatusCode)
	}
	if pattern == "default" {
		pattern = ""
	}
	out := Response{Pattern: pattern, Status: status, Templates: r.ResponseTemplates, ContentHandling: ContentHandling(r.ContentHandling)}
	for name, value := range r.ResponseParameters {
		header, ok := strings.CutPrefix(name, "method.response.header.")
		if !ok {
			return Response{}, fmt.Errorf("response parameter %q is no method.response.header", name)
		}
		if out.Headers == nil {
			out.Headers = make(map[string]string)
		}
		out.Headers[header] = value
	}
	return out, nil
}
