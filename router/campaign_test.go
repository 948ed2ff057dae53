package router

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// size returns how large a campaign is: small, or what CAMPAIGN says
// (.ci/campaign runs them all).
func size(t *testing.T, small int) int {
	t.Helper()
	s := os.Getenv("CAMPAIGN")
	if s == "" {
		return small
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatalf("CAMPAIGN: %v", err)
	}
	return n
}

// seed returns the seed of a campaign: a fixed one, or what SEED says.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := uint64(20261123)
	if s := os.Getenv("SEED"); s != "" {
		var err error
		if n, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatalf("SEED: %v", err)
		}
	}
	t.Logf("seed %d", n)
	return n
}

// hostile are strings that clients put anywhere.
var hostile = []string{
	"", "/", "//", "//evil.com/x", "/..;/", "/../..", "%", "%zz", "%2", "%2F", "%252F", "%00", "\x00", "%ff", "\xff\xfe", "+", " ", "=", "&", ";", "a=b; c", "?x=1", "#",
	"\r\nSet-Cookie: x=1", "%0d%0aX: y", "{}", "[]", "null", `"`, `\`, `{"id":1}`, `{"id":"1","name":1}`, `{"id":1`, "🙈", "한국", "\u202e", "'; DROP TABLE users", "<script>", "${x}", "{{x}}",
	"9223372036854775808", "-0", "1e400", "NaN", strings.Repeat("A", 70_000), strings.Repeat("/", 3000), strings.Repeat("[", 10_001), strings.Repeat("%2F", 500), "gzip", "*;q=0", "W/\"x\"",
	"https://a.example", "GET", "OPTIONS", "HEAD", "bm90IGJhc2U2NA==", "H4sIAAAAAAAA", "true", "Content-Length", "Transfer-Encoding",
}

// A mutator makes hostile events out of a small one.
type mutator struct{ *rand.Rand }

func (m mutator) pick() string { return hostile[m.IntN(len(hostile))] }

// text is one hostile string or a few, in a row.
func (m mutator) text() string {
	s := m.pick()
	for m.IntN(3) == 0 && len(s) < 1000 {
		s += m.pick()
	}
	return s
}

// texts is a map, or null, as all maps of events may be.
func (m mutator) texts(multi bool) any {
	if m.IntN(4) == 0 {
		return nil
	}
	object := map[string]any{}
	names := []string{"origin", "access-control-request-method", "accept-encoding", "if-none-match", "content-encoding", "cookie", "Content-Type", "x", "id"}
	for range m.IntN(6) {
		name := names[m.IntN(len(names))]
		if m.IntN(4) == 0 {
			name = m.text()
		}
		if multi {
			object[name] = []any{m.text(), m.text()}[:1+m.IntN(2)]
		} else {
			object[name] = m.text()
		}
	}
	return object
}

// event changes what a client can change in an event.
func (m mutator) event(source string, ev map[string]any) {
	for _, key := range []string{"path", "rawPath"} {
		if _, ok := ev[key]; ok && m.IntN(2) == 0 {
			ev[key] = "/" + m.text()
		}
	}
	m.resource(ev)
	if m.IntN(2) == 0 {
		ev["rawQueryString"] = m.text()
		ev["queryStringParameters"] = m.texts(source == "Lattice")
	}
	if m.IntN(3) == 0 {
		ev["headers"] = m.texts(source == "Lattice")
	}
	if (source == "REST" || source == "ALB") && m.IntN(3) == 0 {
		ev["multiValueHeaders"], ev["multiValueQueryStringParameters"] = m.texts(true), m.texts(true)
	}
	if m.IntN(2) == 0 {
		ev["body"] = m.text()
		if m.IntN(4) == 0 {
			ev["body"], ev["isBase64Encoded"] = base64.StdEncoding.EncodeToString([]byte(m.text())), true
		}
	}
	if m.IntN(4) == 0 {
		ev["cookies"] = []string{m.text(), m.text()}
	}
	m.method(ev)
}

// resource makes the event one of another resource or route, whose variables have
// hostile values.
func (m mutator) resource(ev map[string]any) {
	path := []string{"/", "/{proxy+}", "/users/{id}", "/shop/{id}/x y/{proxy+}"}[m.IntN(4)]
	for key, prefix := range map[string]string{"resource": "", "routeKey": "ANY "} {
		if _, ok := ev[key]; ok && m.IntN(3) == 0 {
			ev[key], ev["pathParameters"] = prefix+path, map[string]any{"id": m.text(), "proxy": m.text()}
		}
	}
}

func (m mutator) method(ev map[string]any) {
	method := []string{"GET", "HEAD", "POST", "OPTIONS", "DELETE", "PURGE"}[m.IntN(6)]
	for _, key := range []string{"httpMethod", "method"} {
		if _, ok := ev[key]; ok {
			ev[key] = method
		}
	}
	if ctx, ok := ev["requestContext"].(map[string]any); ok {
		if http, ok := ctx["http"].(map[string]any); ok {
			http["method"] = method
		}
	}
}

// campaignRouter has every kind of handler and middleware.
func campaignRouter() *Router {
	r := New(CORS(CORSConfig{Origins: []string{"https://a.example"}, Credentials: true}), Compress(), ETag(), BodyLimit(1<<20), Recover())
	r.Get("/users/{id}", JSON(func(_ context.Context, in everything) (everything, error) { return in, nil }))
	r.Post("/users/{id}", JSON(func(_ context.Context, in everything) (everything, error) { return in, nil }))
	r.Handle("/{a}/{b}", func(_ context.Context, req *Request) (*Response, error) {
		body, err := req.Body()
		sid, _ := req.Cookie("sid")
		return &Response{Status: 200, Header: req.Headers().Clone(), Body: append(body, sid+req.Path()+req.PathValue("a")+req.Query().Encode()...)}, err
	})
	r.Handle("/{proxy+}", func(_ context.Context, req *Request) (*Response, error) { return Reply(200, req.Query()) })
	return r
}

// Whatever a client sends gets an answer that its source takes.
func TestHostileEvents(t *testing.T) {
	r := campaignRouter()
	n, seed := size(t, 2000), seed(t)
	for source, base := range allEvents {
		t.Run(source, func(t *testing.T) {
			t.Parallel()
			m := mutator{rand.New(rand.NewPCG(seed, uint64(len(source))))}
			for i := range n {
				var ev map[string]any
				if err := json.Unmarshal([]byte(base), &ev); err != nil {
					t.Fatal(err)
				}
				m.event(source, ev)
				event, err := json.Marshal(ev)
				if err != nil {
					t.Fatal(err)
				}
				out, err := r.Invoke(t.Context(), event)
				if msg := invalidAnswer(out); err != nil || msg != "" {
					t.Fatalf("event %d: %v, %s\n%.3000s\n%.3000s", i, err, msg, event, out)
				}
			}
		})
	}
}

// invalidAnswer says why a source would refuse an answer, or why it should not have
// been given.
func invalidAnswer(out []byte) string {
	var answer struct {
		StatusCode        int
		Headers           map[string]string
		MultiValueHeaders map[string][]string
		Cookies           []string
		Body              string
		IsBase64Encoded   bool
	}
	if err := json.Unmarshal(out, &answer); err != nil {
		return err.Error()
	}
	values := answer.Cookies
	for name, value := range answer.Headers {
		values = append(values, name, value)
	}
	for name, list := range answer.MultiValueHeaders {
		values = append(append(values, name), list...)
	}
	for _, v := range values {
		if strings.ContainsAny(v, "\r\n\x00") {
			return fmt.Sprintf("header text %q", v)
		}
	}
	_, err := base64.StdEncoding.DecodeString(answer.Body)
	switch {
	case answer.StatusCode < 200 || answer.StatusCode > 599:
		return fmt.Sprint("status ", answer.StatusCode)
	case answer.StatusCode >= 300 && answer.StatusCode < 400 && answer.StatusCode != 304:
		return "a redirect"
	case answer.IsBase64Encoded && err != nil:
		return "the body is not base64"
	case !utf8.ValidString(answer.Body) || len(out) > maxAnswer:
		return "the body is not UTF-8, or too long"
	}
	return ""
}

// Invocations may be concurrent (AWS_LAMBDA_MAX_CONCURRENCY), and a Request that a
// handler kept never shows another invocation's bytes, though the buffer of the
// payload does.
func TestConcurrentInvocations(t *testing.T) {
	var r Router
	var kept sync.Map
	r.Post("/users/{id}", func(_ context.Context, req *Request) (*Response, error) {
		kept.Store(req.PathValue("id"), req)
		return Text(200, req.PathValue("id")), nil
	})
	n := min(size(t, 200), 10_000)
	var workers sync.WaitGroup
	for worker := range 64 {
		workers.Go(func() {
			var buffer []byte
			for i := range n {
				id := fmt.Sprintf("%d-%d", worker, i%100)
				source := []string{restEvent, httpEvent, urlEvent, albEvent, latticeEvent1, latticeEvent2}[i%6]
				changes := `{"httpMethod":"POST","method":"POST","path":"/users/ID","raw_path":"/users/ID","headers":{"x-a":"ID"},"body":"ID"}`
				if strings.Contains(source, "routeKey") {
					changes = `{"requestContext":{"http":{"method":"POST"}},"rawPath":"/users/ID","headers":{"x-a":"ID"},"body":"ID"}`
				}
				event := mergeEvent(t, source, strings.ReplaceAll(changes, "ID", id))
				buffer = append(buffer[:0], event...)
				out, err := r.Invoke(t.Context(), buffer)
				if err != nil || !strings.Contains(string(out), id) {
					t.Errorf("%s: %s, %v", id, out, err)
					return
				}
			}
			clear(buffer)
		})
	}
	workers.Wait()
	kept.Range(func(id, req any) bool {
		body, err := req.(*Request).Body()
		if got := req.(*Request); err != nil || string(body) != id || got.Header("x-a") != id || got.PathValue("id") != id {
			t.Errorf("%s: kept %q, %q, %q", id, body, got.Header("x-a"), got.PathValue("id"))
		}
		return true
	})
}
