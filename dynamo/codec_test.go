package dynamo

import (
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// selfMade items write and read themselves: {id, name} as {"id", "data": "…"}.
type selfMade struct {
	ID   string `dynamodbav:"id" dynamo:"partition"`
	Name string `dynamodbav:"-"`
	made types.AttributeValue
}

func (s selfMade) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	switch {
	case s.Name == "fail":
		return nil, errors.New("cannot be marshalled")
	case s.made != nil:
		return s.made, nil
	}
	return avM(item{"id": avS(s.ID), "data": avS(s.Name)}), nil
}

func (s *selfMade) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	m := av.(*types.AttributeValueMemberM).Value
	data, ok := m["data"].(*types.AttributeValueMemberS)
	if !ok {
		return errors.New("data is not a string")
	}
	s.ID, s.Name = m["id"].(*types.AttributeValueMemberS).Value, data.Value
	return nil
}

func TestItemsThatMarshalThemselves(t *testing.T) {
	var stored item
	f := &fake{
		put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
			stored = in.Item
			return &dynamodb.PutItemOutput{}, nil
		},
		get: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
			return &dynamodb.GetItemOutput{Item: stored}, nil
		},
	}
	r := repo[selfMade](t, f)
	require.NoError(t, r.Put(t.Context(), selfMade{ID: "a", Name: "Kim"}))
	got, err := r.Get(t.Context(), KeyOf("a"))
	require.NoError(t, err)
	require.Equal(t, selfMade{ID: "a", Name: "Kim"}, got, "attributes that are no fields reach the Unmarshaler")

	stored["data"] = avN("1")
	_, err = r.Get(t.Context(), KeyOf("a"))
	require.EqualError(t, err, `dynamo: get ausg: cannot decode M into dynamo.selfMade`)

	requests := f.requests
	require.EqualError(t, r.Put(t.Context(), selfMade{Name: "fail"}), "dynamo: put ausg: cannot be marshalled")
	require.EqualError(t, r.Put(t.Context(), selfMade{made: avS("x")}), "dynamo: put ausg: the item's own marshaler made no map")
	for kind, av := range map[string]types.AttributeValue{
		"N": avN("1"), "B": avB("x"), "L": avL(), "M": avM(nil),
		"BOOL": &types.AttributeValueMemberBOOL{}, "NULL": &types.AttributeValueMemberNULL{},
		"SS": &types.AttributeValueMemberSS{Value: []string{"x"}}, "NS": &types.AttributeValueMemberNS{Value: []string{"1"}},
		"BS": &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
	} {
		err := r.Put(t.Context(), selfMade{made: avM(item{"id": av})})
		require.EqualError(t, err, `dynamo: put ausg: key attribute "id" (field ID): want type S, got `+kind)
	}
	require.ErrorIs(t, r.Put(t.Context(), selfMade{made: avM(item{"id": nil})}), errNoSuchKind)
	require.Equal(t, requests, f.requests)
}

// What is equal for DynamoDB has one canonical form, and nothing else has it.
func TestCanonicalFormsAreDistinct(t *testing.T) {
	seen := map[string]string{}
	for name, av := range map[string]types.AttributeValue{
		"S": avS("1"), "N": avN("1"), "B": avB("1"), "L": avL(avS("1")), "M": avM(item{"1": avS("1")}), "no number": avN("x"),
		"true": &types.AttributeValueMemberBOOL{Value: true}, "false": &types.AttributeValueMemberBOOL{}, "NULL": &types.AttributeValueMemberNULL{Value: true},
		"SS": &types.AttributeValueMemberSS{Value: []string{"1"}}, "NS": &types.AttributeValueMemberNS{Value: []string{"1"}},
		"BS": &types.AttributeValueMemberBS{Value: [][]byte{[]byte("1")}}, "unknown": nil,
	} {
		form := string(canonical(nil, av))
		require.Empty(t, seen[form], name)
		seen[form] = name
	}
}

type lowerCase string

func (l lowerCase) MarshalText() ([]byte, error) { return []byte(strings.ToLower(string(l))), nil }

// Of two keys of a map that have one name, attributevalue drops one.
func TestMapKeysWithOneName(t *testing.T) {
	type doc struct {
		ID     string            `dynamodbav:"id" dynamo:"partition"`
		Scores map[lowerCase]int `dynamodbav:"scores"`
	}
	err := repo[doc](t, &fake{}).Put(t.Context(), doc{"x", map[lowerCase]int{"Kim": 1, "KIM": 2}})
	require.EqualError(t, err, "dynamo: put ausg: attribute scores[…]: two keys of a map have one name")
}

// Maps of text have a way of their own, with the same verdicts.
func TestMapsOfText(t *testing.T) {
	p, err := planOf(reflect.TypeFor[map[string]string](), 0)
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		in   map[string]string
		want error
	}{
		"good":     {map[string]string{"a": "b", "c": ""}, nil},
		"empty":    {map[string]string{}, nil},
		"no name":  {map[string]string{"": "b"}, errEmptyName},
		"bad name": {map[string]string{"\xff": "b"}, errBadName},
		"bad text": {map[string]string{"a": "b", "c": "\xff"}, errNotUTF8},
	} {
		av, err := p.encodeAV(reflect.ValueOf(&tt.in).Elem())
		if tt.want != nil {
			require.ErrorContains(t, err, tt.want.Error(), name)
			continue
		}
		require.NoError(t, err, name)
		var got map[string]string
		require.NoError(t, p.decodeAV(av, reflect.ValueOf(&got).Elem()), name)
		require.Equal(t, tt.in, got, name)
	}
	var got map[string]string
	require.NoError(t, p.decodeAV(avM(item{"a": avS("b"), "n": avN("5")}), reflect.ValueOf(&got).Elem()))
	require.Equal(t, map[string]string{"a": "b", "n": "5"}, got)
	require.Error(t, p.decodeAV(avM(item{"a": avS("b"), "n": avL()}), reflect.ValueOf(&got).Elem()))
}

// What DynamoDB's numbers cannot hold is an error, and nothing else is.
func TestFloatsWithinLimits(t *testing.T) {
	p, err := planOf(reflect.TypeFor[float64](), 0)
	require.NoError(t, err)
	for f, good := range map[float64]bool{
		0: true, math.Copysign(0, -1): true, -1e-100: true, 1e-130: true, 9e125: true, 1e101: true, math.Pi: true,
		1e-131: false, 1e126: false, math.MaxFloat64: false, math.Inf(-1): false, math.SmallestNonzeroFloat64: false,
	} {
		_, err := p.encodeAV(reflect.ValueOf(&f).Elem())
		require.Equal(t, good, err == nil, "%v: %v", f, err)
	}
	nan := math.NaN()
	_, err = p.encodeAV(reflect.ValueOf(&nan).Elem())
	require.Error(t, err)
}
