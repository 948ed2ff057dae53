package router

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// ServeHTTP answers a net/http request, for servers and tests outside Lambda. It
// makes a Router an http.Handler. Routing and answers are the same as for events;
// what only a gateway knows (stage, claims, the request id) is empty.
func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	in := &Request{msg: &httpMessage{req: req}, method: req.Method, streams: true}
	in.fault = in.path.parse(req.URL.EscapedPath(), true)
	resp := r.serve(req.Context(), in)
	a := newAnswer(resp, req.Method, nil)
	for _, name := range a.names {
		w.Header()[http.CanonicalHeaderKey(name)] = a.header[name]
	}
	w.WriteHeader(resp.Status)
	w.Write(a.body) // an error means that the client has gone
	if stream := resp.stream(req.Method); stream != nil {
		sendStream(w, req, stream)
	}
}

// sendStream sends every piece of a stream at once. If the stream fails the connection
// is cut, as net/http does for a handler that panics: a client must not take the part
// for the whole.
func sendStream(w http.ResponseWriter, req *http.Request, stream io.Reader) {
	defer closeStream(stream)
	_, err := io.Copy(flusher{w, http.NewResponseController(w)}, onlyReader{stream})
	if err != nil && req.Context().Value(http.ServerContextKey) != nil {
		panic(http.ErrAbortHandler)
	}
}

// A flusher flushes each Write.
type flusher struct {
	w io.Writer
	c *http.ResponseController
}

func (f flusher) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if err == nil {
		f.c.Flush() // where the server cannot, the bytes are sent when it likes
	}
	return n, err
}

// An onlyReader hides a WriterTo, with which io.Copy would not notice pieces.
type onlyReader struct{ io.Reader }

// An httpMessage is a message that comes as a net/http request.
type httpMessage struct {
	req *http.Request
}

func (m *httpMessage) source() Source              { return NetHTTP }
func (m *httpMessage) limit() int                  { return 0 }
func (m *httpMessage) cookies() []string           { return nil }
func (m *httpMessage) query() url.Values           { return parseQuery(m.req.URL.RawQuery) }
func (m *httpMessage) requestID() string           { return "" }
func (m *httpMessage) stage() string               { return "" }
func (m *httpMessage) stageVariable(string) string { return "" }
func (m *httpMessage) claim(string) (string, bool) { return "", false }
func (m *httpMessage) clone() message              { return m } // only the handler reads the body
func (m *httpMessage) event(any) error {
	return errors.New("router: the request did not come as an event")
}

func (m *httpMessage) header(name string) string {
	if strings.EqualFold(name, "Host") && m.req.Host != "" {
		return m.req.Host
	}
	return m.req.Header.Get(name)
}

// headers returns the headers with Host, which net/http keeps apart and every
// event has.
func (m *httpMessage) headers() http.Header {
	if m.req.Host == "" {
		return m.req.Header
	}
	h := maps.Clone(m.req.Header)
	if h == nil {
		h = make(http.Header)
	}
	h["Host"] = []string{m.req.Host}
	return h
}

func (m *httpMessage) body() ([]byte, error) {
	if m.req.Body == nil {
		return []byte{}, nil
	}
	body, err := io.ReadAll(m.req.Body)
	switch _, tooLarge := errors.AsType[*http.MaxBytesError](err); {
	case tooLarge:
		return nil, &Error{Status: http.StatusRequestEntityTooLarge, Err: err}
	case err != nil:
		return nil, &Error{Status: http.StatusBadRequest, Detail: "the body could not be read", Err: err}
	}
	return body, nil
}

func (m *httpMessage) sourceIP() string {
	host, _, err := net.SplitHostPort(m.req.RemoteAddr)
	if err != nil {
		return m.req.RemoteAddr
	}
	return host
}

// requestKey is the context key of [RequestOf].
type requestKey struct{}

// RequestOf returns the Request behind a net/http request that a handler of
// [FromHTTP] got, given its context: the way to the event, claims and stage.
func RequestOf(ctx context.Context) (*Request, bool) {
	req, ok := ctx.Value(requestKey{}).(*Request)
	return req, ok
}

// FromHTTP makes a Handler of a net/http handler. The http.Request has the
// request's context, with the Lambda context in it, its path without stage and base
// path, and the route's variables as path values; [RequestOf] gives the rest. What the handler writes is buffered: its
// ResponseWriter can neither flush nor be hijacked.
func FromHTTP(h http.Handler) Handler {
	if h == nil {
		panic("router: FromHTTP: nil handler")
	}
	return func(ctx context.Context, req *Request) (*Response, error) {
		r, err := httpRequest(ctx, req)
		if err != nil {
			return nil, err
		}
		w := &recorder{header: make(http.Header)}
		h.ServeHTTP(w, r)
		w.WriteHeader(http.StatusOK) // unless the handler has
		return &Response{Status: w.status, Header: w.sent, Body: w.body.Bytes()}, nil
	}
}

// httpRequest returns the request as net/http would.
func httpRequest(ctx context.Context, req *Request) (*http.Request, error) {
	body, err := req.Body()
	if err != nil {
		return nil, err
	}
	u := req.path.url()
	u.RawQuery = req.rawQuery()
	ctx = context.WithValue(ctx, requestKey{}, req)
	r, err := http.NewRequestWithContext(ctx, req.method, "/", bytes.NewReader(body))
	if err != nil {
		return nil, Errorf(http.StatusBadRequest, "the method is not valid")
	}
	r.URL = u
	r.RequestURI = u.RequestURI()
	r.Header = req.Headers().Clone()
	r.Host = r.Header.Get("Host")
	r.Header.Del("Host")
	r.RemoteAddr = net.JoinHostPort(req.SourceIP(), "0")
	if req.route != nil {
		for _, seg := range req.route.pattern.segments {
			if seg.kind != literal {
				r.SetPathValue(seg.text, req.PathValue(seg.text))
			}
		}
		r.Pattern = req.route.pattern.String()
	}
	return r, nil
}

// url returns the path as a URL, spelled as the client did where that is known.
func (p *path) url() *url.URL {
	u := &url.URL{Path: p.String(), RawPath: p.sent}
	if p.slash && p.text != "" {
		u.Path += "/"
	}
	if p.sent != "" {
		return u
	}
	for at := p.start(); !p.ended(at); {
		var seg string
		seg, _, at = p.segment(at)
		u.RawPath += "/" + url.PathEscape(seg)
	}
	if p.slash && p.text != "" {
		u.RawPath += "/"
	}
	return u
}

// rawQuery returns the query string: as it came where the source keeps it, else
// encoded anew.
func (r *Request) rawQuery() string {
	switch m := r.msg.(type) {
	case *httpMessage:
		return m.req.URL.RawQuery
	case *payload:
		if raw, ok := m.rawQuery(); ok {
			return raw
		}
	}
	return r.Query().Encode()
}

// A recorder is the ResponseWriter of FromHTTP.
type recorder struct {
	header http.Header
	sent   http.Header // as of WriteHeader; later changes do not count
	status int
	body   bytes.Buffer
	wrote  bool
}

func (w *recorder) Header() http.Header { return w.header }

// WriteHeader keeps the first final status. Informational ones are not passed on:
// no source of Lambda knows them.
func (w *recorder) WriteHeader(status int) {
	if w.wrote || 100 <= status && status < 200 {
		return
	}
	w.wrote, w.status, w.sent = true, status, w.header.Clone()
}

func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}
