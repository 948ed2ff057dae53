package dynamo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

type keyOf[K any] struct {
	K K `dynamodbav:"k" dynamo:"partition"`
}

type (
	keyAsString struct {
		K int64 `dynamodbav:"k,string" dynamo:"partition"`
	}
	keyFloatAsString struct {
		K float64 `dynamodbav:"k,string" dynamo:"partition"`
	}
	keyUnix struct {
		K time.Time `dynamodbav:"k,unixtime" dynamo:"partition"`
	}
	keyPointer struct {
		K *int `dynamodbav:"k,omitempty" dynamo:"partition"`
	}
)

var noon = time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)

func TestKeyOfEncodesAsTheField(t *testing.T) {
	seven, pseven := 7, new(int)
	*pseven = 7
	for _, tc := range []struct {
		item  any // its marshalled form has the key that value must give
		value any
	}{
		{keyOf[string]{"x"}, "x"},
		{keyOf[string]{"x"}, named("x")},
		{keyOf[named]{"x"}, "x"},
		{keyOf[int]{7}, 7},
		{keyOf[int]{7}, &seven},
		{keyOf[int]{7}, uint8(7)},
		{keyOf[int]{7}, json.Number("7")},
		{keyOf[int]{7}, json.Number("7.0")},
		{keyOf[int]{1000}, json.Number("1E3")},
		{keyOf[uint64]{5}, json.Number("+05")},
		{keyOf[float64]{0.1 + 0.2}, 0.1 + 0.2},
		{keyOf[float64]{0.25}, json.Number("2.5E-1")},
		{keyOf[small]{-7}, -7},
		{keyOf[uint64]{math.MaxUint64}, uint64(math.MaxUint64)},
		{keyOf[int64]{math.MinInt64}, int64(math.MinInt64)},
		{keyOf[float64]{1.5}, 1.5},
		{keyOf[float64]{1.5}, float32(1.5)},
		{keyOf[float32]{0.1}, float32(0.1)},
		{keyOf[float64]{1e100}, 1e100},
		{keyOf[float64]{3}, 3},
		{keyOf[json.Number]{"12"}, 12},
		{keyOf[json.Number]{"12.50"}, json.Number("12.50")},
		{keyOf[attributevalue.Number]{"12"}, json.Number("12")},
		{keyOf[[]byte]{[]byte("ab")}, []byte("ab")},
		{keyOf[rawID]{rawID{1, 2, 3, 4}}, rawID{1, 2, 3, 4}},
		{keyOf[rawID]{rawID{1, 2, 3, 4}}, []byte{1, 2, 3, 4}},
		{keyOf[rawID]{rawID{1, 2, 3, 4}}, [4]byte{1, 2, 3, 4}},
		{keyOf[attributevalue.UnixTime]{attributevalue.UnixTime(noon)}, noon},
		{&keyOf[customID]{customID{"z"}}, customID{"z"}},
		{&keyOf[customID]{customID{"z"}}, &customID{"z"}},
		{keyAsString{12}, 12},
		{keyFloatAsString{math.Inf(1)}, math.Inf(1)},
		{keyFloatAsString{math.Inf(1)}, float32(math.Inf(1))},
		{keyUnix{noon}, noon},
		{keyPointer{pseven}, 7},
	} {
		t.Run(fmt.Sprintf("%T from %T", tc.item, tc.value), func(t *testing.T) {
			typ := reflect.TypeOf(tc.item)
			s, err := readSchema(base(typ))
			require.NoError(t, err)
			want, err := attributevalue.MarshalMap(tc.item)
			require.NoError(t, err)
			got, err := s.encodeKey(KeyOf(tc.value))
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// A zero key can be asked for even if the field says omitempty.
func TestKeyOfZeroIgnoresOmitempty(t *testing.T) {
	s, err := schemaOf(reflect.TypeFor[keyPointer]())
	require.NoError(t, err)
	got, err := s.encodeKey(KeyOf(0))
	require.NoError(t, err)
	require.Equal(t, item{"k": avN("0")}, got)
}

func TestKeyErrors(t *testing.T) {
	const secret = "s3cret"
	var none *int
	for _, tc := range []struct {
		item  any
		key   Key
		want  string
		value string // must not be in the message
	}{
		{keyOf[int]{}, KeyOf("4711"), "want a value for int (N), got string", "4711"},
		{keyOf[int]{}, KeyOf(4711.5), "want a value for int (N), got float64", "4711"},
		{keyOf[small]{}, KeyOf(4711), "want a value for dynamo.small (N), got int", "4711"},
		{keyOf[uint]{}, KeyOf(-4711), "want a value for uint (N), got int", "4711"},
		{keyOf[float32]{}, KeyOf(16777217), "want a value for float32 (N), got int", "16777217"},
		{keyOf[int]{}, KeyOf(json.Number("4711.5")), "want a value for int (N), got json.Number", "4711"},
		{keyOf[float32]{}, KeyOf(1e-131), "number is too small", "e-131"},
		{keyOf[float32]{}, KeyOf(1e126), "number is too large", "e+126"},
		{keyOf[float32]{}, KeyOf(math.Inf(-1)), "not a decimal number", "Inf"},
		{keyOf[string]{}, KeyOf(4711), "want a value for string (S), got int", "4711"},
		{keyOf[string]{}, KeyOf(json.Number("4711")), "want a value for string (S), got json.Number", "4711"},
		{keyOf[string]{}, KeyOf([]byte(secret)), "want a value for string (S), got []uint8", secret},
		{keyOf[json.Number]{}, KeyOf("4711"), "want a value for json.Number (N), got string", "4711"},
		{keyOf[json.Number]{}, KeyOf(json.Number(secret)), "not a decimal number", secret},
		{keyOf[[]byte]{}, KeyOf(secret), "want a value for []uint8 (B), got string", secret},
		{keyOf[rawID]{}, KeyOf([]byte(secret)), "want a value for dynamo.rawID (B), got []uint8", secret},
		{keyUnix{}, KeyOf(secret), "want a value for time.Time (N), got string", secret},
		{keyOf[string]{}, KeyOf(secret + "\xff"), "not valid UTF-8", secret},
		{keyOf[customID]{}, KeyOf(secret), "want a value for dynamo.customID (S), got string", secret},
		{keyOf[int]{}, KeyOf(nil), "want a value for int (N), got nil", "\x00"},
		{keyOf[int]{}, KeyOf(none), "want a value for int (N), got nil", "\x00"},
		{keyOf[int]{}, KeyOf(4711, secret), "key has 2 values, the table's key has 1 (k)", secret},
		{keyOf[string]{}, KeyOf(""), "a key cannot be empty", "\x00"},
		{keyOf[[]byte]{}, KeyOf([]byte{}), "a key cannot be empty", "\x00"},
		{keyOf[float64]{}, KeyOf(math.NaN()), "not a decimal number (NaN", "\x00"},
		{keyOf[float64]{}, KeyOf(math.Inf(-1)), "not a decimal number (NaN", "\x00"},
		{keyOf[float64]{}, KeyOf(1e126), "number is too large", "\x00"},
		{keyOf[string]{}, KeyOf(strings.Repeat("x", 2049)), "2049 bytes, a key of this kind may have 2048", "xx"},
	} {
		t.Run(tc.want, func(t *testing.T) {
			s, err := readSchema(reflect.TypeOf(tc.item))
			require.NoError(t, err)
			_, err = s.encodeKey(tc.key)
			require.ErrorContains(t, err, tc.want)
			require.NotContains(t, err.Error(), tc.value)
		})
	}
}

func TestKeyErrorNamesTableAndAttributeBeforeAnyRequest(t *testing.T) {
	f := &fake{}
	r := repo[user](t, f)
	_, err := r.Get(t.Context(), KeyOf("1"))
	require.EqualError(t, err, `dynamo: get ausg: key attribute "id" (field ID): want a value for int (N), got string`)
	err = r.Delete(t.Context(), KeyOf("1"))
	require.EqualError(t, err, `dynamo: delete ausg: key attribute "id" (field ID): want a value for int (N), got string`)
	require.Zero(t, f.requests)
}

func TestSortKeyHasItsOwnLimit(t *testing.T) {
	type note struct {
		P string `dynamo:"partition"`
		S string `dynamo:"sort"`
	}
	s, err := schemaOf(reflect.TypeFor[note]())
	require.NoError(t, err)
	_, err = s.encodeKey(KeyOf(strings.Repeat("p", 2048), strings.Repeat("s", 1024)))
	require.NoError(t, err)
	_, err = s.encodeKey(KeyOf("p", strings.Repeat("s", 1025)))
	require.ErrorContains(t, err, `key attribute "S" (field S): 1025 bytes, a key of this kind may have 1024`)
	_, err = s.encodeKey(KeyOf("p"))
	require.ErrorContains(t, err, "key has 1 values, the table's key has 2 (P, S)")
}

func TestKeyIsNeverPrinted(t *testing.T) {
	k := KeyOf("s3cret", "s3cret")
	var logs bytes.Buffer
	slog.New(slog.NewTextHandler(&logs, nil)).Info("m", "key", k)
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("m", "key", k)
	for _, out := range []string{fmt.Sprint(k), fmt.Sprintf("%v %+v %#v %s %d %q", k, k, k, k, k, &k), logs.String()} {
		require.NotContains(t, out, "s3cret")
		require.NotEmpty(t, out)
	}
}

func TestNumbers(t *testing.T) {
	for _, tc := range []struct{ in, want string }{
		{"42", "42E1"}, {"00042", "42E1"}, {"4.2e1", "42E1"}, {"+42", "42E1"}, {"42.000", "42E1"},
		{"1.0", "1E0"}, {"-0", "0"}, {"0.000", "0"}, {"0e9", "0"}, {"-1.50", "-15E0"}, {"0.001", "1E-3"}, {".5", "5E-1"}, {"5.", "5E0"},
		{"1E-130", "1E-130"}, {"9.9999999999999999999999999999999999999E+125", strings.Repeat("9", 38) + "E125"},
		{"100000000000000000000000000000000000000000", "1E41"},
	} {
		got, err := canonicalNumber(tc.in)
		require.NoError(t, err, tc.in)
		require.Equal(t, tc.want, got, tc.in)
	}
	for in, want := range map[string]string{
		"": "not a decimal", "NaN": "not a decimal", "+Inf": "not a decimal", "1 ": "not a decimal", "1_0": "not a decimal",
		"0x1": "not a decimal", "--1": "not a decimal", ".": "not a decimal", "1e": "not a decimal", "1.2.3": "not a decimal", "١": "not a decimal",
		strings.Repeat("1", 39): "39 significant digits", "1E126": "too large", "9.99E-131": "too small", "1e99999999999": "not a decimal",
	} {
		_, err := canonicalNumber(in)
		require.ErrorContains(t, err, want, in)
	}
}

func TestCheckValue(t *testing.T) {
	for _, tc := range []struct {
		item item
		want string
	}{
		{item{"price": avN("NaN")}, "[…]: not a decimal number"},
		{item{"lines": avL(avM(item{}), avM(item{"price": avN("+Inf")}))}, "[…][1][…]: not a decimal number"},
		{item{"name": avS("s3cret\xc3")}, "[…]: not valid UTF-8"},
		{item{"tags": &types.AttributeValueMemberSS{Value: []string{"a", "s3cret\xff"}}}, "[…]: not valid UTF-8"},
		{item{"s3cret\xff": avS("")}, "[…]: name: not valid UTF-8"},
		{item{"map": avM(item{"s3cret\xff": avS("")})}, "[…][…]: name: not valid UTF-8"},
		{item{"map": avM(item{"s3cret": avM(item{"s3cret": avN("NaN")})})}, "[…][…][…]: not a decimal number"},
		{item{"tags": &types.AttributeValueMemberSS{}}, "[…]: a set cannot be empty"},
		{item{"tags": &types.AttributeValueMemberSS{Value: []string{"b", "a", "b"}}}, "[…]: a set cannot hold a member twice"},
		{item{"nums": &types.AttributeValueMemberNS{Value: []string{"1", "1.0"}}}, "[…]: a set cannot hold a member twice"},
		{item{"nums": &types.AttributeValueMemberNS{Value: []string{"x"}}}, "[…]: not a decimal number"},
		{item{"bins": &types.AttributeValueMemberBS{Value: [][]byte{{1}, {1}}}}, "[…]: a set cannot hold a member twice"},
	} {
		err := checkValue(avM(tc.item))
		require.NotNil(t, err, tc.want)
		require.Contains(t, err.path+": "+err.Error(), tc.want)
		require.NotContains(t, err.path+err.Error(), "s3cret")
	}
	order := []string{"b", "a"}
	require.Nil(t, checkValue(avM(item{"s": avS(""), "u": avS("\x00\ufffd😀"), "b": avB("\xff"), "l": avL(), "m": avM(item{}), "ss": &types.AttributeValueMemberSS{Value: order}})))
	require.Equal(t, []string{"b", "a"}, order, "the item is not changed")
}

func TestSameItem(t *testing.T) {
	a := item{"n": avN("1.0"), "s": avS("x"), "ns": &types.AttributeValueMemberNS{Value: []string{"1", "2"}}, "l": avL(avS("a"), &types.AttributeValueMemberNULL{Value: true}), "t": &types.AttributeValueMemberBOOL{Value: true}}
	b := item{"n": avN("1"), "s": avS("x"), "ns": &types.AttributeValueMemberNS{Value: []string{"2.0", "1"}}, "l": avL(avS("a"), &types.AttributeValueMemberNULL{Value: true}), "t": &types.AttributeValueMemberBOOL{Value: true}}
	require.True(t, sameItem(a, b))
	for _, other := range []item{
		{}, nil,
		{"n": avN("1"), "s": avS("x")},
		{"n": avS("1"), "s": avS("x"), "ns": a["ns"], "l": a["l"], "t": a["t"]},
		{"n": avN("2"), "s": avS("x"), "ns": a["ns"], "l": a["l"], "t": a["t"]},
		{"n": avN("1"), "s": avS("x"), "ns": a["ns"], "l": avL(avS("a")), "t": a["t"]},
		{"n": avN("1"), "s": avS("x"), "ns": a["ns"], "l": a["l"], "t": &types.AttributeValueMemberBOOL{}},
		{"n": avN("1"), "s": avS("x"), "ns": &types.AttributeValueMemberSS{Value: []string{"1", "2"}}, "l": a["l"], "t": a["t"]},
	} {
		require.False(t, sameItem(a, other), other)
	}
	// Where one part ends and the next begins is not a matter of its content.
	require.False(t, sameItem(item{"a": avS("bk\x01c")}, item{"a": avS("b"), "c": avS("")}))
}

func FuzzNumber(f *testing.F) {
	for _, s := range []string{"42", "-0.001", "1E-130", "9E125", "NaN", "", ".", "1e+5", "00.00e-00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := canonicalNumber(s)
		if err != nil {
			return
		}
		want, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q is taken for a number", s)
		}
		digits, exponent, _ := strings.Cut(c, "E")
		e, _ := strconv.Atoi(exponent)
		got, ok := new(big.Rat).SetString(fmt.Sprintf("%sE%d", digits, e+1-len(strings.TrimPrefix(digits, "-"))))
		if !ok || got.Cmp(want) != 0 {
			t.Fatalf("%q became %q", s, c)
		}
	})
}
