package dynamotest

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableRequest is the request of DescribeTable and DeleteTable.
type tableRequest struct{ TableName *string }

func (r *tableRequest) table() string { return deref(r.TableName) }

// A tableDescription is a copy of what is known of a table at one moment.
type tableDescription struct {
	name, arn, id, status, billing string
	keys                           []keyAttr
	created                        time.Time
	items, bytes                   int
	read, write                    int64
	protected                      bool
}

func (t *table) describe(status string) *tableDescription {
	return &tableDescription{
		name: t.name, arn: t.arn(), id: t.id, status: status, billing: t.billing, keys: t.keys,
		created: t.created, items: t.rows.rows, bytes: t.bytes, read: t.read, write: t.write, protected: t.protected,
	}
}

// A tableResult is a description under the name of its member.
type tableResult struct {
	member string
	*tableDescription
}

func describeTable(db *DB, r *tableRequest) (*tableResult, *fault) {
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, f := r.find(db)
	if f != nil {
		return nil, f
	}
	return &tableResult{member: "Table", tableDescription: t.describe("ACTIVE")}, nil
}

// find is the table, under the message of the operations that manage tables.
func (r *tableRequest) find(db *DB) (*table, *fault) {
	c := &constraints{}
	c.name("tableName", r.TableName, true)
	if f := c.fault(); f != nil {
		return nil, f
	}
	t, f := db.table(*r.TableName)
	if f != nil {
		f.message = "Requested resource not found: Table: " + *r.TableName + " not found"
	}
	return t, f
}

func (r *tableResult) appendWire(b []byte) []byte {
	o := object{append(b, '{')}
	o.member(r.member)
	o.b = r.appendJSON(o.b)
	return append(o.b, '}')
}

func (d *tableDescription) appendJSON(b []byte) []byte {
	o := object{append(b, '{')}
	o.member("AttributeDefinitions")
	o.b = appendList(o.b, d.keys, func(b []byte, k keyAttr) []byte {
		o := object{append(b, '{')}
		o.text("AttributeName", k.name)
		o.text("AttributeType", k.kind.String())
		return append(o.b, '}')
	})
	o.text("TableName", d.name)
	role := "HASH"
	o.member("KeySchema")
	o.b = appendList(o.b, d.keys, func(b []byte, k keyAttr) []byte {
		o := object{append(b, '{')}
		o.text("AttributeName", k.name)
		o.text("KeyType", role)
		role = "RANGE"
		return append(o.b, '}')
	})
	o.text("TableStatus", d.status)
	o.member("CreationDateTime")
	o.b = strconv.AppendFloat(o.b, float64(d.created.UnixMilli())/1000, 'f', 3, 64)
	o.member("ProvisionedThroughput")
	o.b = append(o.b, '{')
	o.int("NumberOfDecreasesToday", 0)
	o.int("ReadCapacityUnits", int(d.read))
	o.int("WriteCapacityUnits", int(d.write))
	o.b = append(o.b, '}')
	o.int("TableSizeBytes", d.bytes)
	o.int("ItemCount", d.items)
	o.text("TableArn", d.arn)
	o.text("TableId", d.id)
	if d.billing == "PAY_PER_REQUEST" {
		o.member("BillingModeSummary")
		o.b = append(o.b, '{')
		o.text("BillingMode", d.billing)
		o.b = append(o.b, '}')
	}
	o.bool("DeletionProtectionEnabled", d.protected)
	return append(o.b, '}')
}

func (d *tableDescription) sdk() *types.TableDescription {
	out := &types.TableDescription{
		TableName: aws.String(d.name), TableArn: aws.String(d.arn), TableId: aws.String(d.id),
		TableStatus: types.TableStatus(d.status), CreationDateTime: aws.Time(d.created.UTC().Truncate(time.Millisecond)),
		ItemCount: aws.Int64(int64(d.items)), TableSizeBytes: aws.Int64(int64(d.bytes)),
		DeletionProtectionEnabled: aws.Bool(d.protected),
		ProvisionedThroughput: &types.ProvisionedThroughputDescription{
			NumberOfDecreasesToday: aws.Int64(0),
			ReadCapacityUnits:      aws.Int64(d.read), WriteCapacityUnits: aws.Int64(d.write),
		},
	}
	if d.billing == "PAY_PER_REQUEST" {
		out.BillingModeSummary = &types.BillingModeSummary{BillingMode: types.BillingModePayPerRequest}
	}
	role := types.KeyTypeHash
	for _, k := range d.keys {
		out.AttributeDefinitions = append(out.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: aws.String(k.name), AttributeType: types.ScalarAttributeType(k.kind.String()),
		})
		out.KeySchema = append(out.KeySchema, types.KeySchemaElement{AttributeName: aws.String(k.name), KeyType: role})
		role = types.KeyTypeRange
	}
	return out
}

// DescribeTable is DynamoDB's DescribeTable. ItemCount and TableSizeBytes are
// exact and up to date.
func (db *DB) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	if in == nil {
		in = &dynamodb.DescribeTableInput{}
	}
	res, err := run(ctx, db, "DescribeTable", describeTable, &tableRequest{TableName: in.TableName})
	if err != nil {
		return nil, sdkError("DescribeTable", err)
	}
	return &dynamodb.DescribeTableOutput{Table: res.sdk()}, nil
}
