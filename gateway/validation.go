package gateway

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Validation is a request validator of a REST API, with what it checks
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-method-request-validation.html). A request that
// lacks something gets 400 {"message": "Missing required request parameters: [a, b]"}, a body that is not as its model has it
// 400 {"message": "Invalid request body"}; the gateway responses BAD_REQUEST_PARAMETERS and BAD_REQUEST_BODY change that.
type Validation struct {
	// Parameters are those that a request must have, and not blank: method.request.header.<name>,
	// method.request.querystring.<name> or method.request.path.<name>.
	Parameters []string
	// Models are the bodies' by media type, as "application/json"; "$default" is for those that have none. Without it a
	// body of another type is not looked at. A request without a Content-Type counts as application/json, an empty body
	// as {}.
	Models map[string]Model
}

// A Model says whether a body is as it should be. That of a JSON Schema is a few lines around a library for it, whose choice is
// the caller's: lambdarest start has one. It must be safe for concurrent use.
type Model interface {
	// Validate returns what is wrong with the body, in one line, nil if nothing is. Clients see it only through
	// $context.error.validationErrorString of a gateway response.
	Validate(body []byte) error
}

// check refuses what cannot be checked. A nil Validation is none.
func (v *Validation) check(kind Kind) error {
	if v == nil {
		return nil
	}
	if kind != REST {
		return errors.New("only REST APIs validate requests")
	}
	for _, p := range v.Parameters {
		if place, _ := parameterPlace(p); place == "" {
			return fmt.Errorf("validation: expected method.request.header, .querystring or .path with a name, got %q", p)
		}
	}
	for contentType, m := range v.Models {
		if m == nil {
			return fmt.Errorf("validation: no model for %q", contentType)
		}
	}
	return nil
}

// parameterPlace splits a parameter; the place is "" for what is none.
func parameterPlace(parameter string) (place, name string) {
	rest, ok := strings.CutPrefix(parameter, "method.request.")
	place, name, _ = strings.Cut(rest, ".")
	if !ok || name == "" || place != "header" && place != "querystring" && place != "path" {
		return "", ""
	}
	return place, name
}

// ready returns a copy for a route, with sorted parameters, and models by the media types that requests are looked up with.
func (v *Validation) ready() *Validation {
	if v == nil {
		return nil
	}
	own := &Validation{slices.Sorted(slices.Values(v.Parameters)), make(map[string]Model)}
	for contentType, m := range v.Models {
		own.Models[gwevent.MediaType(contentType)] = m
	}
	return own
}

// validate checks the request; nil is nothing to check. Parameters come first; missing ones are named in the order of the
// alphabet, by place and name, which is unverified on AWS.
func (c *call) validate(v *Validation) *failure {
	if v == nil {
		return nil
	}
	var missing []string
	for _, p := range v.Parameters {
		if place, name := parameterPlace(p); !c.hasParameter(place, name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		return &failure{reason: missingParameters, message: "Missing required request parameters: [" + strings.Join(missing, ", ") + "]"}
	}
	if len(v.Models) == 0 {
		return nil
	}
	return c.validateBody(v)
}

func (c *call) hasParameter(place, name string) bool {
	var values []string
	switch place {
	case "header":
		if values = c.r.Header.Values(name); strings.EqualFold(name, "Host") {
			values = []string{c.r.Host}
		}
	case "querystring":
		values = c.query()[name]
	default:
		values = []string{c.params[name]}
	}
	return slices.ContainsFunc(values, func(value string) bool { return strings.TrimSpace(value) != "" })
}

// validateBody reads the body for the model, and puts it back for the integration.
func (c *call) validateBody(v *Validation) *failure {
	contentType := orDefault(gwevent.MediaType(c.r.Header.Get("Content-Type")), "application/json")
	m, ok := v.Models[contentType]
	if !ok {
		if m, ok = v.Models["$default"]; !ok {
			return nil
		}
	}
	body, err := io.ReadAll(c.r.Body)
	if err != nil {
		return readFailure(err)
	}
	if c.r.Body != http.NoBody { // then the request is the call's own
		c.r.Body = io.NopCloser(bytes.NewReader(body))
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	if err := m.Validate(body); err != nil {
		c.functionErr = &invalidBody{err} // no function's, but an observer wants to know
		return errBadRequest("Invalid request body")
	}
	return nil
}

// invalidBody is what a model found wrong.
type invalidBody struct{ err error }

func (e *invalidBody) Error() string { return "gateway: invalid request body: " + e.err.Error() }
func (e *invalidBody) Unwrap() error { return e.err }
