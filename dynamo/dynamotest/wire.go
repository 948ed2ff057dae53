package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"slices"
	"strconv"
	"sync"
)

// maxRequest bounds a request's body, as DynamoDB does.
const maxRequest = 16 << 20

// wireOperation runs a request that came as JSON and appends the answer to b.
type wireOperation func(ctx context.Context, db *DB, body, b []byte) ([]byte, error)

// answer is what an operation returns to the wire.
type answer interface{ appendWire(b []byte) []byte }

// wired puts an operation on the wire.
func wired[Req any, P interface {
	*Req
	request
}, Res answer](name string, op operation[Req, Res]) wireOperation {
	return func(ctx context.Context, db *DB, body, b []byte) ([]byte, error) {
		req := P(new(Req))
		if err := decodeRequest(body, req); err != nil {
			return nil, err
		}
		res, err := run(ctx, db, name, op, req)
		if s, ok := err.(*spoiled); err != nil && !(ok && s.answers && s.err == nil) {
			return nil, err
		}
		return res.appendWire(b), err
	}
}

// wireOperations are the operations by the name in X-Amz-Target. What is not
// here is unknown; GAPS.md lists it.
func wireOperations() map[string]wireOperation {
	return map[string]wireOperation{
		"GetItem":            wired("GetItem", getItem),
		"PutItem":            wired("PutItem", putItem),
		"UpdateItem":         wired("UpdateItem", updateItem),
		"DeleteItem":         wired("DeleteItem", deleteItem),
		"Query":              wired("Query", query),
		"Scan":               wired("Scan", scan),
		"BatchGetItem":       wired("BatchGetItem", batchGetItem),
		"BatchWriteItem":     wired("BatchWriteItem", batchWriteItem),
		"TransactGetItems":   wired("TransactGetItems", transactGetItems),
		"TransactWriteItems": wired("TransactWriteItems", transactWriteItems),
		"CreateTable":        wired("CreateTable", createTable),
		"DescribeTable":      wired("DescribeTable", describeTable),
		"ListTables":         wired("ListTables", listTables),
		"DeleteTable":        wired("DeleteTable", deleteTable),
		"UpdateTable":        wired("UpdateTable", updateTable),
		"UpdateTimeToLive":   wired("UpdateTimeToLive", updateTTL),
		"DescribeTimeToLive": wired("DescribeTimeToLive", describeTTL),
		"TagResource":        wired("TagResource", tagResource),
		"UntagResource":      wired("UntagResource", untagResource),
		"ListTagsOfResource": wired("ListTagsOfResource", listTags),
		"DescribeLimits":     wired("DescribeLimits", describeLimits),
		"DescribeEndpoints":  wired("DescribeEndpoints", describeEndpoints),

		"DescribeContinuousBackups": wired("DescribeContinuousBackups", describeBackups),

		"ExecuteStatement":      wired("ExecuteStatement", executeStatement),
		"BatchExecuteStatement": wired("BatchExecuteStatement", executeBatch),
		"ExecuteTransaction":    wired("ExecuteTransaction", executeTransaction),
	}
}

// streamOperations are those of the service DynamoDB Streams.
func streamOperations() map[string]wireOperation {
	return map[string]wireOperation{
		"ListStreams":      wired("ListStreams", listStreams),
		"DescribeStream":   wired("DescribeStream", describeStream),
		"GetShardIterator": wired("GetShardIterator", getShardIterator),
		"GetRecords":       wired("GetRecords", getRecords),
	}
}

// Handler returns the services DynamoDB and DynamoDB Streams themselves, as HTTP: JSON 1.0 with the
// operation in X-Amz-Target. Give its address to any AWS SDK, in any language,
// as endpoint. Requests must be signed, with Signature Version 4; any signature passes.
func (db *DB) Handler() http.Handler { return db.wire() }

func (db *DB) wire() *wire {
	return &wire{db: db, services: map[string]map[string]wireOperation{
		"DynamoDB_20120810": wireOperations(), "DynamoDBStreams_20120810": streamOperations(),
	}}
}

type wire struct {
	db       *DB
	services map[string]map[string]wireOperation
	unsigned bool      // takes requests without a signature
	memory   sync.Pool // of *memory
}

// memory holds one request and its answer, and then others: those of scans are large.
// Both are copied, as values on their way in and by the writer on its way out.
type memory struct{ body, answer []byte }

func (s *wire) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m, ok := s.memory.Get().(*memory)
	if !ok {
		m = &memory{}
	}
	if err := s.exchange(w, r, m); err != nil {
		return // HTTP/2 may still be reading an answer whose stream the client has reset
	}
	s.memory.Put(m)
}

// exchange answers a request. The error is that of writing the answer.
func (s *wire) exchange(w http.ResponseWriter, r *http.Request, m *memory) (err error) {
	h := w.Header()
	h["X-Amzn-Requestid"] = []string{requestID()}
	m.body, err = readBody(r, m.body[:0])
	switch {
	case err != nil:
		http.Error(w, "", http.StatusBadRequest)
		return nil
	case len(m.body) > maxRequest:
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return nil
	case r.Method == http.MethodGet: // load balancers and start scripts ask this
		return reply(w, http.StatusOK, []byte("healthy: dynamodb.us-east-1.amazonaws.com "))
	}
	kind, ok := answerType(r, m.body)
	if !ok {
		return refuse(w)
	}
	h["Content-Type"] = []string{kind}
	answer, err := s.serve(r, m.body, m.answer[:0])
	if answer != nil {
		m.answer = answer
	}
	if spoiled, ok := err.(*spoiled); ok {
		return spoiled.reply(w, answer)
	} else if err != nil {
		return reply(w, statusOf(err), appendFault(nil, err))
	}
	return reply(w, http.StatusOK, answer)
}

// readBody reads a body of up to one byte more than may be into b.
func readBody(r *http.Request, b []byte) ([]byte, error) {
	if n := r.ContentLength; n >= 0 && n <= maxRequest {
		b = slices.Grow(b, int(n))[:n]
		_, err := io.ReadFull(r.Body, b)
		return b, err
	}
	return io.ReadAll(io.LimitReader(r.Body, maxRequest+1))
}

// serve appends the answer to b.
func (s *wire) serve(r *http.Request, body, b []byte) (out []byte, err error) {
	op, f := s.route(r, body)
	if f != nil {
		return nil, f
	}
	return op(r.Context(), s.db, body, b)
}

// reply writes an answer with its checksum, which the SDKs verify.
func reply(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header() // by the canonical names, which saves making them so
	h["X-Amz-Crc32"] = []string{strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

func statusOf(err error) int {
	var f *fault
	switch {
	case !errors.As(err, &f), f.kind == faultInternal:
		return http.StatusInternalServerError
	case f.status != 0:
		return f.status
	case f.kind == faultUnavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusBadRequest
}

// appendFault writes an error body. A canceled transaction's message has a capital M.
func appendFault(b []byte, err error) []byte {
	f := &fault{kind: faultInternal, message: "The request was canceled"}
	errors.As(err, &f)
	o := object{append(b, '{')}
	o.text("__type", fmt.Sprintf("%s#%s", f.kind.namespace(), f.kind))
	switch {
	case f.kind == faultTransaction:
		o.text("Message", f.message)
		o.member("CancellationReasons")
		o.b = appendList(o.b, f.reasons, appendReason)
	case f.message != "":
		o.text("message", f.message)
	}
	o.item("Item", f.item)
	return append(o.b, '}')
}

func appendReason(b []byte, r reason) []byte {
	o := object{append(b, '{')}
	o.text("Code", r.code)
	if r.message != "" {
		o.text("Message", r.message)
	}
	o.item("Item", r.item)
	return append(o.b, '}')
}
