package dynamotest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// TestDifferential sends the same random requests to the engine and to DynamoDB
// Local and compares what they answer: results, pages, error types, and every
// now and then all that is stored. CAMPAIGN is how many requests there are, SEED
// makes a run come again. What differs and is not in [faultsOfLocal] fails.
func TestDifferential(t *testing.T) {
	url := localURL(t)
	total, seed := campaign(t, 4000), seed(t)
	const workers = 4
	tally := &tally{excused: map[string]int{}, seen: map[string]int{}}
	end := time.Now().Add(365 * 24 * time.Hour)
	if deadline, ok := t.Deadline(); ok {
		end = deadline.Add(-20 * time.Second) // better fewer requests than no result
	}
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			w := newWorld(t, url, seed, worker, tally)
			for range total / workers {
				if !w.step() || time.Now().After(end) {
					break
				}
			}
			w.compareStates()
		})
	}
	wg.Wait()
	t.Logf("%d requests, of them %d with success; excused: %v; not explained: %v", tally.requests, tally.succeeded, tally.excused, tally.seen)
}

func campaign(t *testing.T, small int) int {
	text := os.Getenv("CAMPAIGN")
	if text == "" {
		return small
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CAMPAIGN: %v", err)
	}
	return n
}

// seed is SEED or the time; it is in the log either way.
func seed(t *testing.T) uint64 {
	n := uint64(time.Now().UnixNano())
	if text := os.Getenv("SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("SEED: %v", err)
		}
	}
	t.Logf("SEED=%d", n)
	return n
}

// A tally is what all worlds have seen together.
type tally struct {
	mu                  sync.Mutex
	requests, succeeded int
	excused             map[string]int // by the fault of DynamoDB Local
	seen                map[string]int // differences that nothing explains, by their kind
}

func (t *tally) excuse(names ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, name := range names {
		t.excused[name]++
	}
}

// A world is some tables in both engines and the requests to them.
type world struct {
	t             *testing.T
	g             *generator
	engine, local engine
	tally         *tally
	round         int
	history       []exchange // since the states were last found equal
}

// An engine takes a request's JSON.
type engine func(operation string, body []byte) reply

type reply struct {
	status int
	kind   string // of an error, without the namespace
	body   any
}

// An exchange is a request and both answers.
type exchange struct {
	wireRequest
	text          []byte
	engine, local reply
}

func newWorld(t *testing.T, url string, seed uint64, worker int, tally *tally) *world {
	w := &world{
		t: t, g: &generator{Rand: rand.New(rand.NewPCG(seed, uint64(worker)))},
		engine: throughHandler(dynamotest.New().Handler()), local: throughSocket(url), tally: tally,
	}
	w.g.prefix = fmt.Sprintf("d%d.%d", time.Now().UnixNano(), worker)
	w.makeTables()
	return w
}

func throughHandler(h http.Handler) engine {
	return func(operation string, body []byte) (r reply) {
		defer func() {
			if p := recover(); p != nil { // a difference like others: the comparison goes on
				r = reply{kind: fmt.Sprint("panic: ", p)}
			}
		}()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, newWireRequest("http://engine.invalid", operation, body))
		return newReply(w.Code, w.Body.Bytes())
	}
}

func throughSocket(url string) engine {
	client := &http.Client{Transport: &http.Transport{}}
	return func(operation string, body []byte) reply {
		res, err := client.Do(newWireRequest(url, operation, body))
		if err != nil {
			return reply{kind: err.Error()}
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			return reply{kind: err.Error()}
		}
		return newReply(res.StatusCode, text)
	}
}

func newWireRequest(url, operation string, body []byte) *http.Request {
	r, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("X-Amz-Target", "DynamoDB_20120810."+operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	r.Header.Set("X-Amz-Date", "20260101T000000Z")
	return r
}

func newReply(status int, text []byte) reply {
	r := reply{status: status}
	if err := json.Unmarshal(text, &r.body); err != nil {
		r.body = string(text)
	}
	if body, ok := r.body.(obj); ok && status != http.StatusOK {
		kind, _ := body["__type"].(string)
		r.kind = kind[strings.LastIndexByte(kind, '#')+1:]
	}
	return r
}

// step sends one request to both and compares. It is false where the comparison
// has found so much that it had better end.
func (w *world) step() bool {
	x := w.exchange(w.g.request())
	w.history = append(w.history, x)
	w.tally.mu.Lock()
	w.tally.requests++
	if x.local.status == http.StatusOK {
		w.tally.succeeded++
	}
	if w.tally.requests%50_000 == 0 {
		w.t.Logf("%d requests so far", w.tally.requests)
	}
	w.tally.mu.Unlock()
	if x.unnamedAction() {
		w.tally.excuse(unnamedAction)
		w.renew()
		return true
	}
	w.judge(x)
	if (x.engine.status == http.StatusOK) != (x.local.status == http.StatusOK) {
		w.renew() // they may hold different items from here on
	} else if w.round++; w.round%100 == 0 {
		w.compareStates()
	}
	w.tally.mu.Lock()
	defer w.tally.mu.Unlock()
	return len(w.tally.seen) < 40
}

func (w *world) exchange(r wireRequest) exchange {
	text, err := json.Marshal(r.body)
	if err != nil {
		panic(err)
	}
	x := exchange{wireRequest: r, text: text}
	ask := func(e engine) reply {
		if x.unordered() {
			return drain(e, x)
		}
		return e(x.operation, x.text)
	}
	x.engine, x.local = ask(w.engine), ask(w.local)
	return x
}

// judge compares the answers of an exchange and reports a difference, once for
// each kind of difference.
func (w *world) judge(x exchange) {
	if x.equal() {
		return
	}
	names, ok := x.explain()
	w.tally.excuse(names...)
	if ok {
		return
	}
	kind := x.kind()
	w.tally.mu.Lock()
	defer w.tally.mu.Unlock()
	if w.tally.seen[kind]++; w.tally.seen[kind] == 1 {
		w.t.Errorf("%s %s\nengine: %s\nlocal:  %s", x.operation, x.text, x.engine, x.local)
	}
}

func (r reply) String() string {
	body, _ := json.Marshal(r.body)
	return fmt.Sprintf("%d %s %s", r.status, r.kind, body)
}

// compareStates compares everything that is stored.
func (w *world) compareStates() {
	for i := range worldTables {
		t := w.g.table(i)
		requests := []wireRequest{{"Scan", obj{"TableName": t.name, "ConsistentRead": true}}, {"DescribeTable", obj{"TableName": t.name}}}
		for _, index := range t.indexes {
			requests = append(requests, wireRequest{"Scan", obj{"TableName": t.name, "IndexName": index.name}})
		}
		for _, request := range requests {
			x := w.exchange(request)
			if _, explained := x.explain(); explained || x.equal() {
				continue
			}
			w.t.Errorf("%v:\nengine: %s\nlocal:  %s\nafter:", request, x.engine, x.local)
			for _, earlier := range w.history {
				if earlier.engine.status == http.StatusOK && earlier.writes(t.name) {
					w.t.Logf("%s %s\n%s", earlier.operation, earlier.text, earlier.engine)
				}
			}
			w.tally.mu.Lock()
			w.tally.seen["state"]++
			w.tally.mu.Unlock()
			w.renew()
			return
		}
	}
	w.history = nil
}

// writes tells whether the request may have changed the table.
func (x exchange) writes(table string) bool {
	switch x.operation {
	case "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems":
		return strings.Contains(string(x.text), table)
	}
	return false
}

// renew begins again with empty tables.
func (w *world) renew() {
	for i := range worldTables {
		w.exchange(wireRequest{"DeleteTable", obj{"TableName": w.g.table(i).name}})
	}
	w.makeTables()
}

func (w *world) makeTables() {
	w.history = nil
	for i := range worldTables {
		x := w.exchange(wireRequest{"CreateTable", w.g.table(i).create()})
		if x.engine.status != http.StatusOK || x.local.status != http.StatusOK {
			w.t.Errorf("%s\nengine: %s\nlocal:  %s", x.text, x.engine, x.local)
		}
	}
}
