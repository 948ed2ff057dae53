package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// rerouted is what a mapping says of the server behind a [BackendProxy]; it is in the context of the request.
type rerouted struct{ path, host string }

type reroutedKey struct{}

// changeRequest puts a changed copy in the place of the request.
func (c *call) changeRequest(changes []change) *failure {
	if len(changes) == 0 {
		return nil
	}
	from := mappedFrom{c: c, header: c.r.Header}
	values := make([]string, len(changes))
	has := make([]bool, len(changes))
	for i, ch := range changes {
		var err error
		if values[i], has[i], err = ch.value.evaluate(&from); err != nil {
			return readFailure(err)
		}
	}
	to := &rerouted{}
	r := c.r.WithContext(context.WithValue(c.r.Context(), reroutedKey{}, to))
	r.Header = r.Header.Clone()
	r.URL = new(url.URL)
	*r.URL = *c.r.URL
	for i, ch := range changes {
		if has[i] || ch.action == "remove" {
			ch.apply(r, to, values[i])
		}
	}
	c.r = r
	return nil
}

// apply changes a request.
func (ch *change) apply(r *http.Request, to *rerouted, value string) {
	switch {
	case ch.place == "path":
		to.path = "/" + strings.TrimPrefix(value, "/")
		r.URL.Path, r.URL.RawPath = to.path, ""
	case ch.place == "querystring":
		r.URL.RawQuery = ch.query(r.URL.RawQuery, value)
	case strings.EqualFold(ch.name, "Host") && ch.action != "remove":
		to.host = oneLine(value)
		r.Host = to.host
	default:
		ch.header(r.Header, value)
	}
}

// header changes a header.
func (ch *change) header(h http.Header, value string) {
	switch ch.action {
	case "append":
		h.Add(ch.name, oneLine(value))
	case "overwrite":
		h.Set(ch.name, oneLine(value))
	default:
		h.Del(ch.name)
	}
}

// query returns a changed query; the other parameters stay as the client wrote them.
func (ch *change) query(raw, value string) string {
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		if unescaped, err := url.QueryUnescape(name); err == nil {
			name = unescaped
		}
		if pair != "" && (ch.action == "append" || name != ch.name) {
			kept = append(kept, pair)
		}
	}
	if ch.action != "remove" {
		kept = append(kept, url.QueryEscape(ch.name)+"="+url.QueryEscape(value))
	}
	return strings.Join(kept, "&")
}

// oneLine makes a text fit for a header.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// readAll reads the body of a request, and leaves it to be read again.
func readAll(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err == nil && r.Body != http.NoBody { // without a body the request is the caller's
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return body, err
}
