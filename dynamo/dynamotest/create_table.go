package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type createTableRequest struct {
	TableName                 *string
	AttributeDefinitions      []attributeDefinition
	KeySchema                 []keyElement
	GlobalSecondaryIndexes    []indexSpec
	LocalSecondaryIndexes     []indexSpec
	BillingMode               string
	ProvisionedThroughput     *throughput
	OnDemandThroughput        *onDemandThroughput
	StreamSpecification       *streamSpec
	SSESpecification          *sseSpec
	TableClass                string
	Tags                      []tag
	DeletionProtectionEnabled *bool
}

type attributeDefinition struct{ AttributeName, AttributeType *string }

type keyElement struct{ AttributeName, KeyType *string }

type throughput struct{ ReadCapacityUnits, WriteCapacityUnits *int64 }

type onDemandThroughput struct {
	MaxReadRequestUnits  *int64 `json:",omitempty"`
	MaxWriteRequestUnits *int64 `json:",omitempty"`
}

type streamSpec struct {
	StreamEnabled  *bool
	StreamViewType string `json:",omitempty"`
}

type sseSpec struct {
	Enabled *bool
	SSEType string
}

func (r *createTableRequest) table() string { return deref(r.TableName) }

// createTable makes a table.
func createTable(db *DB, r *createTableRequest) (*tableResult, *fault) {
	if f := r.constrain(); f != nil {
		return nil, f
	}
	if f := r.check(); f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.sweep()
	if _, ok := db.tables[*r.TableName]; ok {
		return nil, &fault{kind: faultTableInUse, message: "Table already exists: " + *r.TableName}
	}
	t := db.add(r)
	return &tableResult{TableDescription: db.describe(t)}, nil
}

// add makes the table of a request that was checked. The caller holds the lock.
func (db *DB) add(r *createTableRequest) *table {
	t := &table{
		name: *r.TableName, id: tableID(), created: db.clock(), settling: db.settle(statusCreating),
		keys: r.keyAttrs(r.KeySchema), defined: r.attributes(), tags: r.Tags,
		settings: settings{
			billing: "PROVISIONED", protected: deref(r.DeletionProtectionEnabled), class: r.TableClass,
			onDemand: r.OnDemandThroughput, sse: r.SSESpecification,
		},
	}
	t.settings.provision(r.ProvisionedThroughput)
	t.settings.bill(r.BillingMode, t.created)
	for i, specs := range [][]indexSpec{r.LocalSecondaryIndexes, r.GlobalSecondaryIndexes} {
		for _, spec := range specs {
			t.addIndex(r.index(spec, i == 1))
		}
	}
	if s := r.StreamSpecification; s != nil && *s.StreamEnabled {
		db.enableStream(t, s.StreamViewType)
	}
	db.tables[t.name] = t
	return t
}

// index makes an index that was checked.
func (r *createTableRequest) index(spec indexSpec, global bool) *index {
	x := &index{
		name: *spec.IndexName, global: global, keys: r.keyAttrs(spec.KeySchema),
		projection: *spec.Projection.ProjectionType, include: spec.Projection.NonKeyAttributes,
	}
	if p := spec.ProvisionedThroughput; p != nil {
		x.read, x.write = *p.ReadCapacityUnits, *p.WriteCapacityUnits
	}
	return x
}

func (r *createTableRequest) attributes() []keyAttr {
	return convert(r.AttributeDefinitions, func(a attributeDefinition) keyAttr {
		return keyAttr{*a.AttributeName, kindOf(*a.AttributeType)}
	})
}

// keyAttrs is a key with the types of its definitions, kindInvalid for none.
func (r *createTableRequest) keyAttrs(schema []keyElement) []keyAttr {
	return convert(schema, func(k keyElement) keyAttr {
		for _, a := range r.AttributeDefinitions {
			if *a.AttributeName == *k.AttributeName {
				return keyAttr{*a.AttributeName, kindOf(*a.AttributeType)}
			}
		}
		return keyAttr{name: *k.AttributeName}
	})
}

// CreateTable is DynamoDB's CreateTable. The table is ACTIVE at once, unless
// [DB.SetDelay] says otherwise.
func (db *DB) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return db.Client().CreateTable(ctx, in, opts...)
}
