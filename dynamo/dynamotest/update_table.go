package dynamotest

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

type updateTableRequest struct {
	TableName                   *string
	AttributeDefinitions        []attributeDefinition
	BillingMode                 string
	ProvisionedThroughput       *throughput
	OnDemandThroughput          *onDemandThroughput
	GlobalSecondaryIndexUpdates []indexUpdate
	StreamSpecification         *streamSpec
	SSESpecification            *sseSpec
	TableClass                  string
	DeletionProtectionEnabled   *bool
	ReplicaUpdates              []struct{}
}

// An indexUpdate has exactly one of the three.
type indexUpdate struct {
	Create *indexSpec
	Update *indexSpec // its throughput only
	Delete *struct{ IndexName *string }
}

func (r *updateTableRequest) table() string { return deref(r.TableName) }

// updateTable changes a table, all that the request says at once. New indexes
// have the rows that the table has.
func updateTable(db *DB, r *updateTableRequest) (*tableResult, *fault) {
	if f := r.constrain(); f != nil {
		return nil, f
	}
	if f := r.check(); f != nil {
		return nil, f
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.sweep()
	t, f := db.managed(r.TableName)
	if f != nil {
		return nil, f
	}
	if db.status(t.settling) != statusActive {
		return nil, &fault{kind: faultTableInUse, message: "Attempt to change a resource which is still in use: Table is being updated: " + t.name}
	}
	schema, f := r.against(t)
	if f != nil {
		return nil, f
	}
	r.apply(db, t, schema)
	t.settling = db.settle(statusUpdating)
	d := db.describe(t)
	db.sweep()
	return &tableResult{TableDescription: d}, nil
}

func (r *updateTableRequest) constrain() *fault {
	if r.TableName == nil {
		return validation("The parameter 'TableName' is required but was not present in the request")
	}
	c := &constraints{}
	c.attributes(r.AttributeDefinitions)
	c.tableName("tableName", r.TableName, 1)
	c.enum("billingMode", r.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	c.throughput("provisionedThroughput", r.ProvisionedThroughput)
	for i, u := range r.GlobalSecondaryIndexUpdates {
		u.constrain(c, func(name string) string { return memberOf("globalSecondaryIndexUpdates", i, name) })
	}
	c.enum("tableClass", r.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	c.stream(r.StreamSpecification)
	c.sse(r.SSESpecification)
	return c.fault()
}

func (u indexUpdate) constrain(c *constraints, member func(string) string) {
	if x := u.Create; x != nil {
		c.index(func(name string) string { return member("create." + name) }, *x)
	}
	if x := u.Update; x != nil {
		c.tableName(member("update.indexName"), x.IndexName, 3)
		c.present(member("update.provisionedThroughput"), x.ProvisionedThroughput != nil || x.OnDemandThroughput != nil)
		c.throughput(member("update.provisionedThroughput"), x.ProvisionedThroughput)
	}
	if x := u.Delete; x != nil {
		c.tableName(member("delete.indexName"), x.IndexName, 3)
	}
}

// check is what needs no table.
func (r *updateTableRequest) check() *fault {
	updates := r.GlobalSecondaryIndexUpdates
	switch {
	case r.BillingMode == "PAY_PER_REQUEST" && r.ProvisionedThroughput != nil:
		return checkBilling(r.BillingMode, r.ProvisionedThroughput)
	case r.ProvisionedThroughput.check() != nil:
		return r.ProvisionedThroughput.check()
	case len(r.ReplicaUpdates) > 0:
		return validation("dynamotest has no global tables: update the table without ReplicaUpdates")
	case r.StreamSpecification.check() != nil:
		return r.StreamSpecification.check()
	case r.empty() && updates != nil:
		return validation(msgInvalid + "List of GlobalSecondaryIndexUpdates is empty")
	case r.empty():
		return validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	}
	return checkUpdates(updates)
}

func (r *updateTableRequest) empty() bool {
	return r.ProvisionedThroughput == nil && r.BillingMode == "" && len(r.GlobalSecondaryIndexUpdates) == 0 && r.SSESpecification == nil &&
		r.DeletionProtectionEnabled == nil && r.TableClass == "" && r.OnDemandThroughput == nil && r.StreamSpecification == nil
}

func checkUpdates(updates []indexUpdate) *fault {
	created := 0
	var names []string
	for _, u := range updates {
		name, n := u.name()
		switch {
		case n == 0:
			return validation(msgInvalid + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		case n > 1:
			return validation(msgInvalid + "Only one of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must be specified")
		case slices.Contains(names, name):
			return validation(msgInvalid+"Only one global secondary index update per index is allowed simultaneously. Index: %s", name)
		}
		names = append(names, name)
		if u.Update == nil {
			created++
		}
	}
	if created > 1 {
		return &fault{kind: faultLimit, message: "Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table"}
	}
	return nil
}

// name is the index that an update is about, and n how many updates it has.
func (u indexUpdate) name() (name string, n int) {
	if u.Create != nil {
		name, n = *u.Create.IndexName, n+1
	}
	if u.Update != nil {
		name, n = *u.Update.IndexName, n+1
	}
	if u.Delete != nil {
		name, n = *u.Delete.IndexName, n+1
	}
	return name, n
}

// against checks the request against the table. It returns the table's
// definitions with those that the request adds, which new indexes are made of.
func (r *updateTableRequest) against(t *table) (*createTableRequest, *fault) {
	if f := r.checkThroughput(t); f != nil {
		return nil, f
	}
	if f := r.checkStream(t); f != nil {
		return nil, f
	}
	billing := t.settings.billing
	if r.BillingMode != "" {
		billing = r.BillingMode
	}
	schema := &createTableRequest{AttributeDefinitions: r.merged(t), KeySchema: schemaOf(t.keys)}
	for _, u := range r.GlobalSecondaryIndexUpdates {
		if f := u.against(t, schema, billing); f != nil {
			return nil, f
		}
	}
	return schema, nil
}

func (r *updateTableRequest) checkThroughput(t *table) *fault {
	p, s := r.ProvisionedThroughput, t.settings
	switch {
	case p == nil && r.BillingMode == "PROVISIONED" && s.billing != "PROVISIONED":
		return checkBilling(r.BillingMode, nil)
	case p == nil:
		return nil
	case s.billing == "PAY_PER_REQUEST" && r.BillingMode == "":
		return validation(msgInvalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	case s.billing == "PROVISIONED" && s.read == *p.ReadCapacityUnits && s.write == *p.WriteCapacityUnits:
		return validation("The provisioned throughput for the table will not change. The requested value equals the current value. "+
			"Current ReadCapacityUnits provisioned for the table: %d. Requested ReadCapacityUnits: %d. "+
			"Current WriteCapacityUnits provisioned for the table: %d. Requested WriteCapacityUnits: %d. "+
			"Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.",
			s.read, *p.ReadCapacityUnits, s.write, *p.WriteCapacityUnits)
	}
	return nil
}

func (r *updateTableRequest) checkStream(t *table) *fault {
	s := r.StreamSpecification
	switch {
	case s == nil:
	case *s.StreamEnabled && t.streaming():
		return validation("Table already has an enabled stream")
	case !*s.StreamEnabled && !t.streaming():
		return validation("Table has no stream to disable")
	}
	return nil
}

// merged are the table's definitions and those of the request that are new.
func (r *updateTableRequest) merged(t *table) []attributeDefinition {
	all := convert(t.defined, func(k keyAttr) attributeDefinition { return attributeDefinition{new(k.name), new(k.kind.String())} })
	for _, a := range r.AttributeDefinitions {
		if !slices.ContainsFunc(all, func(old attributeDefinition) bool { return *old.AttributeName == *a.AttributeName }) {
			all = append(all, a)
		}
	}
	return all
}

func (u indexUpdate) against(t *table, schema *createTableRequest, billing string) *fault {
	name, _ := u.name()
	x := t.index(name)
	if u.Create == nil {
		if x == nil || !x.global {
			return &fault{kind: faultTableNotFound, message: "Requested resource not found"}
		}
		return nil
	}
	if x != nil {
		return validation("Attempting to create an index which already exists")
	}
	taken := convert(t.indexes, func(x *index) string { return x.name })
	if f := schema.checkIndex(*u.Create, &taken); f != nil {
		return f
	}
	if f := u.Create.checkBilling(billing); f != nil {
		return f
	}
	global := 0
	for _, x := range t.indexes {
		if x.global {
			global++
		}
	}
	if global == maxGlobal {
		return &fault{kind: faultLimit, message: "Subscriber limit exceeded: GlobalSecondaryIndex count exceeds the per-table limit of 20"}
	}
	return nil
}

func (r *updateTableRequest) apply(db *DB, t *table, schema *createTableRequest) {
	s := &t.settings
	s.bill(r.BillingMode, db.clock())
	s.provision(r.ProvisionedThroughput)
	if r.OnDemandThroughput != nil {
		s.onDemand = r.OnDemandThroughput
	}
	if r.DeletionProtectionEnabled != nil {
		s.protected = *r.DeletionProtectionEnabled
	}
	if r.TableClass != "" {
		s.class = r.TableClass
	}
	if r.SSESpecification != nil {
		s.sse = r.SSESpecification
	}
	if spec := r.StreamSpecification; spec != nil && *spec.StreamEnabled {
		db.enableStream(t, spec.StreamViewType)
	} else if spec != nil {
		db.disableStream(t)
	}
	for _, u := range r.GlobalSecondaryIndexUpdates {
		u.apply(db, t, schema)
	}
	if s.billing == "PAY_PER_REQUEST" {
		for _, x := range t.indexes {
			x.read, x.write = 0, 0
		}
	}
	t.defined = schema.attributes()
	t.undefine()
}

func (u indexUpdate) apply(db *DB, t *table, schema *createTableRequest) {
	switch {
	case u.Create != nil:
		x := schema.index(*u.Create, true)
		x.settling, x.backfills = db.settle(statusCreating), true
		t.addIndex(x)
	case u.Delete != nil:
		t.index(*u.Delete.IndexName).settling = db.settle(statusDeleting)
	case u.Update.ProvisionedThroughput != nil:
		x, p := t.index(*u.Update.IndexName), u.Update.ProvisionedThroughput
		x.read, x.write, x.settling = *p.ReadCapacityUnits, *p.WriteCapacityUnits, db.settle(statusUpdating)
	}
}

// undefine keeps of the definitions those that are keys of something.
func (t *table) undefine() {
	t.defined = slices.DeleteFunc(t.defined, func(a keyAttr) bool {
		return !t.isKey(a.name) && !slices.ContainsFunc(t.indexes, func(x *index) bool { return slices.Contains(x.keys, a) })
	})
}

// UpdateTable is DynamoDB's UpdateTable, except for global tables.
func (db *DB) UpdateTable(ctx context.Context, in *dynamodb.UpdateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateTableOutput, error) {
	return db.Client().UpdateTable(ctx, in, opts...)
}
