package dynamo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strconv"
)

// A cursor is the key of the last item of a page, in a form that can be given
// to a client and taken back:
//
//	base64url( version | key attribute… | MAC )
//	key attribute = type ('S', 'N' or 'B') | length (uvarint) | bytes
//
// The attributes stand in the order of the schema, the table's before the
// index's, without names. The MAC is HMAC-SHA256, cut to 128 bits, over what the
// cursor is for (table, operation, index, key names, scope, order, key condition,
// filter) and then over the bytes before it. Only the canonical spelling
// is accepted: one cursor, one string.

const (
	cursorVersion = 1
	macSize       = 16
	// Keys of the table and of an index of the greatest size, with their heads,
	// version and MAC.
	maxCursorBytes = 1 + macSize + 2*(maxPartitionBytes+maxSortBytes) + 4*(1+binary.MaxVarintLen16)
)

// publicCursorKey signs cursors where no CursorKey is given.
const publicCursorKey = "lambdarest/dynamo: cursor key without secrecy"

var cursorText = base64.RawURLEncoding.Strict()

// cursors makes and reads the cursors of one repository.
type cursors struct {
	key    []byte
	table  []byte // canonical name of table and key
	schema *schema
}

func newCursors(key []byte, table string, s *schema) cursors {
	if key == nil {
		key = []byte(publicCursorKey)
	}
	return cursors{key: key, table: appendKeyNames(appendPart(nil, 'T', table), s.keys), schema: s}
}

func appendKeyNames(b []byte, keys []*keyAttr) []byte {
	for _, k := range keys {
		b = appendPart(b, 'K', k.name)
		b = appendPart(b, 'k', string(k.scalar))
	}
	return b
}

// readCursors makes and reads the cursors of one read.
type readCursors struct {
	cursors
	keys    []*keyAttr // what a position consists of
	purpose []byte
}

// of binds the cursors to a read.
func (c cursors) of(p *paged) (readCursors, error) {
	out := readCursors{cursors: c, keys: c.schema.readKeys(p.index)}
	b := appendPart(nil, 'O', p.operation)
	b = appendPart(b, 'I', p.cfg.index)
	b = appendKeyNames(b, out.keys)
	b = appendPart(b, 'C', p.cfg.scope)
	b = appendPart(b, 'D', strconv.FormatBool(p.cfg.descending))
	// Without the projection, which would give the placeholders other numbers.
	var e expressions
	if err := buildGiven(p.cfg.given, &e); err != nil {
		return out, err
	}
	for _, part := range []*string{e.key, e.filter} {
		if part != nil {
			b = appendPart(b, 'E', *part)
		} else {
			b = append(b, '-')
		}
	}
	for _, name := range sortedKeys(e.names) {
		b = appendPart(appendPart(b, 'n', name), 'a', e.names[name])
	}
	out.purpose = canonicalItem(b, e.values)
	return out, nil
}

func (c readCursors) mac(body []byte) []byte {
	h := hmac.New(sha256.New, c.key)
	h.Write(binary.AppendUvarint(nil, uint64(len(c.table))))
	h.Write(c.table)
	h.Write(binary.AppendUvarint(nil, uint64(len(c.purpose))))
	h.Write(c.purpose)
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// encode makes a cursor that continues after an item.
func (c readCursors) encode(after item) (string, error) {
	b := []byte{cursorVersion}
	for _, k := range c.keys {
		if err := k.check(after[k.name]); err != nil {
			return "", corrupt("key attribute %q: %w", k.name, err)
		}
		kind, text := scalarOf(after[k.name])
		b = appendPart(b, kind[0], text)
	}
	return cursorText.EncodeToString(append(b, c.mac(b)...)), nil
}

// decode gives the key in a cursor, or an error that matches [ErrCursor].
func (c readCursors) decode(cursor string) (item, error) {
	if len(cursor) > cursorText.EncodedLen(maxCursorBytes) {
		return nil, errorf("%w: too long", ErrCursor)
	}
	raw, err := cursorText.DecodeString(cursor)
	// The decoder skips line breaks, so it is asked for the way back.
	if err != nil || len(raw) < 1+macSize || cursorText.EncodeToString(raw) != cursor {
		return nil, errorf("%w: damaged", ErrCursor)
	}
	body, mac := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !hmac.Equal(mac, c.mac(body)) {
		return nil, errorf("%w: not made here for this read", ErrCursor)
	}
	if body[0] != cursorVersion {
		return nil, errorf("%w: version %d", ErrCursor, body[0])
	}
	key, err := c.parse(body[1:])
	if err != nil {
		return nil, errorf("%w: %w", ErrCursor, err)
	}
	return key, nil
}

var errCursorBody = errors.New("malformed key")

// parse reads the key attributes. The bytes are authentic only if the cursor
// key is secret, so nothing is taken for granted.
func (c readCursors) parse(b []byte) (item, error) {
	key := make(item, len(c.keys))
	for _, k := range c.keys {
		if len(b) == 0 || string(b[:1]) != string(k.scalar) {
			return nil, errCursorBody
		}
		n, width := binary.Uvarint(b[1:])
		if width <= 0 || n > uint64(len(b)-1-width) || width != len(binary.AppendUvarint(nil, n)) {
			return nil, errCursorBody
		}
		value := b[1+width : 1+width+int(n)]
		b = b[1+width+int(n):]
		av := scalar(k.scalar, string(value))
		if err := k.check(av); err != nil {
			return nil, err
		}
		key[k.name] = av
	}
	if len(b) > 0 {
		return nil, errCursorBody
	}
	return key, nil
}
