package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
	"github.com/lambdarest/lambdarest/mapping/integration"
)

// A GatewayResponse replaces an answer that a REST API gives by itself. Templates are no VTL: references are replaced
// by their values, nothing else happens.
type GatewayResponse struct {
	// Status is the HTTP status; 0 keeps the one that the answer has.
	Status int
	// Headers are names and values as they stand in a definition: 'text' in single quotes, or
	// method.request.header.Name, method.request.querystring.name, method.request.path.name, context.name or
	// stageVariables.name.
	Headers map[string]string
	// Templates are bodies by content type; the one for application/json where Accept names none. Without any the
	// body is {"message":$context.error.messageString}.
	Templates map[string]string
}

// gatewayResponses are a REST API's by type: the types that AWS documents, of which DEFAULT_4XX and DEFAULT_5XX stand
// for every other.
type gatewayResponses map[string]GatewayResponse

func (rs gatewayResponses) check() error {
	for kind, r := range rs {
		if _, _, ok := integration.GatewayResponse(kind); !ok {
			return fmt.Errorf("gateway: no gateway response has the type %q", kind)
		}
		if r.Status != 0 && (r.Status < 200 || r.Status > 599) {
			return fmt.Errorf("gateway: gateway response %s: status %d is out of range", kind, r.Status)
		}
		for name := range r.Headers {
			if !gwevent.ValidName(name) {
				return fmt.Errorf("gateway: gateway response %s: %q is not a header name", kind, name)
			}
		}
	}
	return nil
}

// write answers with the response for r, where there is one.
func (rs gatewayResponses) write(w http.ResponseWriter, c *call, r reply) bool {
	def, ok := rs[r.class]
	if !ok && r.status < 500 {
		def, ok = rs["DEFAULT_4XX"]
	} else if !ok {
		def, ok = rs["DEFAULT_5XX"]
	}
	if !ok {
		return false
	}
	if def.Status != 0 {
		r.status = def.Status
	}
	for name, value := range def.Headers {
		if text, ok := c.responseValue(value); ok {
			w.Header().Set(name, text) // net/http takes line breaks out
		}
	}
	contentType, template := def.template(c.r.Header.Get("Accept"))
	writeBody(w, r.status, contentType, c.substitute(template, r))
	return true
}

// template returns the one for the first type of Accept that has one, else the one for JSON, else the default.
func (r GatewayResponse) template(accept string) (contentType, template string) {
	for kind := range strings.SplitSeq(accept, ",") {
		kind, _, _ = strings.Cut(kind, ";")
		if t, ok := r.Templates[strings.TrimSpace(kind)]; ok {
			return strings.TrimSpace(kind), t
		}
	}
	const json = "application/json"
	if t, ok := r.Templates[json]; ok {
		return json, t
	}
	if len(r.Templates) == 0 {
		_, t, _ := integration.GatewayResponse("DEFAULT_4XX")
		return json, t
	}
	for kind, t := range r.Templates {
		if contentType == "" || kind < contentType {
			contentType, template = kind, t
		}
	}
	return contentType, template
}

// responseValue evaluates the value of a header.
func (c *call) responseValue(expr string) (string, bool) {
	if text, ok := strings.CutPrefix(expr, "'"); ok {
		return strings.CutSuffix(text, "'")
	}
	if name, ok := strings.CutPrefix(expr, "method.request.header."); ok {
		return c.r.Header.Get(name), c.r.Header.Get(name) != ""
	}
	if name, ok := strings.CutPrefix(expr, "method.request.querystring."); ok {
		value := c.query().Get(name)
		return value, value != ""
	}
	if name, ok := strings.CutPrefix(expr, "method.request.path."); ok {
		return c.params[name], c.params[name] != ""
	}
	if name, ok := strings.CutPrefix(expr, "stageVariables."); ok {
		return c.g.cfg.StageVariables[name], true
	}
	if name, ok := strings.CutPrefix(expr, "context."); ok {
		return c.contextValue(name)
	}
	return "", false
}

// substitute replaces the references in a template of a gateway response; unknown ones by nothing.
func (c *call) substitute(template string, r reply) string {
	return integration.Substitute(template, func(name string) string {
		switch name {
		case "context.error.message":
			return r.message
		case "context.error.messageString":
			return `"` + escapeJSON(r.message) + `"`
		case "context.error.validationErrorString":
			if invalid, ok := errors.AsType[*invalidBody](c.functionErr); ok {
				return escapeJSON("[" + invalid.err.Error() + "]")
			}
			return ""
		case "context.error.responseType":
			return r.class
		}
		value, _ := c.responseValue(name)
		return value
	})
}

// escapeJSON returns what stands for a text between the quotes of a JSON string. Templates have the quotes around
// $context.error.validationErrorString themselves, and what they get on AWS is JSON, so it is escaped.
func escapeJSON(text string) string {
	quoted, _ := json.Marshal(text) // a string cannot fail
	return string(quoted[1 : len(quoted)-1])
}

// contextValue returns what $context holds under a dotted name, as far as it is a string or a number.
func (c *call) contextValue(name string) (string, bool) {
	var value any = c.templateContext()
	for key := range strings.SplitSeq(name, ".") {
		m, _ := value.(map[string]any)
		value = m[key]
	}
	switch v := value.(type) {
	case string:
		return v, true
	case int64:
		return fmt.Sprint(v), true
	}
	return "", false
}
