package dynamo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// The codec against attributevalue: random types, random values, random tags.
// Where the two may differ is listed in doc.go; the generator stays clear of
// it, and codec_test.go has a row for each.

type (
	myString string
	myBool   bool
	myInt    int16
	myUint   uint8
	myFloat  float32
	myBytes  []byte
	myByte   byte
	myTime   time.Time
	myNumber json.Number

	// upper encodes itself by value, quiet by pointer.
	upper string
	quiet struct{ S string }

	// textKey is a map key with methods.
	textKey     struct{ A, B int }
	stringerKey int

	base1 struct {
		ID   int    `dynamodbav:"id"`
		Name string // shadowed
	}
	base2 struct {
		Extra  *string `dynamodbav:",omitempty"`
		Nested struct{ Deep []string }
	}
	embedding struct {
		base1
		*Base3
		base2
		Name string
		Tags []string `dynamodbav:"tags,stringset,omitempty"`
	}
	Base3 struct {
		When  time.Time `dynamodbav:"when,unixtime"`
		Other float64   `dynamodbav:"other,string"`
	}
	children struct {
		Value    any `dynamodbav:"value"`
		Children []children
		Next     *children            `dynamodbav:",omitempty"`
		ByName   map[string]*children `dynamodbav:"by_name,nullempty"`
	}
)

func (u upper) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return avS(strings.ToUpper(string(u))), nil
}

func (u *upper) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return fmt.Errorf("want S, got %T", av)
	}
	*u = upper(strings.ToLower(s.Value))
	return nil
}

func (q *quiet) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return avL(avS(q.S)), nil
}

func (q *quiet) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	switch av := av.(type) {
	case *types.AttributeValueMemberL:
		if len(av.Value) == 1 {
			q.S = string(canonical(nil, av.Value[0])) // not fmt: it prints addresses
		}
	case *types.AttributeValueMemberNULL:
		q.S = "null"
	default:
		return fmt.Errorf("want L, got %T", av)
	}
	return nil
}

func (k textKey) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%d-%d", k.A, k.B), nil }

func (k *textKey) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d-%d", &k.A, &k.B)
	return err
}

func (n stringerKey) String() string { return "named" + strconv.Itoa(int(n)) }

var leafTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[myString](), reflect.TypeFor[bool](), reflect.TypeFor[myBool](),
	reflect.TypeFor[int](), reflect.TypeFor[int8](), reflect.TypeFor[int64](), reflect.TypeFor[myInt](),
	reflect.TypeFor[uint](), reflect.TypeFor[uint64](), reflect.TypeFor[myUint](), reflect.TypeFor[float64](), reflect.TypeFor[myFloat](),
	reflect.TypeFor[[]byte](), reflect.TypeFor[myBytes](), reflect.TypeFor[[]myByte](), reflect.TypeFor[[4]byte](), reflect.TypeFor[[][]byte](),
	reflect.TypeFor[time.Time](), reflect.TypeFor[myTime](), reflect.TypeFor[attributevalue.UnixTime](),
	reflect.TypeFor[json.Number](), reflect.TypeFor[attributevalue.Number](), reflect.TypeFor[myNumber](),
	reflect.TypeFor[any](), reflect.TypeFor[upper](), reflect.TypeFor[quiet](), reflect.TypeFor[embedding](), reflect.TypeFor[children](),
	reflect.TypeFor[chan int](), reflect.TypeFor[struct{}](), reflect.TypeFor[uintptr](),
}

var keyTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[myString](), reflect.TypeFor[int](), reflect.TypeFor[uint8](), reflect.TypeFor[bool](),
	reflect.TypeFor[float64](), reflect.TypeFor[textKey](), reflect.TypeFor[json.Number](), reflect.TypeFor[stringerKey](),
}

// gen makes types, values and attribute values at random.
type gen struct {
	*rand.Rand
	nan bool
}

func (g gen) typ(depth int) reflect.Type {
	if depth == 0 || g.IntN(3) == 0 {
		return leafTypes[g.IntN(len(leafTypes))]
	}
	switch g.IntN(6) {
	case 0:
		elem := g.typ(depth - 1)
		if elem.Kind() == reflect.Interface {
			return elem // attributevalue drops what a pointer to an interface holds
		}
		return reflect.PointerTo(elem)
	case 1:
		return reflect.SliceOf(g.typ(depth - 1))
	case 2:
		return reflect.ArrayOf(g.IntN(4), g.typ(depth-1))
	case 3:
		return reflect.MapOf(keyTypes[g.IntN(len(keyTypes))], g.typ(depth-1))
	}
	return g.structOf(depth - 1)
}

func (g gen) structOf(depth int) reflect.Type {
	fields := make([]reflect.StructField, g.IntN(6))
	for i := range fields {
		words := []string{[]string{"", "", fmt.Sprint("attr", i), fmt.Sprint("x.", i)}[g.IntN(4)]}
		for _, word := range []string{"omitempty", "omitemptyelem", "nullemptyelem", "string", "unixtime", "stringset", "numberset", "binaryset", "unknown"} {
			if g.IntN(6) == 0 {
				words = append(words, word)
			}
		}
		if g.IntN(6) == 0 && !strings.Contains(strings.Join(words, ","), "omitempty") {
			words = append(words, "nullempty")
		}
		if w := strings.Join(words, ","); strings.Contains(w, "omitemptyelem") && strings.Contains(w, "nullemptyelem") {
			words = words[:1]
		}
		fields[i] = reflect.StructField{Name: fmt.Sprint("F", i), Type: g.typ(depth), Tag: reflect.StructTag(fmt.Sprintf("dynamodbav:%q", strings.Join(words, ",")))}
	}
	return reflect.StructOf(fields)
}

var texts = []string{"", "a", "plain text", "1", "-17", "1E3", "true", "2024-02-29T12:34:56.789Z", "2024-02-29T12:34:56+09:00", "é\"\\\n\u2028", strings.Repeat("long ", 40), "9223372036854775807", "0.1"}
var numbers = []string{"0", "1", "-1", "42", "127", "128", "255", "-32768", "65536", "3.25", "0.1", "1700000000", "9223372036854775807", "18446744073709551615", "12345678901234567890123456789012345678", "1E100"}

func (g gen) fill(v reflect.Value, depth int) {
	if g.IntN(6) == 0 {
		return
	}
	switch v.Type() {
	case timeType, reflect.TypeFor[myTime](), reflect.TypeFor[attributevalue.UnixTime]():
		v.Set(reflect.ValueOf(time.Unix(g.Int64N(1e10), g.Int64N(1e9)).UTC()).Convert(v.Type()))
		return
	case reflect.TypeFor[json.Number](), reflect.TypeFor[attributevalue.Number](), reflect.TypeFor[myNumber]():
		v.SetString(numbers[g.IntN(len(numbers))])
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[g.IntN(len(texts))])
	case reflect.Bool:
		v.SetBool(g.IntN(2) == 0)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int64:
		v.SetInt(g.Int64() >> g.IntN(64))
	case reflect.Uint, reflect.Uint8, reflect.Uint64, reflect.Uintptr:
		v.SetUint(g.Uint64() >> g.IntN(64))
	case reflect.Float64, reflect.Float32:
		v.SetFloat([]float64{1, -2.5, 0.1, 1e20, 1.0 / 3, 12345678}[g.IntN(6)])
		if g.nan && depth > 0 && g.IntN(50) == 0 {
			v.SetFloat(math.NaN())
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		g.fill(v.Elem(), depth)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), g.IntN(4), 4))
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			g.fill(v.Index(i), depth-1)
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range g.IntN(4) {
			key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			g.fill(key, 0)
			g.fill(elem, depth-1)
			v.SetMapIndex(key, elem)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && depth > 0 {
				g.fill(v.Field(i), depth-1)
			} else if v.Type().Field(i).Anonymous && v.Field(i).Kind() == reflect.Struct {
				for j := range v.Field(i).NumField() {
					g.fill(v.Field(i).Field(j), depth-1)
				}
			}
		}
	case reflect.Interface:
		if depth > 0 {
			x := reflect.New(g.typ(depth - 1)).Elem()
			g.fill(x, depth-1)
			v.Set(x)
		}
	}
}

// mutate changes the kind of some values inside av, or swaps some.
func (g gen) mutate(av types.AttributeValue, depth int) types.AttributeValue {
	if g.IntN(8) == 0 {
		return g.av(depth)
	}
	switch av := av.(type) {
	case *types.AttributeValueMemberL:
		for i := range av.Value {
			av.Value[i] = g.mutate(av.Value[i], depth-1)
		}
	case *types.AttributeValueMemberM:
		for name := range av.Value {
			av.Value[name] = g.mutate(av.Value[name], depth-1)
		}
		if g.IntN(4) == 0 {
			av.Value["unknown"] = g.av(depth - 1)
		}
	}
	return av
}

func (g gen) av(depth int) types.AttributeValue {
	kinds := 10
	if depth <= 0 {
		kinds = 8
	}
	text := func() string { return texts[g.IntN(len(texts))] }
	number := func() string { return numbers[g.IntN(len(numbers))] }
	switch g.IntN(kinds) {
	case 0:
		return avS(text())
	case 1:
		return avN(number())
	case 2:
		return avB("four"[:g.IntN(5)])
	case 3:
		return &types.AttributeValueMemberBOOL{Value: g.IntN(2) == 0}
	case 4:
		return &types.AttributeValueMemberNULL{Value: true}
	case 5:
		return &types.AttributeValueMemberSS{Value: []string{text(), text() + "x"}}
	case 6:
		return &types.AttributeValueMemberNS{Value: []string{number()}}
	case 7:
		return &types.AttributeValueMemberBS{Value: [][]byte{[]byte("four"), []byte("five")}}
	case 8:
		l := []types.AttributeValue{}
		for range g.IntN(4) {
			l = append(l, g.av(depth-1))
		}
		return avL(l...)
	}
	m := item{}
	for i := range g.IntN(5) {
		m[[]string{fmt.Sprint("F", i), fmt.Sprint("attr", i), "id", "7", "tags", "value", "3-4"}[g.IntN(7)]] = g.av(depth - 1)
	}
	return avM(m)
}

// campaign is the number of random cases: CAMPAIGN says how many, seeded by SEED.
func campaign(t *testing.T, small int) (n int, g gen) {
	t.Helper()
	n = small
	if s := os.Getenv("CAMPAIGN"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(t, err)
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("SEED"); s != "" {
		var err error
		seed, err = strconv.ParseUint(s, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d CAMPAIGN=%d", seed, n)
	return n, gen{rand.New(rand.NewPCG(seed, 1)), true}
}

func TestEncodesAsAttributevalueDoes(t *testing.T) {
	n, g := campaign(t, 1000)
	for range n {
		typ := g.structOf(3)
		v := reflect.New(typ)
		g.fill(v.Elem(), 3)
		p, err := planOf(typ, 0)
		require.NoError(t, err)
		want, wantErr := peerEncode(v.Interface())
		got, gotErr := p.encodeAV(v.Elem())
		if wantErr == nil && want != nil && checkValue(want) != nil {
			require.Error(t, gotErr, "%v", typ)
			continue
		}
		if errors.Is(wantErr, errPanic) {
			continue
		}
		require.Equal(t, wantErr != nil, gotErr != nil, "%v: %v, ours %v", typ, wantErr, gotErr)
		if wantErr == nil {
			require.Equal(t, want, got, "%v", typ)
		}
	}
}

// errPanic: on some types attributevalue panics. The codec must not.
var errPanic = errors.New("panic")

// peerEncode is attributevalue.Marshal of what x points to; a panic is an error.
func peerEncode(x any) (av types.AttributeValue, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return attributevalue.Marshal(x)
}

// peerDecode is attributevalue's decoder; a panic is an error.
func peerDecode(av types.AttributeValue, x any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return attributevalue.NewDecoder(func(o *attributevalue.DecoderOptions) {
		o.UseNumber = true
		o.FixUnmarshalIndividualSetValues = true
	}).Decode(av, x)
}

func TestDecodesAsAttributevalueDoes(t *testing.T) {
	n, g := campaign(t, 1000)
	g.nan = false // it equals nothing
	for range n {
		typ := g.structOf(3)
		av := g.someOf(typ)
		want, got := reflect.New(typ), reflect.New(typ)
		p, err := planOf(typ, 0)
		require.NoError(t, err)
		wantErr := peerDecode(av, want.Interface())
		gotErr := p.decodeAV(av, got.Elem())
		if !reasoned(wantErr, gotErr) && !errors.Is(wantErr, errPanic) {
			require.Equal(t, wantErr != nil, gotErr != nil, "%v: %v, ours %v", typ, wantErr, gotErr)
		}
		if wantErr == nil && gotErr == nil {
			require.Equal(t, want.Interface(), got.Interface(), "%v", typ)
		}
	}
}

// someOf is an attribute value that a value of typ could have, more or less.
func (g gen) someOf(typ reflect.Type) types.AttributeValue {
	v := reflect.New(typ)
	g.fill(v.Elem(), 3)
	if av, err := peerEncode(v.Interface()); err == nil && av != nil && checkValue(av) == nil {
		return g.mutate(av, 3)
	}
	return g.av(3)
}

// reasoned tells whether the codec is allowed to differ: an integer that is
// spelled with an exponent, or a map where a time should be.
func reasoned(peer, own error) bool {
	if peer != nil && own == nil {
		return strings.Contains(peer.Error(), "1E")
	}
	if e, ok := own.(*DecodeError); ok && peer == nil {
		return e.Kind == "M" && e.Type.ConvertibleTo(timeType)
	}
	return false
}
