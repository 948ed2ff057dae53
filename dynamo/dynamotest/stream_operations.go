package dynamotest

import (
	"fmt"
	"slices"
)

// The operations of the service DynamoDB Streams. They are behind the HTTP door
// only, where any client of that service finds them.

type listStreamsRequest struct {
	TableName               *string
	ExclusiveStartStreamArn *string
	Limit                   *int32
}

type describeStreamRequest struct {
	StreamArn             *string
	ExclusiveStartShardID *string
	Limit                 *int32
}

type shardIteratorRequest struct{ StreamArn, ShardID, ShardIteratorType, SequenceNumber *string }

type getRecordsRequest struct {
	ShardIterator *string
	Limit         *int32
}

func (r *listStreamsRequest) table() string    { return deref(r.TableName) }
func (r *describeStreamRequest) table() string { return "" }
func (r *shardIteratorRequest) table() string  { return "" }
func (r *getRecordsRequest) table() string     { return "" }

type streamsResult struct {
	Streams                []streamSummary
	LastEvaluatedStreamArn string `json:",omitempty"`
}

type streamSummary struct{ StreamArn, TableName, StreamLabel string }

func (r *streamsResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

// listStreams lists up to 100 streams, of one table or of all, newest first.
func listStreams(db *DB, r *listStreamsRequest) (*streamsResult, *fault) {
	c := &constraints{}
	c.indexName("tableName", r.TableName)
	c.atLeast("limit", r.Limit, 1)
	c.atMost("limit", r.Limit, 100)
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	limit := 100
	if r.Limit != nil {
		limit = int(*r.Limit)
	}
	res, started := &streamsResult{Streams: []streamSummary{}}, r.ExclusiveStartStreamArn == nil
	for _, s := range slices.Backward(db.streams) {
		switch {
		case !started:
			started = s.arn == *r.ExclusiveStartStreamArn
		case db.stream(s.arn) == nil || r.TableName != nil && s.table != *r.TableName:
		case len(res.Streams) == limit:
			res.LastEvaluatedStreamArn = res.Streams[limit-1].StreamArn
			return res, nil
		default:
			res.Streams = append(res.Streams, streamSummary{s.arn, s.table, s.label})
		}
	}
	return res, nil
}

type describeStreamResult struct{ StreamDescription streamDescription }

type streamDescription struct {
	StreamArn, StreamLabel, StreamStatus, StreamViewType string
	CreationRequestDateTime                              seconds
	TableName                                            string
	KeySchema                                            []keyElement
	Shards                                               []shardDescription
}

type shardDescription struct {
	ShardID             string `json:"ShardId"`
	SequenceNumberRange sequenceRange
}

type sequenceRange struct {
	StartingSequenceNumber string
	EndingSequenceNumber   string `json:",omitempty"`
}

func (r *describeStreamResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

func describeStream(db *DB, r *describeStreamRequest) (*describeStreamResult, *fault) {
	c := &constraints{}
	c.present("streamArn", r.StreamArn != nil)
	c.atLeast("limit", r.Limit, 1)
	c.atMost("limit", r.Limit, 100)
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	s, f := db.findStream(*r.StreamArn)
	if f != nil {
		return nil, f
	}
	shard := shardDescription{s.shard(), sequenceRange{StartingSequenceNumber: sequenceText(s.first)}}
	d := streamDescription{
		StreamArn: s.arn, StreamLabel: s.label, StreamStatus: "ENABLED", StreamViewType: s.view, CreationRequestDateTime: seconds(s.created),
		TableName: s.table, KeySchema: schemaOf(s.keys), Shards: []shardDescription{},
	}
	if !s.ended.IsZero() {
		d.StreamStatus = "DISABLED"
		shard.SequenceNumberRange.EndingSequenceNumber = sequenceText(s.last())
	}
	if deref(r.ExclusiveStartShardID) != s.shard() {
		d.Shards = append(d.Shards, shard)
	}
	return &describeStreamResult{d}, nil
}

// last is the sequence number of the newest record, or where it would have been.
func (s *stream) last() int64 {
	if len(s.records) == 0 {
		return s.first
	}
	return s.records[len(s.records)-1].sequence
}

func (db *DB) findStream(arn string) (*stream, *fault) {
	s := db.stream(arn)
	if s == nil {
		return nil, &fault{kind: faultTableNotFound, message: "Requested resource not found: Stream: " + arn + " not found"}
	}
	return s, nil
}

type shardIteratorResult struct{ ShardIterator string }

func (r *shardIteratorResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

func getShardIterator(db *DB, r *shardIteratorRequest) (*shardIteratorResult, *fault) {
	if f := r.check(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	s, f := db.findStream(*r.StreamArn)
	if f != nil {
		return nil, f
	}
	if *r.ShardID != s.shard() {
		return nil, &fault{kind: faultTableNotFound, message: "Shard does not exist"}
	}
	it := iterator{arn: s.arn, next: s.first, issued: db.clock().UnixMilli()}
	switch kind := *r.ShardIteratorType; kind {
	case "LATEST":
		it.next = db.sequence + 1
	case "AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER":
		n, ok := sequenceOf(deref(r.SequenceNumber))
		if !ok || n < s.first || n > db.sequence {
			return nil, validation(msgInvalid + "Invalid SequenceNumber")
		}
		if it.next = n; kind == "AFTER_SEQUENCE_NUMBER" {
			it.next++
		}
		if len(s.records) > 0 && it.next < s.records[0].sequence && db.clock().Sub(s.created) >= streamLife {
			return nil, &fault{kind: faultTrimmed, message: "Attempted access to trimmed data: the SequenceNumber is beyond the trim horizon"}
		}
	}
	return &shardIteratorResult{it.String()}, nil
}

func (r *shardIteratorRequest) check() *fault {
	c := &constraints{}
	c.present("streamArn", r.StreamArn != nil)
	c.present("shardId", r.ShardID != nil)
	c.present("shardIteratorType", r.ShardIteratorType != nil)
	c.enum("shardIteratorType", deref(r.ShardIteratorType), "AFTER_SEQUENCE_NUMBER", "LATEST", "AT_SEQUENCE_NUMBER", "TRIM_HORIZON")
	if r.SequenceNumber != nil {
		c.length("sequenceNumber", *r.SequenceNumber, 21, 40)
	}
	if f := c.fault(); f != nil {
		return f
	}
	numbered := *r.ShardIteratorType == "AT_SEQUENCE_NUMBER" || *r.ShardIteratorType == "AFTER_SEQUENCE_NUMBER"
	switch {
	case numbered && r.SequenceNumber == nil:
		return validation(msgInvalid + "Invalid SequenceNumber")
	case !numbered && r.SequenceNumber != nil:
		return validation(msgInvalid + "SequenceNumber should not be passed for this iterator type")
	}
	return nil
}

type recordsResult struct {
	stream  *stream
	records []record
	next    string // empty at the end of a closed shard
}

const maxRecords = 1000

func getRecords(db *DB, r *getRecordsRequest) (*recordsResult, *fault) {
	c := &constraints{}
	c.present("shardIterator", r.ShardIterator != nil)
	c.atLeast("limit", r.Limit, 1)
	if f := c.fault(); f != nil {
		return nil, f
	}
	limit := maxRecords
	if r.Limit != nil {
		limit = int(*r.Limit)
	}
	if limit > maxRecords {
		return nil, validation(msgInvalid+"Limit should be less than or equal to %d", maxRecords)
	}
	it, ok := iteratorOf(*r.ShardIterator)
	if !ok {
		return nil, validation("Invalid ShardIterator")
	}
	db.mu.Lock() // what is too old goes
	defer db.mu.Unlock()
	s, f := db.findStream(it.arn)
	if f != nil {
		return nil, f
	}
	now := db.clock()
	if now.UnixMilli()-it.issued > iteratorLife.Milliseconds() {
		return nil, &fault{kind: faultIteratorOld, message: "The shard iterator is expired: it was issued more than 15 minutes ago"}
	}
	s.trim(now)
	res := &recordsResult{stream: s}
	res.records, it.next = s.from(it, limit)
	if s.ended.IsZero() || len(s.records) > 0 && it.next <= s.last() {
		it.issued = now.UnixMilli()
		res.next = it.String()
	}
	return res, nil
}

func (r *recordsResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("Records")
	o.b = appendList(o.b, r.records, r.appendRecord)
	if r.next != "" {
		o.text("NextShardIterator", r.next)
	}
	return append(o.b, '}')
}

func (r *recordsResult) appendRecord(b []byte, one record) []byte {
	s := r.stream
	before, after := s.images(one)
	o := object{append(b, '{')}
	o.text("eventID", fmt.Sprintf("%032x", one.sequence))
	o.text("eventName", one.event())
	o.text("eventVersion", "1.1")
	o.text("eventSource", "aws:dynamodb")
	o.text("awsRegion", "us-east-1")
	if one.expired {
		o.member("userIdentity")
		o.b = append(o.b, `{"Type":"Service","PrincipalId":"dynamodb.amazonaws.com"}`...)
	}
	o.member("dynamodb")
	in := object{append(o.b, '{')}
	in.int("ApproximateCreationDateTime", int(one.at.Unix()))
	in.item("Keys", s.key(one))
	in.item("NewImage", after)
	in.item("OldImage", before)
	in.text("SequenceNumber", sequenceText(one.sequence))
	in.int("SizeBytes", s.size(one))
	in.text("StreamViewType", s.view)
	return append(in.b, "}}"...)
}
