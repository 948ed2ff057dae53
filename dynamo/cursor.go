package dynamo

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A cursor is the key of the last item of a page, in a form that can be given
// to a client and taken back:
//
//	base64url( version | key attribute… | MAC )
//	key attribute = type ('S', 'N' or 'B') | length (uvarint) | bytes
//
// The attributes stand in the order of the schema, without names. The MAC is
// HMAC-SHA256, cut to 128 bits, over what the cursor is for (table, key names,
// filter, scope) and then over the bytes before it. Only the canonical spelling
// is accepted: one cursor, one string.

const (
	cursorVersion = 1
	macSize       = 16
	// Two keys of the greatest size with their heads, version and MAC.
	maxCursorBytes = 1 + macSize + maxPartitionBytes + maxSortBytes + 2*(1+binary.MaxVarintLen16)
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
	b := appendPart(nil, 'T', table)
	for _, k := range s.keyAttrs() {
		b = appendPart(b, 'K', k.name)
		b = appendPart(b, 'k', string(k.scalar))
	}
	return cursors{key: key, table: b, schema: s}
}

// purpose is what a cursor is bound to besides its repository.
func (cursors) purpose(r *readConfig) ([]byte, error) {
	b := appendPart(nil, 'I', "") // no index: the table itself
	b = appendPart(b, 'C', r.scope)
	if r.filter == nil {
		return b, nil
	}
	// The filter alone: next to a projection its placeholders would be others.
	e, err := build(expression.NewBuilder().WithFilter(*r.filter))
	if err != nil {
		return nil, err
	}
	b = appendPart(b, 'F', *e.filter)
	for _, name := range sortedKeys(e.names) {
		b = appendPart(appendPart(b, 'n', name), 'a', e.names[name])
	}
	return canonicalItem(b, e.values), nil
}

func (c cursors) mac(purpose, body []byte) []byte {
	h := hmac.New(sha256.New, c.key)
	h.Write(binary.AppendUvarint(nil, uint64(len(c.table))))
	h.Write(c.table)
	h.Write(binary.AppendUvarint(nil, uint64(len(purpose))))
	h.Write(purpose)
	h.Write(body)
	return h.Sum(nil)[:macSize]
}

// encode makes a cursor of a valid key.
func (c cursors) encode(purpose []byte, key item) string {
	b := []byte{cursorVersion}
	for _, k := range c.schema.keyAttrs() {
		switch v := key[k.name].(type) {
		case *types.AttributeValueMemberS:
			b = appendPart(b, 'S', v.Value)
		case *types.AttributeValueMemberN:
			b = appendPart(b, 'N', v.Value)
		case *types.AttributeValueMemberB:
			b = appendPart(b, 'B', v.Value)
		}
	}
	return cursorText.EncodeToString(append(b, c.mac(purpose, b)...))
}

// decode gives the key in a cursor, or an error that matches [ErrCursor].
func (c cursors) decode(purpose []byte, cursor string) (item, error) {
	if len(cursor) > cursorText.EncodedLen(maxCursorBytes) {
		return nil, fmt.Errorf("%w: too long", ErrCursor)
	}
	raw, err := cursorText.DecodeString(cursor)
	// The decoder skips line breaks, so it is asked for the way back.
	if err != nil || len(raw) < 1+macSize || cursorText.EncodeToString(raw) != cursor {
		return nil, fmt.Errorf("%w: damaged", ErrCursor)
	}
	body, mac := raw[:len(raw)-macSize], raw[len(raw)-macSize:]
	if !hmac.Equal(mac, c.mac(purpose, body)) {
		return nil, fmt.Errorf("%w: not made here for this read", ErrCursor)
	}
	if body[0] != cursorVersion {
		return nil, fmt.Errorf("%w: version %d", ErrCursor, body[0])
	}
	key, err := c.parse(body[1:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCursor, err)
	}
	return key, nil
}

var errCursorBody = errors.New("malformed key")

// parse reads the key attributes. The bytes are authentic only if the cursor
// key is secret, so nothing is taken for granted.
func (c cursors) parse(b []byte) (item, error) {
	key := make(item, 2)
	for _, k := range c.schema.keyAttrs() {
		if len(b) == 0 || string(b[:1]) != string(k.scalar) {
			return nil, errCursorBody
		}
		n, width := binary.Uvarint(b[1:])
		if width <= 0 || n > uint64(len(b)-1-width) || width != len(binary.AppendUvarint(nil, n)) {
			return nil, errCursorBody
		}
		value := b[1+width : 1+width+int(n)]
		b = b[1+width+int(n):]
		av := text(k.scalar, string(value))
		if k.scalar == types.ScalarAttributeTypeB {
			av = &types.AttributeValueMemberB{Value: value}
		}
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
