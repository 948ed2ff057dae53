package dynamotest

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type updateTTLRequest struct {
	TableName               *string
	TimeToLiveSpecification *ttlSpec
}

type ttlSpec struct {
	AttributeName *string
	Enabled       *bool
}

func (r *updateTTLRequest) table() string { return deref(r.TableName) }

type ttlResult struct {
	TimeToLiveSpecification *ttlSpec        `json:",omitempty"`
	TimeToLiveDescription   *ttlDescription `json:",omitempty"`
}

type ttlDescription struct {
	TimeToLiveStatus string
	AttributeName    string `json:",omitempty"`
}

func (r *ttlResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

// updateTTL turns expiry on or off, at once.
func updateTTL(db *DB, r *updateTTLRequest) (*ttlResult, *fault) {
	c := &constraints{}
	c.tableName("tableName", r.TableName, 1)
	if c.present("timeToLiveSpecification", r.TimeToLiveSpecification != nil); r.TimeToLiveSpecification != nil {
		r.TimeToLiveSpecification.constrain(c)
	}
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, f := db.managed(r.TableName)
	if f != nil {
		return nil, f
	}
	if f := r.TimeToLiveSpecification.against(t.ttl.attribute); f != nil {
		return nil, f
	}
	if t.ttl.attribute == "" {
		t.ttl.start(t, *r.TimeToLiveSpecification.AttributeName)
		db.expiring.Add(1)
	} else {
		t.ttl = timeToLive{}
		db.expiring.Add(-1)
	}
	return &ttlResult{TimeToLiveSpecification: r.TimeToLiveSpecification}, nil
}

func (s *ttlSpec) constrain(c *constraints) {
	const member = "timeToLiveSpecification."
	if c.present(member+"attributeName", s.AttributeName != nil); s.AttributeName != nil {
		c.length(member+"attributeName", *s.AttributeName, 1, 255)
	}
	c.present(member+"enabled", s.Enabled != nil)
}

// against checks the change against the attribute of now, empty for none.
func (s *ttlSpec) against(attribute string) *fault {
	switch {
	case *s.Enabled && attribute == *s.AttributeName:
		return validation("TimeToLive is already enabled")
	case *s.Enabled && attribute != "":
		return validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", attribute)
	case !*s.Enabled && attribute == "":
		return validation("TimeToLive is already disabled")
	case !*s.Enabled && attribute != *s.AttributeName:
		return validation("TimeToLive is active on a different AttributeName: current AttributeName is %s", attribute)
	}
	return nil
}

func describeTTL(db *DB, r *tableRequest) (*ttlResult, *fault) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, f := db.managed(r.TableName)
	if f != nil {
		return nil, f
	}
	d := &ttlDescription{TimeToLiveStatus: "DISABLED", AttributeName: t.ttl.attribute}
	if t.ttl.attribute != "" {
		d.TimeToLiveStatus = "ENABLED"
	}
	return &ttlResult{TimeToLiveDescription: d}, nil
}

// A timeToLive expires the items of a table: a tree of their keys in the order
// of the times that they expire at. The zero one expires nothing.
//
// DynamoDB deletes an item within days of its time; this engine deletes it
// before the first operation after it, so what a test sees depends on the clock
// alone.
type timeToLive struct {
	attribute string // empty if off
	due       tree   // hash: seconds since 1970
}

// maxAge is how long ago a time may be: DynamoDB takes an older one for a mistake.
const maxAge = 5 * 365 * 24 * time.Hour

func (l *timeToLive) start(t *table, attribute string) {
	l.attribute = attribute
	t.rows.ascend(rowKey{}, func(k rowKey, r row) bool {
		l.follow(k, nil, r.item)
		return true
	})
}

// follow follows a change of a row; nil stands for no item.
func (l *timeToLive) follow(k rowKey, before, after item) {
	if l.attribute == "" {
		return
	}
	if at, ok := l.at(before); ok {
		l.due.delete(rowKey{at, k.partition, k.sort})
	}
	if at, ok := l.at(after); ok {
		l.due.set(rowKey{at, k.partition, k.sort}, row{})
	}
}

// at is when an item expires. Only a number of seconds that makes sense counts.
func (l *timeToLive) at(it item) (uint64, bool) {
	v, ok := it[l.attribute]
	if !ok || v.kind != kindN {
		return 0, false
	}
	return v.decimal().whole()
}

// expired lists the rows whose time has come.
func (l *timeToLive) expired(now time.Time) (keys []rowKey) {
	oldest := max(0, now.Add(-maxAge).Unix())
	l.due.ascend(rowKey{hash: uint64(oldest)}, func(k rowKey, _ row) bool {
		if k.hash >= uint64(max(0, now.Unix())) {
			return false
		}
		keys = append(keys, rowKey{hash(k.partition), k.partition, k.sort})
		return true
	})
	return keys
}

// expire deletes the items of all tables whose time has come. It takes the lock.
func (db *DB) expire() {
	if db.expiring.Load() == 0 {
		return
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	now := db.clock()
	for _, t := range db.tables {
		for _, k := range t.ttl.expired(now) {
			gone, _ := t.rows.get(k)
			t.delete(k)
			db.record(t, gone.item, nil, true)
		}
	}
}

// UpdateTimeToLive is DynamoDB's UpdateTimeToLive. Items expire by the DB's
// clock, before the first operation after their time.
func (db *DB) UpdateTimeToLive(ctx context.Context, in *dynamodb.UpdateTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTimeToLiveOutput, error) {
	return db.Client().UpdateTimeToLive(ctx, in, opts...)
}

// DescribeTimeToLive is DynamoDB's DescribeTimeToLive.
func (db *DB) DescribeTimeToLive(ctx context.Context, in *dynamodb.DescribeTimeToLiveInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTimeToLiveOutput, error) {
	return db.Client().DescribeTimeToLive(ctx, in, opts...)
}
