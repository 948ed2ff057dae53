package dynamotest

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type createTableRequest struct {
	TableName              *string
	AttributeDefinitions   []attributeDefinition
	KeySchema              []keyElement
	BillingMode            string
	ProvisionedThroughput  *throughput
	GlobalSecondaryIndexes []struct{}
	LocalSecondaryIndexes  []struct{}
	StreamSpecification    *struct{ StreamEnabled bool }

	DeletionProtectionEnabled *bool
}

type attributeDefinition struct{ AttributeName, AttributeType *string }

type keyElement struct{ AttributeName, KeyType *string }

type throughput struct{ ReadCapacityUnits, WriteCapacityUnits *int64 }

func (r *createTableRequest) table() string { return deref(r.TableName) }

// createTable makes a table that is ACTIVE at once. Indexes and streams are
// refused rather than ignored.
func createTable(db *DB, r *createTableRequest) (*tableResult, *fault) {
	if f := r.constrain(); f != nil {
		return nil, f
	}
	if f := r.check(); f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if _, ok := db.tables[*r.TableName]; ok {
		return nil, &fault{kind: faultTableInUse, message: "Table already exists: " + *r.TableName}
	}
	t := &table{
		name: *r.TableName, keys: r.keys(), created: time.Now(), id: requestID(),
		billing: "PROVISIONED", protected: deref(r.DeletionProtectionEnabled),
	}
	if r.BillingMode != "" {
		t.billing = r.BillingMode
	}
	if p := r.ProvisionedThroughput; p != nil {
		t.read, t.write = *p.ReadCapacityUnits, *p.WriteCapacityUnits
	}
	db.tables[t.name] = t
	return &tableResult{member: "TableDescription", tableDescription: t.describe("ACTIVE")}, nil
}

func (r *createTableRequest) constrain() *fault {
	c := &constraints{}
	c.present("attributeDefinitions", r.AttributeDefinitions != nil)
	c.name("tableName", r.TableName, true)
	c.enum("billingMode", r.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	if p := r.ProvisionedThroughput; p != nil {
		c.units("provisionedThroughput.writeCapacityUnits", p.WriteCapacityUnits)
		c.units("provisionedThroughput.readCapacityUnits", p.ReadCapacityUnits)
	}
	if c.present("keySchema", r.KeySchema != nil); r.KeySchema != nil {
		c.count("keySchema", "[]", len(r.KeySchema), 2)
	}
	for i, k := range r.KeySchema {
		c.present(memberOf("keySchema", i, "attributeName"), k.AttributeName != nil)
		c.present(memberOf("keySchema", i, "keyType"), k.KeyType != nil)
		c.enum(memberOf("keySchema", i, "keyType"), deref(k.KeyType), "HASH", "RANGE")
	}
	for i, a := range r.AttributeDefinitions {
		c.present(memberOf("attributeDefinitions", i, "attributeName"), a.AttributeName != nil)
		c.present(memberOf("attributeDefinitions", i, "attributeType"), a.AttributeType != nil)
		c.enum(memberOf("attributeDefinitions", i, "attributeType"), deref(a.AttributeType), "B", "N", "S")
	}
	return c.fault()
}

// units is for a provisioned throughput.
func (c *constraints) units(member string, n *int64) {
	if c.present(member, n != nil); n != nil && *n < 1 {
		c.violate(strconv.FormatInt(*n, 10), member, "Member must have value greater than or equal to 1")
	}
}

func (r *createTableRequest) check() *fault {
	if f := r.checkBilling(); f != nil {
		return f
	}
	defined := convert(r.AttributeDefinitions, func(a attributeDefinition) string { return *a.AttributeName })
	keys := convert(r.KeySchema, func(k keyElement) string { return *k.AttributeName })
	if len(keys) > len(defined) {
		return validation("Invalid KeySchema: Some index key attribute have no definition")
	}
	for _, k := range r.keys() {
		if k.kind == kindInvalid {
			return validation(msgInvalid+"Some index key attributes are not defined in AttributeDefinitions. Keys: [%s], AttributeDefinitions: [%s]",
				strings.Join(keys, ", "), strings.Join(defined, ", "))
		}
	}
	switch {
	case len(keys) == 2 && keys[0] == keys[1]:
		return validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case *r.KeySchema[0].KeyType != "HASH":
		return validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && *r.KeySchema[1].KeyType != "RANGE":
		return validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	case len(r.GlobalSecondaryIndexes)+len(r.LocalSecondaryIndexes) > 0:
		return validation("dynamotest has no secondary indexes yet: create the table without them")
	case r.StreamSpecification != nil && r.StreamSpecification.StreamEnabled:
		return validation("dynamotest has no streams yet: create the table without one")
	case len(keys) != len(defined):
		return validation(msgInvalid + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return nil
}

func (r *createTableRequest) checkBilling() *fault {
	if r.BillingMode == "PAY_PER_REQUEST" && r.ProvisionedThroughput != nil {
		return validation(msgInvalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	if r.BillingMode != "PAY_PER_REQUEST" && r.ProvisionedThroughput == nil {
		return validation(msgInvalid + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	return nil
}

// keys is the primary key with the types of its definitions, kindInvalid for none.
func (r *createTableRequest) keys() []keyAttr {
	return convert(r.KeySchema, func(k keyElement) keyAttr {
		for _, a := range r.AttributeDefinitions {
			if *a.AttributeName == *k.AttributeName {
				return keyAttr{*a.AttributeName, kindOf(*a.AttributeType)}
			}
		}
		return keyAttr{name: *k.AttributeName}
	})
}

// CreateTable is DynamoDB's CreateTable, without secondary indexes and streams.
// The table is ACTIVE at once.
func (db *DB) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	if in == nil {
		in = &dynamodb.CreateTableInput{}
	}
	req := &createTableRequest{
		TableName: in.TableName, BillingMode: string(in.BillingMode), DeletionProtectionEnabled: in.DeletionProtectionEnabled,
		GlobalSecondaryIndexes: make([]struct{}, len(in.GlobalSecondaryIndexes)),
		LocalSecondaryIndexes:  make([]struct{}, len(in.LocalSecondaryIndexes)),
	}
	if in.AttributeDefinitions != nil {
		req.AttributeDefinitions = convert(in.AttributeDefinitions, func(a types.AttributeDefinition) attributeDefinition {
			kind := string(a.AttributeType)
			return attributeDefinition{a.AttributeName, &kind}
		})
	}
	if in.KeySchema != nil {
		req.KeySchema = convert(in.KeySchema, func(k types.KeySchemaElement) keyElement {
			kind := string(k.KeyType)
			return keyElement{k.AttributeName, &kind}
		})
	}
	if p := in.ProvisionedThroughput; p != nil {
		req.ProvisionedThroughput = &throughput{p.ReadCapacityUnits, p.WriteCapacityUnits}
	}
	if s := in.StreamSpecification; s != nil {
		req.StreamSpecification = &struct{ StreamEnabled bool }{deref(s.StreamEnabled)}
	}
	res, err := run(ctx, db, "CreateTable", createTable, req)
	if err != nil {
		return nil, sdkError("CreateTable", err)
	}
	return &dynamodb.CreateTableOutput{TableDescription: res.sdk()}, nil
}
