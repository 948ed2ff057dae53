package dynamo_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// proxy stands on a loopback socket between an SDK client and DynamoDB, and does
// to requests, answers and connections what networks and DynamoDB do to them. It
// is seeded: the same requests in the same order meet the same faults.
type proxy struct {
	upstream func(req *http.Request, body []byte) *recorded
	plan     plan

	mu       sync.Mutex
	rnd      *rand.Rand
	requests int
	hits     int
}

// A plan says which fault hits a request, nil for none; n counts them from 1. A
// nil plan hits none.
type plan func(operation string, n int, rnd *rand.Rand) *fault

// A fault is one way to go wrong.
type fault struct {
	name string
	only string // operations that have it in their names, "" for all
	do   func(f *faulted)
}

// faulted is a request that a fault has hit.
type faulted struct {
	p    *proxy
	w    http.ResponseWriter
	req  *http.Request
	body []byte
	rnd  *rand.Rand
}

// recorded is an answer of DynamoDB's.
type recorded struct {
	status int
	header http.Header
	body   []byte
}

const errorSpace = "com.amazonaws.dynamodb.v20120810#"

// faults are the ways to go wrong that there are between a client and DynamoDB.
func faults() []*fault {
	refuse := func(status int, kind, more string) func(*faulted) {
		return func(f *faulted) {
			f.answer(status, fmt.Sprintf(`{"__type":%q,"message":"no"%s}`, errorSpace+kind, more))
		}
	}
	canceled := func(code string) func(*faulted) {
		return refuse(400, "TransactionCanceledException", fmt.Sprintf(`,"CancellationReasons":[{"Code":%q},{"Code":"None"}]`, code))
	}
	return []*fault{
		{name: "throughput exceeded", do: refuse(400, "ProvisionedThroughputExceededException", "")},
		{name: "request limit", do: refuse(400, "RequestLimitExceeded", "")},
		{name: "throttling", do: refuse(400, "ThrottlingException", "")},
		{name: "429 without a name", do: func(f *faulted) { f.answer(429, "") }},
		{name: "500", do: refuse(500, "InternalServerError", "")},
		{name: "503 with a page", do: func(f *faulted) { f.answer(503, "<html>try again</html>") }},
		{name: "503 with Retry-After", do: func(f *faulted) { f.w.Header().Set("Retry-After", "0"); f.answer(503, "") }},
		{name: "applied, then 500", do: func(f *faulted) { f.serve(); refuse(500, "InternalServerError", "")(f) }},
		{name: "applied, then reset", do: func(f *faulted) { f.serve(); f.hangUp("", true) }},
		{name: "reset before bytes", do: func(f *faulted) { f.hangUp("", true) }},
		{name: "end before bytes", do: func(f *faulted) { f.hangUp("", false) }},
		{name: "garbage", do: func(f *faulted) { f.hangUp("GARBAGE\r\n\r\n", false) }},
		{name: "end in mid-body", do: func(f *faulted) { f.hangUp(f.serve().half(), false) }},
		{name: "reset in mid-body", do: func(f *faulted) { f.hangUp(f.serve().half(), true) }},
		{name: "cut body", do: func(f *faulted) { f.changed(func(b []byte) []byte { return b[:len(b)/2] }, false) }},
		{name: "cut body with its checksum", do: func(f *faulted) { f.changed(func(b []byte) []byte { return b[:len(b)/2] }, true) }},
		{name: "flipped bit", do: func(f *faulted) {
			f.changed(func(b []byte) []byte { b[f.rnd.IntN(len(b))] ^= 1 << f.rnd.IntN(8); return b }, false)
		}},
		{name: "empty body", do: func(f *faulted) { f.serve(); f.w.WriteHeader(200) }},
		{name: "login page", do: func(f *faulted) { f.w.Header().Set("Content-Type", "text/html"); f.answer(200, "<html>log in</html>") }},
		{name: "stall before headers", do: func(f *faulted) { <-f.req.Context().Done() }},
		{name: "stall in mid-body", do: func(f *faulted) { f.stall() }},
		{name: "part unprocessed", only: "Batch", do: func(f *faulted) { f.unprocessed(0.3) }},
		{name: "all unprocessed", only: "Batch", do: func(f *faulted) { f.unprocessed(1) }},
		{name: "canceled for a conflict", only: "Transact", do: canceled("TransactionConflict")},
		{name: "canceled for throttling", only: "Transact", do: canceled("ThrottlingError")},
		{name: "in progress", only: "TransactWrite", do: refuse(400, "TransactionInProgressException", "")},
		{name: "conflict", only: "Item", do: refuse(400, "TransactionConflictException", "")},
		{name: "replicated write", only: "Item", do: refuse(400, "ReplicatedWriteConflictException", "")},
	}
}

func (f *fault) hits(operation string) bool { return strings.Contains(operation, f.only) }

func (f *fault) stalls() bool { return strings.HasPrefix(f.name, "stall") }

// reset begins to count anew, under another plan.
func (p *proxy) reset(next plan) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.plan, p.requests, p.hits = next, 0, 0
}

// reseed is reset with another seed.
func (p *proxy) reseed(seed uint64, next plan) {
	p.reset(next)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rnd = rand.New(rand.NewPCG(seed, 0))
}

// seen tells how many requests there were since the reset, and faults among them.
func (p *proxy) seen() (requests, hits int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests, p.hits
}

// ServeHTTP lets one request through, or does to it what the plan says.
func (p *proxy) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return
	}
	_, operation, _ := strings.Cut(req.Header.Get("X-Amz-Target"), ".")
	p.mu.Lock()
	p.requests++
	var hit *fault
	if p.plan != nil {
		hit = p.plan(operation, p.requests, p.rnd)
	}
	f := &faulted{p: p, w: w, req: req, body: body, rnd: rand.New(rand.NewPCG(p.rnd.Uint64(), 1))}
	if hit != nil && hit.hits(operation) {
		p.hits++
	} else {
		hit = nil
	}
	p.mu.Unlock()
	if hit == nil {
		f.pass(p.upstream(req, body))
		return
	}
	hit.do(f)
}

func (f *faulted) serve() *recorded { return f.p.upstream(f.req, f.body) }

func (f *faulted) pass(r *recorded) {
	for name, values := range r.header {
		f.w.Header()[name] = values
	}
	f.w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	f.w.WriteHeader(r.status)
	_, _ = f.w.Write(r.body)
}

// answer is an answer of DynamoDB's own, or of something in its place.
func (f *faulted) answer(status int, body string) {
	h := f.w.Header()
	if h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/x-amz-json-1.0")
	}
	if !strings.HasPrefix(body, "<") {
		h.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE([]byte(body))), 10))
	}
	f.w.WriteHeader(status)
	_, _ = io.WriteString(f.w, body)
}

// changed passes the answer on with another body.
func (f *faulted) changed(change func([]byte) []byte, checksum bool) {
	r := f.serve()
	r.body = change(bytes.Clone(r.body))
	if checksum {
		r.header = r.header.Clone()
		r.header.Set("X-Amz-Crc32", strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10))
	}
	f.pass(r)
}

// half is an answer up to the middle of its body, as it goes over the wire.
func (r *recorded) half() string {
	var b strings.Builder
	fmt.Fprintf(&b, "HTTP/1.1 %d OK\r\nContent-Length: %d\r\n", r.status, len(r.body))
	for name := range r.header {
		if name != "Content-Length" {
			fmt.Fprintf(&b, "%s: %s\r\n", name, r.header.Get(name))
		}
	}
	b.WriteString("\r\n")
	b.Write(r.body[:len(r.body)/2])
	return b.String()
}

// hangUp says something and ends the connection, with a reset if that is wanted.
func (f *faulted) hangUp(last string, reset bool) {
	conn, _, err := f.w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, last)
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
}

func (f *faulted) stall() {
	r := f.serve()
	f.w.Header().Set("Content-Length", strconv.Itoa(len(r.body)))
	f.w.WriteHeader(r.status)
	_, _ = f.w.Write(r.body[:len(r.body)/2])
	f.w.(http.Flusher).Flush()
	<-f.req.Context().Done()
}

// unprocessed leaves each part of a batch by chance. Keys come back without the
// options of the read, which must be kept all the same.
func (f *faulted) unprocessed(share float64) {
	var in map[string]json.RawMessage
	var tables map[string]json.RawMessage
	must(json.Unmarshal(f.body, &in))
	must(json.Unmarshal(in["RequestItems"], &tables))
	get := strings.Contains(f.req.Header.Get("X-Amz-Target"), "Get")
	for table, raw := range tables {
		var list []json.RawMessage
		var ask map[string]json.RawMessage
		if get {
			must(json.Unmarshal(raw, &ask))
			raw = ask["Keys"]
		}
		must(json.Unmarshal(raw, &list))
		var done, left []json.RawMessage
		for _, one := range list {
			if f.rnd.Float64() < share {
				left = append(left, one)
			} else {
				done = append(done, one)
			}
		}
		f.part(in, ask, table, done, left)
	}
}

func (f *faulted) part(in, ask map[string]json.RawMessage, table string, done, left []json.RawMessage) {
	var part, rest any = done, left
	name, answer := "UnprocessedItems", map[string]json.RawMessage{}
	if ask != nil {
		ask["Keys"] = encoded(done)
		part, rest, name = ask, map[string]any{"Keys": left}, "UnprocessedKeys"
		answer["Responses"] = encoded(map[string]any{table: []any{}})
	}
	if len(done) > 0 {
		in["RequestItems"] = encoded(map[string]any{table: part})
		r := f.p.upstream(f.req, encoded(in))
		if r.status != 200 {
			f.pass(r)
			return
		}
		must(json.Unmarshal(r.body, &answer))
	}
	if answer[name] = json.RawMessage("{}"); len(left) > 0 {
		answer[name] = encoded(map[string]any{table: rest})
	}
	f.answer(200, string(encoded(answer)))
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func encoded(v any) []byte {
	b, err := json.Marshal(v)
	must(err)
	return b
}

// handled is an upstream that is a handler in this process.
func handled(h http.Handler) func(*http.Request, []byte) *recorded {
	return func(req *http.Request, body []byte) *recorded {
		in := req.Clone(req.Context())
		in.Body, in.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, in)
		return &recorded{w.Code, w.Header(), w.Body.Bytes()}
	}
}

// forwarded is an upstream at an address: DynamoDB Local.
func forwarded(t testing.TB, endpoint string) func(*http.Request, []byte) *recorded {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}}
	t.Cleanup(client.CloseIdleConnections)
	return func(req *http.Request, body []byte) *recorded {
		out, err := http.NewRequest(req.Method, endpoint, bytes.NewReader(body)) // it is applied whatever the caller does
		must(err)
		out.Header = req.Header.Clone()
		out.Header.Del("Accept-Encoding")
		resp, err := client.Do(out)
		must(err)
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		must(err)
		return &recorded{resp.StatusCode, resp.Header, b}
	}
}

// start puts the proxy on a socket and gives a client of it that makes up to
// that many attempts, without pauses.
func (p *proxy) start(t testing.TB, seed uint64, attempts int, access string) *dynamodb.Client {
	t.Helper()
	p.rnd = rand.New(rand.NewPCG(seed, 0))
	s := httptest.NewServer(p)
	transport := &http.Transport{MaxIdleConnsPerHost: 32}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		s.CloseClientConnections()
		s.Close()
	})
	return dynamodb.New(dynamodb.Options{
		Region:       "eu-north-1",
		BaseEndpoint: aws.String(s.URL),
		Credentials:  credentials.NewStaticCredentialsProvider(access, "secret", ""),
		HTTPClient:   &http.Client{Transport: transport},
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = attempts
			o.RateLimiter = ratelimit.None
			o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
		}),
	})
}

// hitting plans: a fault with some probability, or at one request.
func withChance(f *fault, chance float64) plan {
	return func(_ string, _ int, rnd *rand.Rand) *fault {
		if rnd.Float64() < chance {
			return f
		}
		return nil
	}
}

func atRequest(f *fault, at int) plan {
	return func(_ string, n int, _ *rand.Rand) *fault {
		if n == at {
			return f
		}
		return nil
	}
}

// mixed draws from all faults but those that only end with the context.
func mixed(chance float64, operation string) plan {
	var list []*fault
	for _, f := range faults() {
		if !f.stalls() && f.hits(operation) {
			list = append(list, f)
		}
	}
	return func(_ string, _ int, rnd *rand.Rand) *fault {
		if rnd.Float64() >= chance {
			return nil
		}
		return list[rnd.IntN(len(list))]
	}
}
