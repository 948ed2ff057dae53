package dynamotest

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A stream records the changes of a table's items while it is enabled, in one
// shard. Records last 24 hours by the DB's clock, and so does a stream that was
// disabled, as the one of a deleted table is. The DB's lock guards it.
type stream struct {
	arn, label string
	table      string
	keys       []keyAttr
	view       string
	created    time.Time
	ended      time.Time // zero while enabled
	first      int64     // sequence number that the shard starts at
	records    []record  // oldest first
}

// A record is a change of one item; nil stands for no item.
type record struct {
	sequence      int64
	at            time.Time
	before, after item
	expired       bool // by time to live, not by a caller
}

const (
	streamLife   = 24 * time.Hour
	iteratorLife = 15 * time.Minute
)

// enableStream gives the table a new stream.
func (db *DB) enableStream(t *table, view string) {
	now := db.clock()
	label := now.UTC().Format("2006-01-02T15:04:05.000")
	for db.stream(t.arn()+"/stream/"+label) != nil { // two within a millisecond
		now = now.Add(time.Millisecond)
		label = now.UTC().Format("2006-01-02T15:04:05.000")
	}
	t.stream = &stream{
		arn: t.arn() + "/stream/" + label, label: label, table: t.name, keys: t.keys, view: view, created: now, first: db.sequence + 1,
	}
	db.streams = slices.DeleteFunc(db.streams, func(s *stream) bool { return db.stream(s.arn) == nil })
	db.streams = append(db.streams, t.stream)
}

// disableStream ends the table's stream, if it has one. Its name stays with the table.
func (db *DB) disableStream(t *table) {
	if t.streaming() {
		t.stream.ended = db.clock()
	}
}

func (t *table) streaming() bool { return t.stream != nil && t.stream.ended.IsZero() }

// record notes a change. One that leaves the item as it was is none.
func (db *DB) record(t *table, before, after item, expired bool) {
	if !t.streaming() || before == nil && after == nil || before != nil && after != nil && before.equal(after) {
		return
	}
	db.sequence++
	s := t.stream
	s.trim(db.clock())
	s.records = append(s.records, record{sequence: db.sequence, at: db.clock(), before: before, after: after, expired: expired})
}

// trim forgets the records whose time is over.
func (s *stream) trim(now time.Time) {
	i := slices.IndexFunc(s.records, func(r record) bool { return now.Sub(r.at) < streamLife })
	if i < 0 {
		i = len(s.records)
	}
	s.records = slices.Delete(s.records, 0, i)
}

// stream finds a stream by its ARN, nil for none. The caller holds the lock.
func (db *DB) stream(arn string) *stream {
	for _, s := range db.streams {
		if s.arn == arn && (s.ended.IsZero() || db.clock().Sub(s.ended) < streamLife) {
			return s
		}
	}
	return nil
}

func (s *stream) shard() string {
	return fmt.Sprintf("shardId-%020d-%08x", s.created.UnixMilli(), uint32(hash(s.arn)))
}

// A sequence number has at least 21 digits.
func sequenceText(n int64) string { return fmt.Sprintf("1%020d", n) }

// sequenceOf reads a sequence number; ok is false for a text that is none.
func sequenceOf(text string) (n int64, ok bool) {
	digits, ok := strings.CutPrefix(text, "1")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && err == nil && len(text) == 21
}

// An iterator stands before a record of a stream. Its text holds all there is to it.
type iterator struct {
	arn    string
	next   int64 // sequence number of the first record to answer
	issued int64 // milliseconds since 1970
}

func (it iterator) String() string {
	inner := strconv.FormatInt(it.next, 10) + "|" + strconv.FormatInt(it.issued, 10)
	return it.arn + "|1|" + base64.StdEncoding.EncodeToString([]byte(inner))
}

func iteratorOf(text string) (it iterator, ok bool) {
	parts := strings.Split(text, "|")
	if len(parts) != 3 || parts[1] != "1" {
		return it, false
	}
	inner, err := base64.StdEncoding.DecodeString(parts[2])
	next, issued, found := strings.Cut(string(inner), "|")
	if err != nil || !found {
		return it, false
	}
	it.arn = parts[0]
	if it.next, err = strconv.ParseInt(next, 10, 64); err != nil {
		return it, false
	}
	it.issued, err = strconv.ParseInt(issued, 10, 64)
	return it, err == nil
}

// from are the records of the stream from an iterator on: up to limit, and not
// more than 1 MB of them. next is where to go on.
func (s *stream) from(it iterator, limit int) (list []record, next int64) {
	next = it.next
	i, _ := slices.BinarySearchFunc(s.records, it.next, func(r record, n int64) int { return int(r.sequence - n) })
	for bytes := 0; i < len(s.records) && len(list) < limit && bytes < maxPageSize; i++ {
		r := s.records[i]
		list, next, bytes = append(list, r), r.sequence+1, bytes+s.size(r)
	}
	return list, next
}

// images are the items that the stream's view shows of a record.
func (s *stream) images(r record) (before, after item) {
	if s.view == "OLD_IMAGE" || s.view == "NEW_AND_OLD_IMAGES" {
		before = r.before
	}
	if s.view == "NEW_IMAGE" || s.view == "NEW_AND_OLD_IMAGES" {
		after = r.after
	}
	return before, after
}

func (s *stream) key(r record) item {
	it := r.after
	if it == nil {
		it = r.before
	}
	key := item{}
	for _, k := range s.keys {
		key[k.name] = it[k.name]
	}
	return key
}

func (s *stream) size(r record) int {
	before, after := s.images(r)
	return s.key(r).size() + before.size() + after.size()
}

// event is the name of what happened.
func (r record) event() string {
	switch {
	case r.before == nil:
		return "INSERT"
	case r.after == nil:
		return "REMOVE"
	}
	return "MODIFY"
}
