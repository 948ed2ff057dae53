package integration

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// Outgoing is what goes to an HTTP backend.
type Outgoing struct {
	// Path are the values of the variables of the backend's URI, percent-encoded.
	Path map[string]string
	// Query and Header are what the request parameters and the overrides of the request template have set, and nothing else.
	Query  url.Values
	Header http.Header
	Body   []byte
}

// Outgoing returns the request to an HTTP backend: the body that the request template has made, and the parameters. An
// override wins over a parameter of its name. Every error is an *[Error].
func (c *Call) Outgoing() (*Outgoing, error) {
	out := &Outgoing{Path: make(map[string]string), Query: make(url.Values), Header: make(http.Header), Body: c.body}
	v := values{c.original, c.req.Header, c.req.Query}
	for i := range c.i.parameters {
		p := &c.i.parameters[i]
		found, err := p.evaluate(v)
		if err != nil {
			return nil, templateError(err)
		}
		if p.place == "path" && p.to == "path" {
			if raw, ok := c.req.Path[p.expression.name]; ok {
				out.Path[p.name] = raw // an encoded slash stays one
				continue
			}
		}
		out.put(p.to, p.name, found)
	}
	for _, to := range []string{"path", "querystring", "header"} {
		overrides, _ := c.requestOverride[to].(map[string]any)
		for name, value := range overrides {
			if text, ok := overrideText(value); ok && isForwarded(to, name) {
				out.put(to, name, []string{text})
			}
		}
	}
	return out, nil
}

func (o *Outgoing) put(to, name string, found []string) {
	found = slices.DeleteFunc(slices.Clone(found), func(s string) bool { return s == "" })
	switch {
	case len(found) == 0:
	case to == "path":
		o.Path[name] = url.PathEscape(found[0])
	case to == "querystring":
		o.Query[name] = found
	default:
		o.Header.Del(name)
		for _, value := range found {
			o.Header.Add(name, headerValue(value))
		}
	}
}

// Backend returns the answer to what an HTTP backend has answered; selection patterns are held against its status. A body
// whose Content-Type is one of the API's binary media types is binary, see [ContentHandling]; any other is text, and what of it
// is not UTF-8 is damaged.
func (c *Call) Backend(status int, header http.Header, body []byte) (*Answer, error) {
	return c.respond(outcome{
		payload: body, selector: strconv.Itoa(status), canMatch: true, header: header,
		isBinary: c.isBinary(header.Get("Content-Type")), isForeign: true,
	})
}

// A requestParameter gives one parameter of the request to an HTTP backend.
type requestParameter struct {
	to   string // "path", "querystring" or "header"
	name string
	expression
}

// parseRequestParameters parses requestParameters, by their targets, as integration.request.header.X-A.
func parseRequestParameters(sources map[string]string) ([]requestParameter, error) {
	var all []requestParameter
	for _, target := range slices.Sorted(maps.Keys(sources)) {
		rest, ok := strings.CutPrefix(target, "integration.request.")
		to, name, _ := strings.Cut(rest, ".")
		to = strings.TrimPrefix(to, "multivalue")
		if !ok || name == "" || to != "header" && to != "querystring" && to != "path" {
			return nil, fmt.Errorf("request parameter %q: expected integration.request.header, .querystring or .path with a name", target)
		}
		if !isForwarded(to, name) {
			return nil, fmt.Errorf("request parameter %q: a backend gets no such header of a client", target)
		}
		e, err := parseExpression(fmt.Sprintf("request parameter %q", target), sources[target], ofRequest)
		if err != nil {
			return nil, err
		}
		all = append(all, requestParameter{to, name, e})
	}
	return all, nil
}

// isForwarded refuses headers that are none, and those of one connection.
func isForwarded(to, name string) bool {
	if to != "header" {
		return true
	}
	return isToken(name) && !gwevent.HopByHop(name) && !strings.EqualFold(name, "Content-Length")
}
