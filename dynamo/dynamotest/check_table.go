package dynamotest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What CreateTable and UpdateTable check of tables and indexes before they look
// at the tables there are.

// indexSpec is an index in a request.
type indexSpec struct {
	IndexName             *string
	KeySchema             []keyElement
	Projection            *projectionSpec
	ProvisionedThroughput *throughput
	OnDemandThroughput    *onDemandThroughput
}

type projectionSpec struct {
	ProjectionType   *string
	NonKeyAttributes []string
}

// The limits of tables, "Quotas in Amazon DynamoDB".
const (
	maxGlobal    = 20
	maxLocal     = 5
	maxIncluded  = 20  // NonKeyAttributes of an index
	maxProjected = 100 // NonKeyAttributes of all indexes
	maxUnits     = 1_000_000_000_000
)

// settings are what a table has beside its schema.
type settings struct {
	billing    string
	onDemand   *onDemandThroughput
	onDemandAt time.Time // when the table became PAY_PER_REQUEST
	read       int64
	write      int64
	protected  bool
	class      string
	sse        *sseSpec
}

func (s *settings) provision(p *throughput) {
	if p != nil {
		s.read, s.write = *p.ReadCapacityUnits, *p.WriteCapacityUnits
	}
}

// bill changes the billing mode, if one is given.
func (s *settings) bill(mode string, now time.Time) {
	if mode == "PAY_PER_REQUEST" && s.billing != mode {
		s.read, s.write, s.onDemandAt = 0, 0, now
	}
	if mode != "" {
		s.billing = mode
	}
}

func (r *createTableRequest) constrain() *fault {
	if r.TableName == nil {
		return validation("The parameter 'TableName' is required but was not present in the request")
	}
	c := &constraints{}
	c.present("attributeDefinitions", r.AttributeDefinitions != nil)
	c.attributes(r.AttributeDefinitions)
	c.tableName("tableName", r.TableName, 3)
	c.enum("billingMode", r.BillingMode, "PROVISIONED", "PAY_PER_REQUEST")
	c.throughput("provisionedThroughput", r.ProvisionedThroughput)
	c.schema("keySchema", r.KeySchema)
	c.indexes("localSecondaryIndexes", r.LocalSecondaryIndexes)
	c.indexes("globalSecondaryIndexes", r.GlobalSecondaryIndexes)
	c.enum("tableClass", r.TableClass, "STANDARD", "STANDARD_INFREQUENT_ACCESS")
	c.stream(r.StreamSpecification)
	c.sse(r.SSESpecification)
	c.tags("tags", r.Tags)
	return c.fault()
}

func (c *constraints) attributes(list []attributeDefinition) {
	for i, a := range list {
		c.present(memberOf("attributeDefinitions", i, "attributeName"), a.AttributeName != nil)
		c.present(memberOf("attributeDefinitions", i, "attributeType"), a.AttributeType != nil)
		c.enum(memberOf("attributeDefinitions", i, "attributeType"), deref(a.AttributeType), "B", "N", "S")
	}
}

// throughput is for a provisioned throughput that is there.
func (c *constraints) throughput(member string, p *throughput) {
	if p == nil {
		return
	}
	for _, one := range []struct {
		name  string
		units *int64
	}{{".writeCapacityUnits", p.WriteCapacityUnits}, {".readCapacityUnits", p.ReadCapacityUnits}} {
		if c.present(member+one.name, one.units != nil); one.units != nil && *one.units < 1 {
			c.violate(strconv.FormatInt(*one.units, 10), member+one.name, "Member must have value greater than or equal to 1")
		}
	}
}

func (c *constraints) schema(member string, list []keyElement) {
	if c.present(member, list != nil); list == nil {
		return
	}
	c.count(member, "["+strings.Join(convert(list, keyElement.String), ", ")+"]", len(list), 2)
	for i, k := range list {
		c.present(memberOf(member, i, "attributeName"), k.AttributeName != nil)
		c.present(memberOf(member, i, "keyType"), k.KeyType != nil)
		c.enum(memberOf(member, i, "keyType"), deref(k.KeyType), "HASH", "RANGE")
	}
}

// String shows a key element as DynamoDB's messages do.
func (k keyElement) String() string {
	return fmt.Sprintf("KeySchemaElement(attributeName=%s, keyType=%s)", orNull(k.AttributeName), orNull(k.KeyType))
}

func orNull(s *string) string {
	if s == nil {
		return "null"
	}
	return *s
}

func (c *constraints) indexes(member string, list []indexSpec) {
	for i, x := range list {
		c.index(func(name string) string { return memberOf(member, i, name) }, x)
	}
}

func (c *constraints) index(member func(string) string, x indexSpec) {
	c.tableName(member("indexName"), x.IndexName, 3)
	c.schema(member("keySchema"), x.KeySchema)
	c.throughput(member("provisionedThroughput"), x.ProvisionedThroughput)
	if c.present(member("projection"), x.Projection != nil); x.Projection == nil {
		return
	}
	c.enum(member("projection.projectionType"), deref(x.Projection.ProjectionType), "ALL", "INCLUDE", "KEYS_ONLY")
	if names := x.Projection.NonKeyAttributes; names != nil {
		c.count(member("projection.nonKeyAttributes"), bracketed(names), len(names), maxIncluded)
	}
}

func (c *constraints) stream(s *streamSpec) {
	if s != nil {
		c.present("streamSpecification.streamEnabled", s.StreamEnabled != nil)
		c.enum("streamSpecification.streamViewType", s.StreamViewType, "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")
	}
}

func (c *constraints) sse(s *sseSpec) {
	if s != nil {
		c.enum("sSESpecification.sSEType", s.SSEType, "AES256", "KMS")
	}
}

func (r *createTableRequest) check() *fault {
	for _, check := range []func() *fault{
		func() *fault { return checkBilling(r.BillingMode, r.ProvisionedThroughput) }, r.checkKeys, r.checkLocal, r.checkGlobal,
		r.checkUse, func() *fault { return r.StreamSpecification.check() },
	} {
		if f := check(); f != nil {
			return f
		}
	}
	return nil
}

func checkBilling(mode string, p *throughput) *fault {
	if mode == "PAY_PER_REQUEST" && p != nil {
		return validation(msgInvalid + "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST")
	}
	if mode != "PAY_PER_REQUEST" && p == nil {
		return validation(msgInvalid + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	return p.check()
}

func (p *throughput) check() *fault {
	switch {
	case p == nil:
	case *p.ReadCapacityUnits > maxUnits:
		return validation("Given value %d for ReadCapacityUnits is out of bounds", *p.ReadCapacityUnits)
	case *p.WriteCapacityUnits > maxUnits:
		return validation("Given value %d for WriteCapacityUnits is out of bounds", *p.WriteCapacityUnits)
	}
	return nil
}

func (r *createTableRequest) checkKeys() *fault {
	if len(r.KeySchema) > len(r.AttributeDefinitions) {
		return validation("Invalid KeySchema: Some index key attribute have no definition")
	}
	return r.checkSchema(r.KeySchema)
}

// checkSchema checks the key of a table or index.
func (r *createTableRequest) checkSchema(schema []keyElement) *fault {
	keys := r.keyAttrs(schema)
	switch {
	case slices.ContainsFunc(keys, func(k keyAttr) bool { return k.kind == kindInvalid }):
		return validation(msgInvalid+"Some index key attributes are not defined in AttributeDefinitions. Keys: %s, AttributeDefinitions: %s",
			bracketed(keyNames(keys)), bracketed(r.defined()))
	case len(keys) == 2 && keys[0].name == keys[1].name:
		return validation("Both the Hash Key and the Range Key element in the KeySchema have the same name")
	case *schema[0].KeyType != "HASH":
		return validation("Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
	case len(keys) == 2 && *schema[1].KeyType != "RANGE":
		return validation("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
	}
	return nil
}

// defined are the names in AttributeDefinitions.
func (r *createTableRequest) defined() []string {
	return convert(r.AttributeDefinitions, func(a attributeDefinition) string { return *a.AttributeName })
}

func (r *createTableRequest) checkLocal() *fault {
	list := r.LocalSecondaryIndexes
	switch {
	case list == nil:
		return nil
	case len(list) == 0:
		return validation(msgInvalid + "List of LocalSecondaryIndexes is empty")
	case len(r.KeySchema) < 2:
		return validation(msgInvalid + "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex")
	}
	var names []string
	for _, x := range list {
		if f := r.checkIndex(x, &names); f != nil {
			return f
		}
		if len(x.KeySchema) < 2 {
			return validation(msgInvalid+"Index KeySchema does not have a range key for index: %s", *x.IndexName)
		}
		if is, want := *x.KeySchema[0].AttributeName, *r.KeySchema[0].AttributeName; is != want {
			return validation(msgInvalid+"Index KeySchema does not have the same leading hash key as table KeySchema for index: %s. "+
				"index hash key: %s, table hash key: %s", *x.IndexName, is, want)
		}
	}
	if len(list) > maxLocal {
		return validation(msgInvalid+"Number of LocalSecondaryIndexes exceeds per-table limit of %d", maxLocal)
	}
	return nil
}

func (r *createTableRequest) checkGlobal() *fault {
	list := r.GlobalSecondaryIndexes
	if list != nil && len(list) == 0 {
		return validation(msgInvalid + "List of GlobalSecondaryIndexes is empty")
	}
	names := convert(r.LocalSecondaryIndexes, func(x indexSpec) string { return *x.IndexName })
	for _, x := range list {
		if f := r.checkIndex(x, &names); f != nil {
			return f
		}
		if f := x.checkBilling(r.BillingMode); f != nil {
			return f
		}
	}
	if len(list) > maxGlobal {
		return validation(msgInvalid+"GlobalSecondaryIndex count exceeds the per-table limit of %d", maxGlobal)
	}
	return nil
}

// checkIndex checks the key, the projection and the name of an index.
func (r *createTableRequest) checkIndex(x indexSpec, names *[]string) *fault {
	if f := r.checkSchema(x.KeySchema); f != nil {
		return f
	}
	if f := x.Projection.check(); f != nil {
		return f
	}
	if slices.Contains(*names, *x.IndexName) {
		return validation(msgInvalid+"Duplicate index name: %s", *x.IndexName)
	}
	*names = append(*names, *x.IndexName)
	return nil
}

func (p *projectionSpec) check() *fault {
	kind := deref(p.ProjectionType)
	switch {
	case p.ProjectionType == nil:
		return validation(msgInvalid + "Unknown ProjectionType: null")
	case kind != "INCLUDE" && p.NonKeyAttributes != nil:
		return validation(msgInvalid+"ProjectionType is %s, but NonKeyAttributes is specified", kind)
	case kind == "INCLUDE" && p.NonKeyAttributes == nil:
		return validation(msgInvalid + "ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
	}
	return nil
}

func (x indexSpec) checkBilling(mode string) *fault {
	switch p := x.ProvisionedThroughput; {
	case mode == "PAY_PER_REQUEST" && p != nil:
		return validation(msgInvalid+"ProvisionedThroughput should not be specified for index: %s when BillingMode is PAY_PER_REQUEST", *x.IndexName)
	case mode != "PAY_PER_REQUEST" && p == nil:
		return validation(msgInvalid+"ProvisionedThroughput must be specified for index: %s", *x.IndexName)
	default:
		return p.check()
	}
}

// checkUse: every defined attribute is a key of something, and indexes do not
// include too much.
func (r *createTableRequest) checkUse() *fault {
	var used []string
	included := 0
	note := func(schema []keyElement) {
		for _, k := range schema {
			if !slices.Contains(used, *k.AttributeName) {
				used = append(used, *k.AttributeName)
			}
		}
	}
	note(r.KeySchema)
	indexes := slices.Concat(r.LocalSecondaryIndexes, r.GlobalSecondaryIndexes)
	for _, x := range indexes {
		note(x.KeySchema)
		included += len(x.Projection.NonKeyAttributes)
	}
	switch {
	case included > maxProjected:
		return validation(msgInvalid+"Number of projected attributes exceeds per-table limit of %d", maxProjected)
	case len(used) == len(r.AttributeDefinitions):
		return nil
	case len(indexes) == 0:
		return validation(msgInvalid + "Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions")
	}
	return validation(msgInvalid+"Some AttributeDefinitions are not used. AttributeDefinitions: %s, keys used: %s", bracketed(r.defined()), bracketed(used))
}

func (s *streamSpec) check() *fault {
	switch {
	case s == nil:
	case !*s.StreamEnabled && s.StreamViewType != "":
		return validation("Invalid StreamViewType: Stream StreamEnabled was false but a StreamViewType was present.")
	case *s.StreamEnabled && s.StreamViewType == "":
		return validation("Invalid StreamViewType: Stream ViewType must not be null or empty when enabling streams.")
	}
	return nil
}
