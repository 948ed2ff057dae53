package dynamo

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

type (
	rawID    [4]byte
	named    string
	date     time.Time
	small    int8
	customID struct{ v string }
	nullID   struct{}
	badID    struct{}
	wrapped  struct {
		ID string `dynamodbav:"id" dynamo:"partition"`
	}
	hidden struct {
		ID string `dynamodbav:"id"`
	}
)

func (c *customID) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return avS("c-" + c.v), nil
}

func (c *customID) UnmarshalDynamoDBAttributeValue(av types.AttributeValue) error {
	s, ok := av.(*types.AttributeValueMemberS)
	if !ok {
		return errors.New("want S")
	}
	c.v = s.Value[2:]
	return nil
}

func (nullID) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return &types.AttributeValueMemberNULL{Value: true}, nil
}

func (badID) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return nil, errors.New("no value")
}

func TestKeyKinds(t *testing.T) {
	for _, tc := range []struct {
		name string
		item any
		want types.ScalarAttributeType
	}{
		{"string", struct {
			K string `dynamo:"partition"`
		}{}, "S"},
		{"named string", struct {
			K named `dynamo:"partition"`
		}{}, "S"},
		{"int", struct {
			K int `dynamo:"partition"`
		}{}, "N"},
		{"pointer", struct {
			K *int `dynamo:"partition"`
		}{}, "N"},
		{"pointer to pointer", struct {
			K **uint8 `dynamo:"partition"`
		}{}, "N"},
		{"float", struct {
			K float32 `dynamo:"partition"`
		}{}, "N"},
		{"json.Number", struct {
			K json.Number `dynamo:"partition"`
		}{}, "N"},
		{"attributevalue.Number", struct {
			K attributevalue.Number `dynamo:"partition"`
		}{}, "N"},
		{"number as string", struct {
			K int64 `dynamodbav:",string" dynamo:"partition"`
		}{}, "S"},
		{"string option on a string", struct {
			K string `dynamodbav:",string" dynamo:"partition"`
		}{}, "S"},
		{"bytes", struct {
			K []byte `dynamo:"partition"`
		}{}, "B"},
		{"array", struct {
			K rawID `dynamo:"partition"`
		}{}, "B"},
		{"unix time", struct {
			K time.Time `dynamodbav:",unixtime" dynamo:"partition"`
		}{}, "N"},
		{"attributevalue.UnixTime", struct {
			K attributevalue.UnixTime `dynamo:"partition"`
		}{}, "N"},
		{"marshaler with pointer receiver", struct {
			K customID `dynamo:"partition"`
		}{}, "S"},
		{"embedded", struct{ wrapped }{}, "S"},
		{"embedded pointer", struct{ *Embedded }{}, "N"},
		{"embedded with a name is a field of its own", struct {
			Embedded `dynamodbav:"e"`
			K        string `dynamo:"partition"`
		}{}, "S"},
		{"omitempty", struct {
			K string `dynamodbav:"k,omitempty" dynamo:"partition"`
		}{}, "S"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := readSchema(reflect.TypeOf(tc.item))
			require.NoError(t, err)
			require.Equal(t, tc.want, s.partition.scalar)
		})
	}
}

type Embedded struct {
	ID int `dynamo:"partition"`
}

func TestTagErrors(t *testing.T) {
	for _, tc := range []struct {
		name string
		item any
		want string
	}{
		{"not a struct", 1, "must be a struct"},
		{"pointer", &user{}, "must be a struct"},
		{"no tag", struct{ ID int }{}, `no field has the tag dynamo:"partition"`},
		{"only sort", struct {
			ID int `dynamo:"sort"`
		}{}, `no field has the tag dynamo:"partition"`},
		{"unknown word", struct {
			ID int `dynamo:"hash"`
		}{}, `field ID: tag word "hash" is not supported`},
		{"empty tag", struct {
			ID int `dynamo:""`
		}{}, `field ID: empty word in tag dynamo:""`},
		{"time", struct {
			At *time.Time `dynamodbav:"at" dynamo:"partition"`
		}{}, `field At: type *time.Time cannot be a key as RFC 3339 text, which neither sorts by time nor is the same for equal times: ` +
			`store seconds with the tag dynamodbav:"at,unixtime", or use a string in a fixed layout and zone`},
		{"time of another name", struct {
			ID int  `dynamo:"partition"`
			At date `dynamo:"sort"`
		}{}, `store seconds with the tag dynamodbav:"At,unixtime"`},
		{"two partitions", struct {
			A int `dynamo:"partition"`
			B int `dynamo:"partition"`
		}{}, "field B: field A is the partition key already"},
		{"both", struct {
			A int `dynamo:"partition,sort"`
		}{}, "field A: one field cannot be both"},
		{"bool", struct {
			ID bool `dynamo:"partition"`
		}{}, "field ID: type bool cannot be a key"},
		{"any", struct {
			ID any `dynamo:"partition"`
		}{}, "field ID: type interface {} cannot be a key"},
		{"slice", struct {
			ID []string `dynamo:"partition"`
		}{}, "field ID: type []string cannot be a key"},
		{"struct", struct {
			ID struct{ A int } `dynamo:"partition"`
		}{}, "field ID: type struct { A int } cannot be a key"},
		{"zero marshals to NULL", struct {
			ID nullID `dynamo:"partition"`
		}{}, "field ID: the zero value of dynamo.nullID is marshalled to none of S, N and B"},
		{"zero does not marshal", struct {
			ID badID `dynamo:"partition"`
		}{}, "field ID: the zero value of dynamo.badID cannot be marshalled"},
		{"unexported", struct {
			id int `dynamo:"partition"`
		}{}, "field id: tag dynamo:\"partition\" has no effect: an unexported field is never stored"},
		{"ignored", struct {
			ID int `dynamodbav:"-" dynamo:"partition"`
		}{}, `field ID: tag dynamo:"partition" has no effect: dynamodbav:"-"`},
		{"on an embedded struct", struct {
			Embedded `dynamo:"partition"`
		}{}, "field Embedded: tag dynamo:\"partition\" has no effect: the fields of an embedded struct"},
		{"hidden by an outer field", struct {
			wrapped
			Outer string `dynamodbav:"id"`
		}{}, `field wrapped.ID: tag dynamo:"partition" has no effect: field Outer is stored as attribute "id"`},
		{"two fields, one attribute", struct {
			A int `dynamodbav:"id" dynamo:"partition"`
			B int `dynamodbav:"id"`
		}{}, `fields A and B are both stored as attribute "id", so neither would be`},
		{"two embedded fields, one attribute", struct {
			wrapped
			hidden
		}{}, `fields wrapped.ID and hidden.ID are both stored as attribute "id"`},
		{"embedded pointer to unexported", struct{ *wrapped }{}, "field wrapped: an unexported type can be embedded only as a struct"},
		{"long name", struct {
			ID int `dynamodbav:"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" dynamo:"partition"`
		}{}, "field ID: the attribute name has 256 bytes"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readSchema(reflect.TypeOf(tc.item))
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestNewErrorsNameTypeAndField(t *testing.T) {
	type order struct {
		No bool `dynamo:"partition"`
	}
	_, err := New[order](&fake{}, "t")
	require.EqualError(t, err, "dynamo: new: type dynamo.order: field No: type bool cannot be a key: it is stored as none of S, N and B")
	_, err = New[user](nil, "t")
	require.EqualError(t, err, "dynamo: new: the client is nil")
	_, err = New[user](&fake{}, "")
	require.EqualError(t, err, "dynamo: new: the table has no name")
	_, err = New[user](&fake{}, "t", CursorKey(nil))
	require.EqualError(t, err, "dynamo: new: the cursor key is empty")
}

// The fields found are those that attributevalue stores, under the same names.
func TestFieldsAgreeWithAttributeValue(t *testing.T) {
	type Deep struct{ Shared, OnlyDeep string }
	type Mid struct {
		Deep
		Shared string
		Tagged string `dynamodbav:"Both"`
	}
	type top struct {
		Mid
		*Embedded
		Both    string `dynamodbav:"other"`
		Skipped string `dynamodbav:"-"`
		Name    string `dynamodbav:"na.me,omitempty"`
		private int
	}
	v := top{Embedded: &Embedded{ID: 1}, Name: "x", private: 1}
	s, err := readSchema(reflect.TypeOf(v))
	require.NoError(t, err)
	m, err := attributevalue.MarshalMap(v)
	require.NoError(t, err)
	got := map[string]string{}
	for _, f := range s.fields {
		got[f.attr] = f.path
	}
	require.Equal(t, map[string]string{
		"Shared": "Mid.Shared", "OnlyDeep": "Mid.Deep.OnlyDeep", "Both": "Mid.Tagged",
		"ID": "Embedded.ID", "other": "Both", "na.me": "Name",
	}, got)
	require.Equal(t, sortedKeys(m), sortedKeys(got))
}

func TestCreateTableInput(t *testing.T) {
	type order struct {
		Placed   time.Time `dynamodbav:"placed,unixtime" dynamo:"sort"`
		Customer string    `dynamodbav:"customer" dynamo:"partition"`
	}
	got, err := CreateTableInput[order]("orders")
	require.NoError(t, err)
	require.Equal(t, &dynamodb.CreateTableInput{
		TableName:   aws.String("orders"),
		BillingMode: types.BillingModePayPerRequest,
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String("customer"), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String("placed"), KeyType: types.KeyTypeRange},
		},
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String("customer"), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String("placed"), AttributeType: types.ScalarAttributeTypeN},
		},
	}, got)

	_, err = CreateTableInput[int]("t")
	require.EqualError(t, err, "dynamo: create table input: type int: an item must be a struct")
	_, err = CreateTableInput[order]("")
	require.EqualError(t, err, "dynamo: create table input: the table has no name")
}
