package dynamo

import (
	"bytes"
	"encoding/base64"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

type note struct {
	Owner string `dynamodbav:"owner" dynamo:"partition"`
	At    int    `dynamodbav:"at" dynamo:"sort"`
	Text  string `dynamodbav:"text"`
}

var secretKey = bytes.Repeat([]byte{7}, 32)

func schemaFor[T any](t testing.TB) *schema {
	t.Helper()
	s, err := schemaOf(reflect.TypeFor[T]())
	require.NoError(t, err)
	return s
}

// scanCursors are the cursors of a scan without options.
func scanCursors(t testing.TB, key []byte, table string, s *schema) readCursors {
	t.Helper()
	c, err := newCursors(key, table, s).of(&paged{operation: "Scan", cfg: &readConfig{}})
	require.NoError(t, err)
	return c
}

func encoded(t testing.TB, c readCursors, key item) string {
	t.Helper()
	cursor, err := c.encode(key)
	require.NoError(t, err)
	return cursor
}

func TestCursorKeepsKeysExactly(t *testing.T) {
	for _, tc := range []struct {
		schema *schema
		key    item
	}{
		{schemaFor[note](t), item{"owner": avS("Kim|\x00😀"), "at": avN("-12345678901234567890123456789012345678")}},
		{schemaFor[keyOf[[]byte]](t), item{"k": avB("\x00\xff\n")}},
		{schemaFor[keyOf[string]](t), item{"k": avS(strings.Repeat("x", maxPartitionBytes))}},
		{schemaFor[keyUnix](t), item{"k": avN(strconv.FormatInt(noon.Unix(), 10))}},
	} {
		c := scanCursors(t, secretKey, "ausg", tc.schema)
		cursor := encoded(t, c, tc.key)
		require.Regexp(t, `^[A-Za-z0-9_-]+$`, cursor, "safe in a URL")
		got, err := c.decode(cursor)
		require.NoError(t, err)
		require.Equal(t, tc.key, got)
	}
}

// A cursor is short enough for a query string.
func TestCursorIsCompact(t *testing.T) {
	c := scanCursors(t, nil, "ausg", schemaFor[user](t))
	require.Len(t, encoded(t, c, item{"id": avN("4711")}), 31) // 23 bytes
}

// firstCursor gives a cursor after item 10 of a shelf of 40.
func firstCursor(t *testing.T, r *Repository[user], opts ...ReadOption) string {
	t.Helper()
	page, err := r.ScanPage(t.Context(), "", 10, opts...)
	require.NoError(t, err)
	require.NotEmpty(t, page.Next)
	return page.Next
}

func TestCursorIsBoundToItsRead(t *testing.T) {
	s := &shelf{n: 40, page: 10, keep: func(int) bool { return true }}
	f := &fake{scan: s.scan}
	equal := func(name string, v any) ReadOption {
		return Filter(expression.Name(name).Equal(expression.Value(v)))
	}
	mine := []ReadOption{equal("name", "u"), Scope("kim")}
	r := repo[user](t, f, CursorKey(secretKey))
	cursor := firstCursor(t, r, mine...)

	page, err := r.ScanPage(t.Context(), cursor, 10, mine...)
	require.NoError(t, err)
	require.Equal(t, upTo(20)[10:], ids(page.Items))
	// What does not change which items there are does not matter.
	_, err = r.ScanPage(t.Context(), cursor, 3, append(mine, Consistent(), Project("name"), PageSize(5))...)
	require.NoError(t, err)

	type other struct {
		ID int `dynamodbav:"ID" dynamo:"partition"`
	}
	elsewhere, err := New[user](f, "other", CursorKey(secretKey))
	require.NoError(t, err)
	requests := f.requests
	for name, use := range map[string]func() error{
		"a table whose name is as long": func() error {
			r, err := New[user](f, "gsua", CursorKey(secretKey))
			require.NoError(t, err)
			_, err = r.ScanPage(t.Context(), cursor, 1, mine...)
			return err
		},
		"another table": func() error { _, err := elsewhere.ScanPage(t.Context(), cursor, 1, mine...); return err },
		"another key": func() error {
			_, err := repo[other](t, f, CursorKey(secretKey)).ScanPage(t.Context(), cursor, 1, mine...)
			return err
		},
		"another secret": func() error {
			_, err := repo[user](t, f, CursorKey([]byte("x"))).ScanPage(t.Context(), cursor, 1, mine...)
			return err
		},
		"the public key": func() error { _, err := repo[user](t, f).ScanPage(t.Context(), cursor, 1, mine...); return err },
		"no scope":       func() error { _, err := r.ScanPage(t.Context(), cursor, 1, mine[0]); return err },
		"another scope":  func() error { _, err := r.ScanPage(t.Context(), cursor, 1, mine[0], Scope("lee")); return err },
		"no filter":      func() error { _, err := r.ScanPage(t.Context(), cursor, 1, mine[1]); return err },
		"another value":  func() error { _, err := r.ScanPage(t.Context(), cursor, 1, equal("name", "v"), mine[1]); return err },
		"another kind": func() error {
			_, err := r.ScanPage(t.Context(), cursor, 1, equal("name", []byte("u")), mine[1])
			return err
		},
		"another name":     func() error { _, err := r.ScanPage(t.Context(), cursor, 1, equal("email", "u"), mine[1]); return err },
		"one filter more":  func() error { _, err := r.ScanPage(t.Context(), cursor, 1, append(mine, anyFilter)...); return err },
		"truncated":        func() error { _, err := r.ScanPage(t.Context(), cursor[:len(cursor)-1], 1, mine...); return err },
		"a line break":     func() error { _, err := r.ScanPage(t.Context(), cursor+"\n", 1, mine...); return err },
		"padding":          func() error { _, err := r.ScanPage(t.Context(), cursor+"=", 1, mine...); return err },
		"a space":          func() error { _, err := r.ScanPage(t.Context(), " ", 1, mine...); return err },
		"rubbish":          func() error { _, err := r.ScanPage(t.Context(), "next", 1, mine...); return err },
		"a very long text": func() error { _, err := r.ScanPage(t.Context(), strings.Repeat("A", 1<<20), 1, mine...); return err },
	} {
		err := use()
		require.ErrorIs(t, err, ErrCursor, name)
		require.ErrorContains(t, err, "dynamo: scan page ")
		require.NotContains(t, err.Error(), cursor[:len(cursor)-1], name)
	}
	require.Equal(t, requests, f.requests, "nothing is sent")
	_, err = r.ScanPage(t.Context(), strings.Repeat("A", 1<<20), 1, mine...)
	require.ErrorContains(t, err, "too long", "and is not read")
}

// The scope and the filter cannot be moved into one another.
func TestCursorPurposesDoNotMix(t *testing.T) {
	c := newCursors(nil, "ausg", schemaFor[user](t))
	seen := map[string]string{}
	value := func(v any) *builders {
		cond := expression.Name("n").Equal(expression.Value(v))
		return &builders{filter: &cond}
	}
	key := func(v any) *builders {
		k := expression.Key("n").Equal(expression.Value(v))
		return &builders{key: &k}
	}
	both := value(1)
	both.key = key(1).key
	for name, cfg := range map[string]*readConfig{
		"nothing": {}, "scope": {scope: "F\x04#0 = :0"}, "number": {given: value(1)}, "text": {given: value("1")},
		"scope and number": {scope: "1", given: value(1)}, "list": {given: value([]int{1})},
		"index": {index: "abc"}, "order": {descending: true}, "key": {given: key(1)}, "another key": {given: key(2)},
		"key and number": {given: both},
	} {
		bound, err := c.of(&paged{operation: "Scan", cfg: cfg})
		require.NoError(t, err)
		require.Empty(t, seen[string(bound.purpose)], name)
		seen[string(bound.purpose)] = name
	}
	_, err := c.of(&paged{cfg: &readConfig{given: &builders{filter: &expression.ConditionBuilder{}}}})
	require.Error(t, err)
}

func TestEveryChangedCursorIsRefused(t *testing.T) {
	const seed, rounds = 20260719, 100_000
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for _, opts := range [][]Option{nil, {CursorKey(secretKey)}} {
		f := &fake{scan: (&shelf{n: 40, page: 10}).scan}
		r := repo[user](t, f, opts...)
		cursor := firstCursor(t, r)
		raw, err := base64.RawURLEncoding.DecodeString(cursor)
		require.NoError(t, err)
		requests := f.requests
		for range rounds / 2 {
			bad := change(rnd, cursor, raw)
			if bad == cursor {
				continue // two equal letters were swapped
			}
			if _, err := r.ScanPage(t.Context(), bad, 1); !isCursorError(err) {
				t.Fatalf("%q, made from %q, gives %v", bad, cursor, err)
			}
		}
		require.Equal(t, requests, f.requests)
	}
}

// change flips a bit of the text or of the bytes in it, or swaps two letters.
func change(rnd *rand.Rand, cursor string, raw []byte) string {
	b := []byte(cursor)
	i := rnd.IntN(len(b))
	switch rnd.IntN(3) {
	case 0:
		b[i] ^= 1 << rnd.IntN(8)
	case 1:
		j := rnd.IntN(len(b))
		b[i], b[j] = b[j], b[i]
	default:
		flipped := bytes.Clone(raw)
		flipped[rnd.IntN(len(raw))] ^= 1 << rnd.IntN(8)
		return base64.RawURLEncoding.EncodeToString(flipped)
	}
	return string(b)
}

func isCursorError(err error) bool {
	return err != nil && strings.Contains(err.Error(), ErrCursor.Error())
}

// Who knows the public key can make any cursor, but only of valid keys.
func TestForgedBodiesAreParsedStrictly(t *testing.T) {
	c := scanCursors(t, nil, "notes", schemaFor[note](t))
	forge := func(body string) string {
		b := append([]byte{cursorVersion}, body...)
		return cursorText.EncodeToString(append(b, c.mac(b)...))
	}
	_, err := c.decode(forge("S\x01aN\x0242"))
	require.NoError(t, err)
	for _, body := range []string{
		"", "S", "S\x01", "S\x01a", "S\x00N\x0242", "N\x0242S\x01a", "S\x01aS\x0242", "S\x01aN\x02xx", "S\x01aN\x03NaN",
		"S\x01aN\x0242N\x0242", "S\x01aN\x0242 ", "S\x81\x00aN\x0242", "S\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01aN\x0242", "S\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	} {
		_, err := c.decode(forge(body))
		require.ErrorIs(t, err, ErrCursor, "%q", body)
	}
	b := []byte("\x02S\x01aN\x0242")
	_, err = c.decode(cursorText.EncodeToString(append(b, c.mac(b)...)))
	require.EqualError(t, err, "invalid cursor: version 2")
}

func FuzzCursor(f *testing.F) {
	c := scanCursors(f, nil, "notes", schemaFor[note](f))
	f.Add(encoded(f, c, item{"owner": avS("kim"), "at": avN("1")}), []byte("S\x01aN\x0242"))
	f.Add("", []byte(""))
	f.Add("AQ==", []byte("S\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01aN\x0242"))
	f.Fuzz(func(t *testing.T, cursor string, body []byte) {
		if key, err := c.decode(cursor); err == nil && encoded(t, c, key) != cursor {
			t.Fatalf("%q is not the cursor of its key", cursor)
		}
		key, err := c.parse(body)
		if err != nil {
			return
		}
		for _, k := range c.schema.keys {
			if err := k.check(key[k.name]); err != nil {
				t.Fatalf("%q gives a key that DynamoDB refuses: %v", body, err)
			}
		}
		if at, ok := key["at"].(*types.AttributeValueMemberN); !ok || at.Value == "" {
			t.Fatalf("%q gives no sort key", body)
		}
	})
}
