package dynamotest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Requests and answers take turns in the same memory, and many clients hang up in the
// middle of an answer. Every answer that arrives whole is its client's own all the
// same: its items are those that were asked for, and say of themselves which they are.
// CAMPAIGN is how many requests there are. The detector of races sees more than the
// clients do.
func TestAnswersToImpatientClients(t *testing.T) {
	for name, start := range map[string]func(*httptest.Server){
		"HTTP/1": (*httptest.Server).Start,
		"HTTP/2": func(s *httptest.Server) { s.EnableHTTP2 = true; s.StartTLS() },
	} {
		t.Run(name, func(t *testing.T) {
			db := dynamotest.New(dynamotest.Table{Name: "answers", Partition: dynamotest.S("p"), Sort: dynamotest.N("n")})
			server := httptest.NewUnstartedServer(db.Handler())
			server.Listener = idleListener{server.Listener}
			start(server)
			defer server.Close()
			crowd := &crowd{t: t, client: server.Client(), url: server.URL}
			for p := range partitionsOfCrowd {
				for n := range itemsOfPartition {
					crowd.ask(t.Context(), "PutItem", obj{"TableName": "answers", "Item": tellTale(p, n)}, -1)
				}
			}
			total, seed := campaign(t, 1000), seed(t)
			const clients = 12
			var wg sync.WaitGroup
			for client := range clients {
				wg.Go(func() {
					g := rand.New(rand.NewPCG(seed, uint64(client)))
					for range total / clients {
						crowd.visit(g)
					}
				})
			}
			wg.Wait()
			t.Logf("%d answers arrived whole", crowd.whole.Load())
			require.Greater(t, crowd.whole.Load(), int64(total/4))
			require.Less(t, crowd.whole.Load(), int64(total-total/8), "not impatient enough")
		})
	}
}

// The memory of an answer that could not be written is not used again: net/http's HTTP/2
// gives up on a stream that its client has reset while a frame of it is on its way.
func TestAnswersThatCouldNotBeWrittenStay(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "answers", Partition: dynamotest.S("p"), Sort: dynamotest.N("n")})
	h := db.Handler()
	ask := func(w http.ResponseWriter, operation string, in obj) {
		body, err := json.Marshal(in)
		require.NoError(t, err)
		h.ServeHTTP(w, newWireRequest("http://engine.invalid", operation, body))
	}
	for n := range 3 {
		ask(httptest.NewRecorder(), "PutItem", obj{"TableName": "answers", "Item": tellTale(0, n)})
	}
	get := func(w http.ResponseWriter, n int) {
		ask(w, "GetItem", obj{"TableName": "answers", "Key": obj{"p": tellTale(0, n)["p"], "n": tellTale(0, n)["n"]}})
	}
	for range 20 { // the pool may forget what it has, and does so now and then for the detector of races
		w := &brokenWriter{header: http.Header{}}
		get(w, 1)
		was := slices.Clone(w.body)
		get(httptest.NewRecorder(), 0)
		get(httptest.NewRecorder(), 2)
		require.Equal(t, was, w.body)
	}
}

// A response without a socket is its reader's own, whole or cut, however late it is read.
func TestResponsesInProcessStay(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "answers", Partition: dynamotest.S("p"), Sort: dynamotest.N("n")})
	client := db.Client().Options().HTTPClient
	ask := func(operation string, in obj) *http.Response {
		body, err := json.Marshal(in)
		require.NoError(t, err)
		res, err := client.Do(newWireRequest("http://engine.invalid", operation, body))
		require.NoError(t, err)
		return res
	}
	for n := range 3 {
		ask("PutItem", obj{"TableName": "answers", "Item": tellTale(0, n)})
	}
	get := func(n int) *http.Response {
		return ask("GetItem", obj{"TableName": "answers", "Key": obj{"p": tellTale(0, n)["p"], "n": tellTale(0, n)["n"]}})
	}
	for range 20 { // as above
		db.Inject(dynamotest.Fault{Effect: dynamotest.CutBody, Times: 1})
		cut, whole := get(1), get(1)
		get(0)
		get(2)
		text, err := io.ReadAll(whole.Body)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(crc32.ChecksumIEEE(text)), whole.Header.Get("X-Amz-Crc32"))
		half, err := io.ReadAll(cut.Body)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		require.Contains(t, string(half), "0/1;")
		require.NotRegexp(t, `0/[02];`, string(half))
	}
}

// A brokenWriter fails, and goes on reading what it was given.
type brokenWriter struct {
	header http.Header
	body   []byte
}

func (w *brokenWriter) Header() http.Header         { return w.header }
func (w *brokenWriter) WriteHeader(int)             {}
func (w *brokenWriter) Write(b []byte) (int, error) { w.body = b; return 0, io.ErrClosedPipe }

// An idleListener's connections take their time to write, as those over a network do.
type idleListener struct{ net.Listener }

type idleConn struct{ net.Conn }

func (l idleListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return idleConn{c}, err
}

func (c idleConn) Write(b []byte) (int, error) {
	for range 30 {
		runtime.Gosched()
	}
	return c.Conn.Write(b)
}

const partitionsOfCrowd, itemsOfPartition = 6, 12

// tellTale is an item whose every part says which it is.
func tellTale(p, n int) obj {
	item := obj{"p": obj{"S": fmt.Sprint("p", p)}, "n": obj{"N": strconv.Itoa(n)}}
	item["data"] = obj{"S": strings.Repeat(fmt.Sprintf("%d/%d;", p, n), 40+100*n)} // up to some 5 KB
	return item
}

// A crowd is the clients of one server.
type crowd struct {
	t      *testing.T
	client *http.Client
	url    string
	whole  atomic.Int64
}

// visit asks one random question, and in half of the cases does not wait for the end of the answer.
func (c *crowd) visit(g *rand.Rand) {
	ctx, cancel := context.WithCancel(c.t.Context())
	defer cancel()
	until := -1
	switch g.IntN(6) {
	case 0, 1:
		until = 1 + g.IntN(15_000)
	case 2:
		go cancel() // at no point in particular
	}
	p, n := g.IntN(partitionsOfCrowd), g.IntN(itemsOfPartition)
	key := func(n int) obj { return obj{"p": tellTale(p, n)["p"], "n": tellTale(p, n)["n"]} }
	switch g.IntN(6) {
	case 0:
		c.expect(c.ask(ctx, "GetItem", obj{"TableName": "answers", "Key": key(n)}, until), tellTale(p, n))
	case 1:
		c.ask(ctx, "PutItem", obj{"TableName": "answers", "Item": tellTale(p, n)}, until) // as it was
	case 2:
		in := obj{"answers": obj{"Keys": []obj{key(n), key((n + 1) % itemsOfPartition)}}}
		c.expect(c.ask(ctx, "BatchGetItem", obj{"RequestItems": in}, until), tellTale(p, n), tellTale(p, (n+1)%itemsOfPartition))
	default:
		var all []obj
		for n := range itemsOfPartition {
			all = append(all, tellTale(p, n))
		}
		c.expect(c.ask(ctx, "Query", obj{"TableName": "answers", "KeyConditionExpression": "p = :p", "ExpressionAttributeValues": obj{":p": obj{"S": fmt.Sprint("p", p)}}}, until), all...)
	}
}

// ask is the answer, nil where its end has not come: a client hangs up after so many bytes, unless
// that is negative.
func (c *crowd) ask(ctx context.Context, operation string, in obj, until int) []byte {
	body, err := json.Marshal(in)
	if err != nil {
		panic(err)
	}
	res, err := c.client.Do(newWireRequest(c.url, operation, body).WithContext(ctx))
	if err != nil {
		return nil
	}
	defer res.Body.Close() // ends the stream or the connection where bytes are left
	if until >= 0 {
		_, _ = io.CopyN(io.Discard, res.Body, int64(until))
		return nil
	}
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return nil
	}
	c.whole.Add(1)
	if sum := fmt.Sprint(crc32.ChecksumIEEE(text)); res.StatusCode != http.StatusOK || res.Header.Get("X-Amz-Crc32") != sum {
		c.t.Errorf("%s: status %d, checksum %s, want %s: %.300s", operation, res.StatusCode, res.Header.Get("X-Amz-Crc32"), sum, text)
	}
	return text
}

// expect checks that an answer, if there is one, has these items and no others.
func (c *crowd) expect(text []byte, want ...obj) {
	if text == nil {
		return
	}
	var answer struct {
		Item      any
		Items     []any
		Responses map[string][]any
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		c.t.Errorf("%v: %.300s", err, text)
		return
	}
	got := append(answer.Items, answer.Responses["answers"]...)
	if answer.Item != nil {
		got = append(got, answer.Item)
	}
	texts := func(list []any) []string {
		out := make([]string, len(list))
		for i, item := range list {
			b, _ := json.Marshal(item) // with its names in order
			out[i] = string(b)
		}
		return slices.Sorted(slices.Values(out))
	}
	var wanted []any
	for _, item := range want {
		wanted = append(wanted, item)
	}
	if !slices.Equal(texts(got), texts(wanted)) {
		c.t.Errorf("another client's answer: %.300s", text)
	}
}
