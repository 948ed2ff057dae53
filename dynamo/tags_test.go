package dynamo

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// member has every tag that there is.
type member struct {
	PK      string    `dynamodbav:"pk"                dynamo:"partition,template=ORG#{org}"`
	SK      string    `dynamodbav:"sk"                dynamo:"sort,template=MEMBER#{id}"`
	Org     string    `dynamodbav:"org"`
	ID      int       `dynamodbav:"id"`
	Email   string    `dynamodbav:"email,omitempty"   dynamo:"index=byEmail,partition"`
	Joined  time.Time `dynamodbav:"joined,unixtime"   dynamo:"index=byJoined,sort,index=byEmail,sort,created"`
	Touched time.Time `dynamodbav:"touched"           dynamo:"updated"`
	Expires int64     `dynamodbav:"expires,omitempty" dynamo:"ttl"`
	Version int       `dynamodbav:"version"           dynamo:"version"`
}

func TestCreateTableInputWithIndexes(t *testing.T) {
	got, err := CreateTableInput[member]("members")
	require.NoError(t, err)
	key := func(names ...string) (out []types.KeySchemaElement) {
		for i, name := range names {
			out = append(out, types.KeySchemaElement{AttributeName: aws.String(name), KeyType: []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[i]})
		}
		return out
	}
	def := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: aws.String(name), AttributeType: kind}
	}
	all := &types.Projection{ProjectionType: types.ProjectionTypeAll}
	require.Equal(t, &dynamodb.CreateTableInput{
		TableName:              aws.String("members"),
		BillingMode:            types.BillingModePayPerRequest,
		KeySchema:              key("pk", "sk"),
		AttributeDefinitions:   []types.AttributeDefinition{def("pk", "S"), def("sk", "S"), def("email", "S"), def("joined", "N")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("byEmail"), KeySchema: key("email", "joined"), Projection: all}},
		LocalSecondaryIndexes:  []types.LocalSecondaryIndex{{IndexName: aws.String("byJoined"), KeySchema: key("pk", "joined"), Projection: all}},
	}, got)
}

func TestRoleTagErrors(t *testing.T) {
	type key struct {
		K string `dynamodbav:"k" dynamo:"partition"`
	}
	for _, tc := range []struct {
		name string
		item any
		want string
	}{
		{"unknown word", struct {
			key
			V int `dynamo:"Version"`
		}{}, `field V: tag word "Version" is not supported`},
		{"version as text", struct {
			key
			V string `dynamo:"version"`
		}{}, `field V: type string cannot be the version field: want an integer stored as N`},
		{"version stored as text", struct {
			key
			V int `dynamodbav:",string" dynamo:"version"`
		}{}, `field V: type int cannot be the version field`},
		{"two versions", struct {
			key
			V int `dynamo:"version"`
			W int `dynamo:"version"`
		}{}, `field W: field V is the version field already`},
		{"version as key", struct {
			V int `dynamo:"partition,version"`
		}{}, `field V: tag dynamo:"partition,version" gives the field two parts`},
		{"created and updated", struct {
			key
			T time.Time `dynamo:"created,updated"`
		}{}, `field T: tag dynamo:"created,updated" gives the field two parts`},
		{"updated of a wrong type", struct {
			key
			T string `dynamo:"updated"`
		}{}, `field T: type string cannot be the updated field: want a time or an integer`},
		{"updated of too few bits", struct {
			key
			T uint16 `dynamo:"updated"`
		}{}, `field T: type uint16 cannot be the updated field: want a time or an integer of 32 bits or more`},
		{"updated as float", struct {
			key
			T float64 `dynamo:"updated"`
		}{}, `field T: type float64 cannot be the updated field`},
		{"ttl as RFC 3339", struct {
			key
			T time.Time `dynamodbav:"t" dynamo:"ttl"`
		}{}, `field T: type time.Time cannot be the ttl field: want seconds, stored as N: an integer, or a time.Time with the tag dynamodbav:"t,unixtime"`},
		{"ttl as text", struct {
			key
			T int `dynamodbav:",string" dynamo:"ttl"`
		}{}, `field T: type int cannot be the ttl field`},
		{"index without name", struct {
			key
			T int `dynamo:"index=,sort"`
		}{}, `field T: index name "": want 3 to 255 characters`},
		{"index without key", struct {
			key
			T int `dynamo:"index=byT"`
		}{}, `index "byT" has no key`},
		{"local index without sort key", struct {
			key
			T int `dynamo:"index=byT,sort"`
		}{}, `field T: index "byT" has no partition key, so it would be a local one`},
		{"two sort keys in an index", struct {
			key
			T int `dynamo:"index=byT,partition"`
			U int `dynamo:"index=byT,partition"`
		}{}, `field U: field T is index "byT"'s partition key already`},
		{"both keys of an index", struct {
			key
			T int `dynamo:"index=byT,partition,sort"`
		}{}, `field T: one field cannot be both`},
		{"index key of a wrong type", struct {
			key
			T bool `dynamo:"index=byT,partition"`
		}{}, `field T: type bool cannot be a key`},
		{"template on a number", struct {
			key
			T int `dynamo:"index=byT,partition,template=X#{k}"`
		}{}, `field T: type int cannot be made of a template: want a string`},
		{"template on no key", struct {
			key
			T string `dynamo:"template=X#{k}"`
		}{}, `field T: a template is for the key of a table or an index`},
		{"template of an unknown attribute", struct {
			T string `dynamo:"partition,template=X#{id}"`
		}{}, `field T: the template names attribute "id", which no field is stored as`},
		{"template of itself", struct {
			T string `dynamo:"partition,template=X#{T}"`
		}{}, `field T: the template names attribute "T" of type string: want a string or an integer that is not made of a template itself`},
		{"template of a float", struct {
			T string `dynamo:"partition,template=X#{F}"`
			F float64
		}{}, `field T: the template names attribute "F" of type float64`},
		{"template with neighbours", struct {
			T    string `dynamo:"partition,template={A}{B}"`
			A, B string
		}{}, `field T: template "{A}{B}": nothing stands between two attributes`},
		{"template without end", struct {
			T string `dynamo:"partition,template=X#{A"`
			A string
		}{}, `field T: template "X#{A": want the name of an attribute between { and }`},
		{"template without beginning", struct {
			T string `dynamo:"partition,template=X#A}"`
		}{}, `field T: template "X#A}": a } without {`},
		{"template without name", struct {
			T string `dynamo:"partition,template=X#{}"`
		}{}, `field T: template "X#{}": want the name`},
		{"empty template", struct {
			T string `dynamo:"partition,template="`
		}{}, `field T: the template is empty`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readSchema(reflect.TypeOf(tc.item))
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// Reading tags never panics, and what is accepted can be used.
func FuzzTags(f *testing.F) {
	for _, seed := range []string{
		"partition", "sort", "partition,template=USER#{A}", "partition,template=ORG#{A}#{N}#X", "template={A}", "index=abc,partition,sort",
		"partition,index=abc,sort", "version", "ttl,created", "partition,template=}{", "template=", " partition , ", ",", "index", "template={A}{N}",
	} {
		f.Add(seed, "a", 7)
	}
	f.Fuzz(func(t *testing.T, tag, a string, n int) {
		if strings.ContainsAny(tag, "\"\\`\x00\n\r") {
			return
		}
		typ := reflect.StructOf([]reflect.StructField{
			{Name: "K", Type: reflect.TypeFor[string](), Tag: reflect.StructTag(`dynamo:"` + tag + `"`)},
			{Name: "A", Type: reflect.TypeFor[string]()},
			{Name: "N", Type: reflect.TypeFor[int]()},
			{Name: "P", Type: reflect.TypeFor[int](), Tag: `dynamo:"sort"`},
		})
		s, err := readSchema(typ)
		if err != nil {
			return
		}
		v := reflect.New(typ).Elem()
		v.Field(1).SetString(a)
		v.Field(2).SetInt(int64(n))
		if _, err := s.stamp(v, time.Now); err != nil {
			return
		}
		read := reflect.New(typ).Elem()
		read.Field(0).Set(v.Field(0))
		if err := s.unfill(read); err != nil {
			t.Fatalf("%q: what was written is refused when it is read: %v", tag, err)
		}
		for _, tpl := range s.templates {
			for _, part := range tpl.parts {
				require.Equal(t, v.FieldByIndex(part.index).Interface(), read.FieldByIndex(part.index).Interface(), "%q", tag)
			}
		}
	})
}

var noonClock = Clock(func() time.Time { return noon.Add(123456789) })

func TestStamp(t *testing.T) {
	type role struct {
		name string
		item any
		want item
	}
	pointers := struct {
		K string                   `dynamodbav:"k" dynamo:"partition"`
		V *uint8                   `dynamodbav:"v" dynamo:"version"`
		C *time.Time               `dynamodbav:"c" dynamo:"created"`
		U *attributevalue.UnixTime `dynamodbav:"u" dynamo:"updated"`
	}{K: "k"}
	numbers := struct {
		K string `dynamodbav:"k" dynamo:"partition"`
		V int64  `dynamodbav:"v" dynamo:"version"`
		C int64  `dynamodbav:"c" dynamo:"created"`
		U uint64 `dynamodbav:"u" dynamo:"updated"`
	}{K: "k", V: 41, C: 7}
	for _, tc := range []role{
		{"pointers", pointers, item{"k": avS("k"), "v": avN("1"), "c": avS("2024-02-29T12:00:00.623456789Z"), "u": avN("1709208000")}},
		{"numbers", numbers, item{"k": avS("k"), "v": avN("42"), "c": avN("7"), "u": avN("1709208000")}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := readSchema(reflect.TypeOf(tc.item))
			require.NoError(t, err)
			v := reflect.New(reflect.TypeOf(tc.item)).Elem()
			v.Set(reflect.ValueOf(tc.item))
			_, err = s.stamp(v, func() time.Time { return noon.Add(123456789) })
			require.NoError(t, err)
			got, err := attributevalue.MarshalMap(v.Interface())
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
}

type versionedBase struct {
	V int `dynamodbav:"v" dynamo:"version"`
}
type Shared struct{ versionedBase }

// What the caller's pointers point to stays as it is.
func TestStampLeavesTheCallersValuesAlone(t *testing.T) {
	type it struct {
		*Shared
		K string `dynamodbav:"k" dynamo:"partition"`
		U *int   `dynamodbav:"u" dynamo:"updated"`
	}
	shared, u := &Shared{versionedBase{V: 3}}, 5
	f := &fake{put: func(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
		require.Equal(t, avN("4"), in.Item["v"])
		return &dynamodb.PutItemOutput{}, nil
	}}
	v := it{Shared: shared, K: "k", U: &u}
	var stored it
	require.NoError(t, repo[it](t, f, noonClock).Put(t.Context(), v, Stored(&stored)))
	require.Equal(t, 3, shared.V)
	require.Equal(t, 5, u)
	require.Equal(t, 4, stored.V)
	require.EqualValues(t, noon.Unix(), *stored.U)
}

func TestVersionsThatCannotBe(t *testing.T) {
	type it struct {
		K string `dynamodbav:"k" dynamo:"partition"`
		V int8   `dynamodbav:"v" dynamo:"version"`
	}
	r := repo[it](t, &fake{})
	require.EqualError(t, r.Put(t.Context(), it{K: "k", V: -1}), "dynamo: put ausg: field V: the version is negative")
	require.EqualError(t, r.Put(t.Context(), it{K: "k", V: 127}), "dynamo: put ausg: field V: the next version does not fit into int8")
	require.EqualError(t, r.Delete(t.Context(), KeyOf("k"), IfVersion(-1)), "dynamo: delete ausg: the version is negative")
	type wide struct {
		K string  `dynamodbav:"k" dynamo:"partition"`
		V *uint64 `dynamodbav:"v" dynamo:"version"`
	}
	v := uint64(1 << 63)
	require.EqualError(t, repo[wide](t, &fake{}).Put(t.Context(), wide{K: "k", V: &v}), "dynamo: put ausg: field V: the version does not fit into 63 bits")
	require.EqualError(t, repo[user](t, &fake{}).Delete(t.Context(), KeyOf(1), IfVersion(1)), `dynamo: delete ausg: option IfVersion does not apply: no field has the tag dynamo:"version"`)
}

// The zero time stored as seconds is read as local time, which reflect does not
// hold for zero.
func TestCreatedIsSetWhereTheZeroTimeWasStored(t *testing.T) {
	type doc struct {
		ID   string    `dynamodbav:"id" dynamo:"partition"`
		Made time.Time `dynamodbav:"made,unixtime" dynamo:"created"`
	}
	r := repo[doc](t, &fake{}, Clock(func() time.Time { return time.Unix(1767225600, 0) }))
	var d doc
	require.NoError(t, r.store.codec.decode(item{"id": avS("x"), "made": avN("-62135596800")}, reflect.ValueOf(&d).Elem()))
	require.True(t, d.Made.IsZero())
	e, err := r.store.encodeItem(reflect.ValueOf(&d).Elem(), false, nil)
	m := e.item
	require.NoError(t, err)
	require.Equal(t, avN("1767225600"), m["made"])
}
