package dynamotest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// tableRequest is the request of the operations that name a table only.
type tableRequest struct{ TableName *string }

func (r *tableRequest) table() string { return deref(r.TableName) }

// A tableDescription is DynamoDB's, as it was at one moment.
type tableDescription struct {
	AttributeDefinitions      []attributeDefinition
	TableName                 string
	KeySchema                 []keyElement
	TableStatus               string
	CreationDateTime          seconds
	ProvisionedThroughput     throughputDescription
	TableSizeBytes            int
	ItemCount                 int
	TableArn                  string
	TableID                   string              `json:"TableId"`
	BillingModeSummary        *billingSummary     `json:",omitempty"`
	LocalSecondaryIndexes     []indexDescription  `json:",omitempty"`
	GlobalSecondaryIndexes    []indexDescription  `json:",omitempty"`
	SSEDescription            *sseDescription     `json:",omitempty"`
	TableClassSummary         *classSummary       `json:",omitempty"`
	OnDemandThroughput        *onDemandThroughput `json:",omitempty"`
	StreamSpecification       *streamSpec         `json:",omitempty"`
	LatestStreamLabel         string              `json:",omitempty"`
	LatestStreamArn           string              `json:",omitempty"`
	DeletionProtectionEnabled bool
}

type throughputDescription struct {
	NumberOfDecreasesToday int
	ReadCapacityUnits      int64
	WriteCapacityUnits     int64
}

type billingSummary struct {
	BillingMode                       string
	LastUpdateToPayPerRequestDateTime seconds
}

type sseDescription struct{ Status, SSEType, KMSMasterKeyArn string }

type classSummary struct{ TableClass string }

type indexDescription struct {
	IndexName             string
	KeySchema             []keyElement
	Projection            projectionDescription
	IndexStatus           string                 `json:",omitempty"`
	Backfilling           bool                   `json:",omitempty"`
	ProvisionedThroughput *throughputDescription `json:",omitempty"`
	IndexSizeBytes        int
	ItemCount             int
	IndexArn              string
}

type projectionDescription struct {
	ProjectionType   string
	NonKeyAttributes []string `json:",omitempty"`
}

// seconds is a time on the wire: seconds since 1970, with milliseconds.
type seconds time.Time

// MarshalJSON writes the number.
func (s seconds) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Time(s).UnixMilli()) / 1000)
}

// describe copies what is known of a table. The caller holds the lock.
func (db *DB) describe(t *table) *tableDescription {
	s := t.settings
	d := &tableDescription{
		TableName: t.name, TableArn: t.arn(), TableID: t.id, TableStatus: db.status(t.settling), CreationDateTime: seconds(t.created),
		KeySchema: schemaOf(t.keys), ItemCount: t.rows.rows, TableSizeBytes: t.bytes,
		ProvisionedThroughput: throughputDescription{ReadCapacityUnits: s.read, WriteCapacityUnits: s.write},
		OnDemandThroughput:    s.onDemand, DeletionProtectionEnabled: s.protected,
	}
	d.AttributeDefinitions = convert(t.defined, func(k keyAttr) attributeDefinition {
		return attributeDefinition{new(k.name), new(k.kind.String())}
	})
	if s.billing == "PAY_PER_REQUEST" {
		d.BillingModeSummary = &billingSummary{s.billing, seconds(s.onDemandAt)}
	}
	if s.class != "" {
		d.TableClassSummary = &classSummary{s.class}
	}
	if s.sse != nil && deref(s.sse.Enabled) {
		d.SSEDescription = &sseDescription{"ENABLED", "KMS", "arn:aws:kms:us-east-1:000000000000:key/dynamotest"}
	}
	if t.stream != nil {
		d.LatestStreamLabel, d.LatestStreamArn = t.stream.label, t.stream.arn
	}
	if t.streaming() {
		d.StreamSpecification = &streamSpec{new(true), t.stream.view}
	}
	for _, x := range t.indexes {
		if x.global {
			d.GlobalSecondaryIndexes = append(d.GlobalSecondaryIndexes, db.describeIndex(t, x))
		} else {
			d.LocalSecondaryIndexes = append(d.LocalSecondaryIndexes, db.describeIndex(t, x))
		}
	}
	return d
}

func (db *DB) describeIndex(t *table, x *index) indexDescription {
	d := indexDescription{
		IndexName: x.name, IndexArn: t.arn() + "/index/" + x.name, KeySchema: schemaOf(x.keys),
		Projection: projectionDescription{x.projection, x.include}, IndexSizeBytes: x.bytes, ItemCount: x.rows.rows,
	}
	if x.global {
		d.IndexStatus = db.status(x.settling)
		d.Backfilling = d.IndexStatus == statusCreating && x.backfills
		d.ProvisionedThroughput = &throughputDescription{ReadCapacityUnits: x.read, WriteCapacityUnits: x.write}
	}
	return d
}

func schemaOf(keys []keyAttr) (schema []keyElement) {
	for i, k := range keys {
		schema = append(schema, keyElement{new(k.name), new([]string{"HASH", "RANGE"}[i])})
	}
	return schema
}

// tableID is an id as DynamoDB gives to tables: a random UUID.
func tableID() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b)
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:]
}

// A tableResult is a description under the name that the operation gives it.
type tableResult struct {
	Table            *tableDescription `json:",omitempty"`
	TableDescription *tableDescription `json:",omitempty"`
}

func (r *tableResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

func describeTable(db *DB, r *tableRequest) (*tableResult, *fault) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.sweep() // indexes that are gone by now are not described
	t, f := db.managed(r.TableName)
	if f != nil {
		return nil, f
	}
	return &tableResult{Table: db.describe(t)}, nil
}

// managed is a table in any status, for the operations that manage tables.
func (db *DB) managed(name *string) (*table, *fault) {
	c := &constraints{}
	c.tableName("tableName", name, 1)
	if f := c.fault(); f != nil {
		return nil, f
	}
	t, ok := db.tables[*name]
	if !ok || db.status(t.settling) == statusGone {
		return nil, &fault{kind: faultTableNotFound, message: "Requested resource not found: Table: " + *name + " not found"}
	}
	return t, nil
}

// DescribeTable is DynamoDB's DescribeTable. ItemCount and TableSizeBytes are
// exact and up to date.
func (db *DB) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return db.Client().DescribeTable(ctx, in, opts...)
}
