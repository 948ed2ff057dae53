package dynamo

import (
	"bytes"
	"errors"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// verify reads a body that the SDK is going to decode, and refuses what the SDK
// would take for something else: what is not JSON, and attribute values of no or
// of an unknown kind, for which it gives the value before.
//
// Where attribute values are it knows by the names of DynamoDB's API. Below some
// members the names are those of tables and indexes, and mean nothing.
func verify(body []byte) error {
	w := readWire(body)
	w.verifyObject(true)
	if w.bad() == nil {
		w.scan.End()
	}
	return w.bad()
}

// verifyError is verify for an error: it may be anything, but the old item of a
// failed condition that it may hold must be one.
func verifyError(body []byte) error {
	err := verify(body)
	var syntax *jsonscan.SyntaxError
	if err == nil || !bytes.Contains(body, []byte(`"Item"`)) || errors.As(err, &syntax) {
		return nil
	}
	return err
}

func (w *wireReader) verifyObject(api bool) {
	for w.enterObject(); w.scan.NextKey(); {
		w.verifyMember(api)
	}
}

func (w *wireReader) verifyMember(api bool) {
	if !api {
		w.verifyValue()
		return
	}
	switch string(w.scan.Key()) {
	case "Item", "Attributes", "LastEvaluatedKey", "Key", "ItemCollectionKey":
		if w.scan.Peek() == '{' {
			w.item()
			return
		}
	case "Items", "Keys":
		w.verifyItems()
		return
	case "Responses":
		if w.scan.EnterObject() {
			for w.scan.NextKey() {
				w.verifyItems()
			}
			return
		}
	case "UnprocessedKeys", "UnprocessedItems", "ItemCollectionMetrics":
		if w.scan.Peek() == '{' {
			w.verifyObject(false)
			return
		}
	case "ConsumedCapacity":
		w.scan.Skip()
		return
	}
	w.verifyValue()
}

func (w *wireReader) verifyValue() {
	switch w.scan.Peek() {
	case '{':
		w.verifyObject(true)
	case '[':
		for w.scan.EnterArray(); w.scan.NextElem(); {
			w.verifyValue()
		}
	default:
		w.scan.Skip()
	}
}

func (w *wireReader) verifyItems() {
	for w.enterArray(); w.scan.NextElem(); {
		w.item()
	}
}
