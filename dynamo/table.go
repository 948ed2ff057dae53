package dynamo

import (
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTableInput describes the table that items of type T live in: key schema,
// indexes (with all attributes) and attribute definitions from T's tags, as [New]
// reads them, and on-demand billing. It is meant for tests and local engines; a
// deployed table belongs in its stack's template.
//
// The error names T and the field whose tag is wrong.
func CreateTableInput[T any](table string) (*dynamodb.CreateTableInput, error) {
	return createTableInput(reflect.TypeFor[T](), table)
}

func createTableInput(t reflect.Type, table string) (*dynamodb.CreateTableInput, error) {
	if table == "" {
		return nil, errors.New("dynamo: create table input: the table has no name")
	}
	s, err := schemaOf(t)
	if err != nil {
		return nil, errorf("dynamo: create table input: %w", err)
	}
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(table),
		BillingMode: types.BillingModePayPerRequest,
	}
	in.KeySchema = keySchema(s.keys)
	for _, k := range s.allKeys() {
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(k.name), AttributeType: k.scalar})
	}
	all := &types.Projection{ProjectionType: types.ProjectionTypeAll}
	for _, ix := range s.indexes {
		name, key := aws.String(ix.name), keySchema(ix.keys)
		if ix.local {
			in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, types.LocalSecondaryIndex{IndexName: name, KeySchema: key, Projection: all})
		} else {
			in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, types.GlobalSecondaryIndex{IndexName: name, KeySchema: key, Projection: all})
		}
	}
	return in, nil
}

// keySchema lists a key, its partition key first.
func keySchema(keys []*keyAttr) []types.KeySchemaElement {
	var out []types.KeySchemaElement
	role := types.KeyTypeHash
	for _, k := range keys {
		out = append(out, types.KeySchemaElement{AttributeName: aws.String(k.name), KeyType: role})
		role = types.KeyTypeRange
	}
	return out
}
