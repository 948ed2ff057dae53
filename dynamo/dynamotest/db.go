package dynamotest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A DB is a DynamoDB of its own: tables, items and a log of calls, in memory.
// Its methods are those of an SDK client, so it is a dynamo.Client and fits
// wherever code takes an interface of the operations it uses. [DB.Client] and
// [DB.Handler] are further ways into the same tables.
//
// A DB is safe for concurrent use and linearizable: each operation takes
// effect at one point between its call and its return, a transaction as a whole.
// What goes in and what comes out is copied; no caller shares memory with the DB.
type DB struct {
	mu     sync.RWMutex
	tables map[string]*table
	tokens tokens
	clock  func() time.Time
	delay  time.Duration

	expiring atomic.Int64 // tables with time to live
	streams  []*stream    // oldest first
	sequence int64        // of the newest record of any stream
	client   func() *dynamodb.Client
	log      callLog
	injected injections
}

// New makes a DB with the given tables, all empty and ACTIVE. It panics if a
// table is invalid or declared twice: that is a mistake in the program.
func New(tables ...Table) *DB {
	db := &DB{tables: make(map[string]*table, len(tables)), clock: time.Now}
	db.client = sync.OnceValue(db.newClient)
	for _, t := range tables {
		r, err := t.request()
		if err != nil {
			panic("dynamotest: " + err.Error())
		}
		if _, ok := db.tables[t.Name]; ok {
			panic(fmt.Sprintf("dynamotest: table %q declared twice", t.Name))
		}
		db.add(r)
	}
	return db
}

// table finds a table that can be used, by its name or ARN. The caller holds the lock.
func (db *DB) table(name string) (*table, *fault) {
	if strings.HasPrefix(name, "arn:") {
		name = tableOfARN(&name)
	}
	t, ok := db.tables[name]
	if ok && t.settling.status != "" {
		status := db.status(t.settling)
		ok = status == statusActive || status == statusUpdating
	}
	if !ok {
		return nil, &fault{kind: faultTableNotFound, message: "Requested resource not found"}
	}
	return t, nil
}

// An operation runs a request: the part that all doors share.
type operation[Req, Res any] func(db *DB, req *Req) (Res, *fault)

// A request tells the log which table it is about, empty where there are several.
type request interface{ table() string }

// run logs one operation and executes it, unless a fault has been injected for it.
func run[Req any, P interface {
	*Req
	request
}, Res answer](ctx context.Context, db *DB, name string, op operation[Req, Res], req P) (res Res, err error) {
	if err := ctx.Err(); err != nil {
		return res, err
	}
	call := Call{Operation: name, Table: req.table()}
	if number, recorded := db.log.add(call); recorded {
		input := appendRequest(nil, reflect.ValueOf(req))
		defer func() { db.log.finish(number, input, res, err) }()
	}
	db.expire()
	if s := db.injected.next(call); s != nil {
		return runStruck(ctx, db, op, (*Req)(req), s)
	}
	res, f := op(db, (*Req)(req))
	if f != nil {
		return res, f
	}
	return res, nil
}

// requestID is a request id in DynamoDB's form: 52 of A-Z and 0-9.
func requestID() string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var id [52]byte
	for i := 0; i < len(id); i += 13 { // 5 bits a letter
		bits := rand.Uint64()
		for j := range 13 {
			id[i+j], bits = alphabet[bits%32], bits/32
		}
	}
	return string(id[:])
}
