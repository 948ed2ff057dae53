package dynamo

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
)

// Attribute values as they go over the wire: {"S":"text"}, {"N":"1.5"},
// {"M":{"name":{"S":"text"}}}.
//
// A value has exactly one member, and its name is a kind that DynamoDB has. The
// SDK takes {}, or a kind that it does not know, for the value before it.

// wireReader reads attribute values. What it gives shares no memory with the body, so
// that the body's buffer can be used again: bytes are copies of their own, and
// so are long strings. Short strings, of which a page has thousands, are put
// together in blocks, so that one that is kept keeps at most a block in memory.
//
// The first thing that is wrong with the body stays in err, and ends all loops.
type wireReader struct {
	scan jsonscan.Scanner
	err  error // of the body, other than its syntax

	block  strings.Builder
	elems  [8]place // of lists, by their index
	lists  []string // room for lists
	orders []planOrder
}

const (
	sameNames = "two attributes of one name"
	manyKinds = "an attribute value of two kinds"
	badText   = "text is not valid UTF-8"
)

const (
	blockSize = 8192
	shortText = 512 // bytes of a string that goes into a block
)

func readWire(body []byte) *wireReader { return &wireReader{scan: jsonscan.New(body)} }

// bad is the error of the body, nil if there is none so far.
func (w *wireReader) bad() error {
	switch {
	case w.ok():
		return nil
	case w.err != nil:
		return w.err
	}
	return corrupt("%w", w.scan.Err())
}

// ok tells whether the body is good so far.
func (w *wireReader) ok() bool { return w.err == nil && !w.scan.Failed() }

// fail makes the body corrupt here, unless it is already. The scanner gives
// nothing more.
func (w *wireReader) fail(what string) {
	if w.err = w.bad(); w.err == nil {
		w.err = corrupt("byte %d: %s", w.scan.Offset(), what)
	}
	w.scan.Stop()
}

// open enters an attribute value and gives its kind, "" if it is none.
func (w *wireReader) open() string {
	if !w.scan.EnterMember() {
		w.fail("not an attribute value")
		return ""
	}
	kind := kindNamed(w.scan.Key())
	if kind == "" {
		w.fail("an attribute value of an unknown kind")
	}
	return kind
}

// kindNamed is the kind of that name, "" if there is none.
func kindNamed(name []byte) string {
	switch string(name) {
	case "S":
		return "S"
	case "N":
		return "N"
	case "M":
		return "M"
	case "BOOL":
		return "BOOL"
	case "NULL":
		return "NULL"
	case "L":
		return "L"
	case "B":
		return "B"
	case "SS":
		return "SS"
	case "NS":
		return "NS"
	case "BS":
		return "BS"
	}
	return ""
}

// close leaves the attribute value that has been opened.
func (w *wireReader) close() {
	if !w.scan.LeaveMember() {
		w.fail(manyKinds)
	}
}

// raw reads a JSON string and gives its text, which is valid until the next one
// is read.
func (w *wireReader) raw() []byte {
	text, valid, ok := w.scan.Text()
	switch {
	case valid:
		return text
	case !ok:
		w.fail("not a string")
	default:
		w.fail(badText)
	}
	return nil
}

// rest is raw and shut in one, for a string whose opening quote has been matched.
func (w *wireReader) rest() []byte {
	text, valid, ok := w.scan.TextEnd()
	switch {
	case !ok:
		w.fail(manyKinds)
	case !valid:
		w.fail(badText)
	}
	return text
}

// text reads a JSON string.
func (w *wireReader) text() string { return w.keep(w.raw()) }

// keep makes a string of b that lives as long as its owner wants.
func (w *wireReader) keep(b []byte) string {
	if len(b) > shortText {
		return string(b)
	}
	if w.block.Cap()-w.block.Len() < len(b) {
		w.block.Reset()
		// The rest of a small body is as much as can be needed.
		w.block.Grow(min(blockSize, max(len(b), w.scan.Rest()+len(b))))
	}
	start := w.block.Len()
	w.block.Write(b)
	return w.block.String()[start:]
}

// place is where in a block a text is.
type place struct{ from, to int }

// keepAgain is keep for what may be the same text in one item after the other, as
// countries and states are: one string does for all of them. last is where in the
// block it may be. It is not looked for in earlier blocks, which an item would keep
// in memory.
func (w *wireReader) keepAgain(last *place, b []byte) string {
	if block := w.block.String(); last.to <= len(block) && block[last.from:last.to] == string(b) {
		return block[last.from:last.to]
	}
	s := w.keep(b)
	if len(b) <= shortText {
		*last = place{w.block.Len() - len(b), w.block.Len()}
	}
	return s
}

// binary reads a JSON string of base64.
func (w *wireReader) binary() []byte {
	text := w.raw()
	out := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(out, text)
	if err != nil {
		w.fail("not base64")
		return nil
	}
	return out[:n]
}

// boolean reads true or false.
func (w *wireReader) boolean() bool {
	switch string(w.scan.Value()) {
	case "true":
		return true
	case "false":
		return false
	}
	w.fail("neither true nor false")
	return false
}

// enterArray enters an array that must be there.
func (w *wireReader) enterArray() bool {
	ok := w.scan.EnterArray()
	if !ok {
		w.fail("not an array")
	}
	return ok
}

// enterObject enters an object that must be there.
func (w *wireReader) enterObject() bool {
	ok := w.scan.EnterObject()
	if !ok {
		w.fail("not an object")
	}
	return ok
}

func (w *wireReader) texts() []string {
	out := []string{}
	for w.enterArray(); w.scan.NextElem(); {
		out = append(out, w.text())
	}
	return out
}

func (w *wireReader) binaries() [][]byte {
	out := [][]byte{}
	for w.enterArray(); w.scan.NextElem(); {
		out = append(out, w.binary())
	}
	return out
}

// av reads an attribute value; nil if the body is bad.
func (w *wireReader) av() types.AttributeValue {
	kind := w.open()
	av := w.avOf(kind)
	w.close()
	if w.bad() != nil {
		return nil
	}
	return av
}

// avOf reads the rest of an attribute value of that kind.
func (w *wireReader) avOf(kind string) types.AttributeValue {
	switch kind {
	case "S":
		return &types.AttributeValueMemberS{Value: w.text()}
	case "N":
		return &types.AttributeValueMemberN{Value: w.text()}
	case "B":
		return &types.AttributeValueMemberB{Value: w.binary()}
	case "BOOL":
		return &types.AttributeValueMemberBOOL{Value: w.boolean()}
	case "NULL":
		return &types.AttributeValueMemberNULL{Value: w.boolean()}
	case "SS":
		return &types.AttributeValueMemberSS{Value: w.texts()}
	case "NS":
		return &types.AttributeValueMemberNS{Value: w.texts()}
	case "BS":
		return &types.AttributeValueMemberBS{Value: w.binaries()}
	case "L":
		l := []types.AttributeValue{}
		for w.enterArray(); w.scan.NextElem(); {
			l = append(l, w.av())
		}
		return &types.AttributeValueMemberL{Value: l}
	case "M":
		return &types.AttributeValueMemberM{Value: w.item()}
	}
	return nil
}

// name is the name of the member that the scanner is at.
func (w *wireReader) name() string {
	if !utf8.Valid(w.scan.Key()) {
		w.fail("a name is not valid UTF-8")
		return ""
	}
	return w.keep(w.scan.Key())
}

// item reads an object of attribute values.
func (w *wireReader) item() item {
	m := item{}
	for w.enterObject(); w.scan.NextKey(); {
		name := w.name()
		if _, twice := m[name]; twice {
			w.fail(sameNames)
			return nil
		}
		m[name] = w.av()
	}
	return m
}
