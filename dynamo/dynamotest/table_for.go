package dynamotest

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo"
)

// TableFor declares the table that items of type T live in, with the keys and
// indexes that T's tags give it, as dynamo.New reads them. It panics where they
// are wrong, as dynamo.New would return an error: that is a mistake in the program.
//
// Time to live is off, as on any new table, even where T has a field for it:
// [DB.UpdateTimeToLive] turns it on. Without it, code is tested with items that are
// past their time and still there, which DynamoDB takes up to a few days to delete.
func TableFor[T any](name string) Table {
	in, err := dynamo.CreateTableInput[T](name)
	if err != nil {
		panic("dynamotest: " + err.Error())
	}
	return tableFrom(in)
}

// tableFrom takes the schema out of a request to create a table.
func tableFrom(in *dynamodb.CreateTableInput) Table {
	t := Table{Name: *in.TableName}
	t.Partition, t.Sort = attrsOf(in, in.KeySchema)
	for _, x := range in.GlobalSecondaryIndexes {
		t.Indexes = append(t.Indexes, indexFrom(in, *x.IndexName, x.KeySchema, x.Projection))
	}
	for _, x := range in.LocalSecondaryIndexes {
		index := indexFrom(in, *x.IndexName, x.KeySchema, x.Projection)
		index.Local = true
		t.Indexes = append(t.Indexes, index)
	}
	return t
}

func indexFrom(in *dynamodb.CreateTableInput, name string, schema []types.KeySchemaElement, p *types.Projection) Index {
	x := Index{Name: name}
	x.Partition, x.Sort = attrsOf(in, schema)
	if p != nil {
		x.Projection, x.Include = string(p.ProjectionType), p.NonKeyAttributes
	}
	return x
}

// attrsOf is a key: partition and sort, with the types of their definitions.
func attrsOf(in *dynamodb.CreateTableInput, schema []types.KeySchemaElement) (partition, sort Attr) {
	for i, k := range schema {
		for _, a := range in.AttributeDefinitions {
			if *a.AttributeName != *k.AttributeName {
				continue
			}
			attr := Attr{Name: *a.AttributeName, Type: string(a.AttributeType)}
			if i == 0 {
				partition = attr
			} else {
				sort = attr
			}
		}
	}
	return partition, sort
}
