package dynamo

import (
	"encoding/json"
	"math"
	"reflect"
	"time"
)

// Stream reads the changes of a table of T from the events with which Lambda
// hands on a DynamoDB stream ("Using AWS Lambda with Amazon DynamoDB"). Make it
// with [NewStream]. It is safe for concurrent use.
type Stream[T any] struct {
	_     [0]*T // streams of different types do not convert into each other
	codec *codec
}

// NewStream checks T's tags, as [New] does.
func NewStream[T any]() (*Stream[T], error) {
	c, err := newStreamCodec(reflect.TypeFor[T]())
	if err != nil {
		return nil, errorf("dynamo: new stream: %w", err)
	}
	return &Stream[T]{codec: c}, nil
}

func newStreamCodec(t reflect.Type) (*codec, error) {
	s, err := schemaOf(t)
	if err != nil {
		return nil, err
	}
	return newCodec(s), nil
}

// Change is one change of one item.
type Change[T any] struct {
	ID       string     // eventID, unique
	Kind     ChangeKind // what happened to the item
	Keys     T          // the item's key; other fields are zero
	Old      *T         // the item before; nil if it was not there, or the stream does not hold it
	New      *T         // the item after; nil likewise
	Expired  bool       // removed by DynamoDB because its time to live was over
	Sequence string     // the place in the stream
	Time     time.Time  // when, to the second or so
	Source   string     // ARN of the stream
}

// ChangeKind is what happened to an item, as DynamoDB names it.
type ChangeKind string

// The kinds of changes.
const (
	Inserted ChangeKind = "INSERT"
	Modified ChangeKind = "MODIFY"
	Removed  ChangeKind = "REMOVE"
)

// Decode reads all changes of an event, which is the JSON that the function was
// given. A program that has an events.DynamoDBEvent already can marshal that.
// [Stream.Handler] reads them one by one, and is what a function should use.
//
// Which images there are is up to the stream's view type. A record that does not
// decode is an error that names its place and matches [ErrCorruptResponse] or is
// a [*DecodeError]; there are no changes then.
func (s *Stream[T]) Decode(event []byte) ([]Change[T], error) {
	records, err := streamRecords(event)
	if err != nil {
		return nil, errorf("dynamo: stream: %w", err)
	}
	changes := make([]Change[T], len(records))
	for i, r := range records {
		if changes[i], err = s.change(r); err != nil {
			return nil, errorf("dynamo: stream: record %d: %w", i, err)
		}
	}
	return changes, nil
}

// streamRecord is a record of an event. Images stay JSON until it is their turn.
type streamRecord struct {
	EventID        string
	EventName      ChangeKind
	EventSource    string
	EventSourceARN string
	UserIdentity   struct{ Type, PrincipalID string }
	DynamoDB       struct {
		ApproximateCreationDateTime float64
		Keys, OldImage, NewImage    json.RawMessage
		SequenceNumber              string
	}
}

func streamRecords(event []byte) ([]streamRecord, error) {
	var e struct{ Records []streamRecord }
	if err := json.Unmarshal(event, &e); err != nil {
		return nil, corrupt("not an event of a DynamoDB stream: %w", err)
	}
	if e.Records == nil {
		return nil, corrupt("the event has no Records")
	}
	for i, r := range e.Records {
		if r.EventSource != "aws:dynamodb" {
			return nil, corrupt("record %d is from %q, not from a DynamoDB stream", i, r.EventSource)
		}
	}
	return e.Records, nil
}

func (s *Stream[T]) change(r streamRecord) (Change[T], error) {
	whole, fraction := math.Modf(r.DynamoDB.ApproximateCreationDateTime)
	c := Change[T]{
		ID:       r.EventID,
		Kind:     r.EventName,
		Expired:  r.UserIdentity.Type == "Service" && r.UserIdentity.PrincipalID == "dynamodb.amazonaws.com",
		Sequence: r.DynamoDB.SequenceNumber,
		Time:     time.Unix(int64(whole), int64(fraction*1e9)).UTC(),
		Source:   r.EventSourceARN,
	}
	keys, err := s.image("Keys", r.DynamoDB.Keys)
	switch {
	case err != nil:
		return c, err
	case keys == nil:
		return c, corrupt("no Keys")
	}
	c.Keys = *keys
	if c.Old, err = s.image("OldImage", r.DynamoDB.OldImage); err != nil {
		return c, err
	}
	c.New, err = s.image("NewImage", r.DynamoDB.NewImage)
	return c, err
}

// image decodes an item; nil if there is none.
func (s *Stream[T]) image(name string, raw json.RawMessage) (*T, error) {
	if raw == nil {
		return nil, nil
	}
	v := new(T)
	if err := s.codec.image(name, raw, reflect.ValueOf(v).Elem()); err != nil {
		return nil, err
	}
	return v, nil
}

func (c *codec) image(name string, raw json.RawMessage, into reflect.Value) error {
	var attributes map[string]streamValue
	if err := json.Unmarshal(raw, &attributes); err != nil {
		return corrupt("%s: %w", name, err)
	}
	m := make(item, len(attributes))
	for name, v := range attributes {
		m[name] = v.av
	}
	if _, err := c.schema.keyOfItem(m); err != nil {
		return corrupt("%s: %w", name, err)
	}
	if err := c.decode(m, into); err != nil {
		return errorf("%s: %w", name, err)
	}
	return nil
}
