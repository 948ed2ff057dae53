package dynamo

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// CreateTableInput describes the table that items of type T live in: key
// schema and attribute definitions from T's tags, as [New] reads them, and
// on-demand billing. It is meant for tests and local engines; a deployed table
// belongs in its stack's template.
//
// The error names T and the field whose tag is wrong.
func CreateTableInput[T any](table string) (*dynamodb.CreateTableInput, error) {
	if table == "" {
		return nil, errors.New("dynamo: create table input: the table has no name")
	}
	s, err := schemaOf[T]()
	if err != nil {
		return nil, fmt.Errorf("dynamo: create table input: %w", err)
	}
	in := &dynamodb.CreateTableInput{
		TableName:   aws.String(table),
		BillingMode: types.BillingModePayPerRequest,
	}
	role := types.KeyTypeHash
	for _, k := range s.keyAttrs() {
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: aws.String(k.name), KeyType: role})
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{AttributeName: aws.String(k.name), AttributeType: k.scalar})
		role = types.KeyTypeRange
	}
	return in, nil
}
