package integration

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// The choice of a template for a request, and of a response and its template for a result. Sources: the sections
// "Method request behavior for payloads without mapping templates" and "Select a mapping template" of AWS's guide.

const applicationJSON = "application/json"

// requestTemplate chooses the template for a Content-Type. A nil template passes the body on.
func (i *Integration) requestTemplate(contentType string) (*vtl.Template, error) {
	if contentType == "" {
		contentType = applicationJSON
	}
	if t, ok := i.request[gwevent.MediaType(contentType)]; ok {
		return t, nil
	}
	if i.passthrough == Never || i.passthrough == WhenNoTemplates && len(i.request) > 0 {
		return nil, &Error{Status: 415, Message: "Unsupported Media Type"}
	}
	return nil, nil
}

// outcome is what an integration gave: a payload, and the text that selection patterns are held against.
type outcome struct {
	payload  []byte
	selector string
	canMatch bool // false for a function's success, which matches no pattern

	header    http.Header // of a backend
	isBinary  bool        // a backend's body; a function's result is text
	isForeign bool        // a backend's, whose text may be anything
}

// selectResponse returns the first response whose pattern matches, else the default one.
func (i *Integration) selectResponse(o outcome) (*response, error) {
	var fallback *response
	for _, r := range i.responses {
		if r.pattern == nil {
			fallback = r
			continue
		}
		if !o.canMatch {
			continue
		}
		matched, err := r.pattern.match(o.selector)
		if err != nil {
			return nil, misconfigured(err)
		}
		if matched {
			return r, nil
		}
	}
	if fallback == nil {
		return nil, misconfigured(errNoResponse)
	}
	return fallback, nil
}

// template chooses a response template. The media types of Accept are tried in the order in which they stand.
func (r *response) template(accept string) (contentType string, t *vtl.Template) {
	for part := range strings.SplitSeq(accept, ",") {
		if contentType = gwevent.MediaType(part); r.templates[contentType] != nil {
			return contentType, r.templates[contentType]
		}
	}
	if t, ok := r.templates[applicationJSON]; ok || len(r.templates) == 0 {
		return applicationJSON, t
	}
	contentType = slices.Min(slices.Collect(maps.Keys(r.templates)))
	return contentType, r.templates[contentType]
}
