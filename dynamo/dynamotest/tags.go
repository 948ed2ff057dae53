package dynamotest

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// A tag of a table.
type tag struct{ Key, Value *string }

const maxTags = 50

type tagRequest struct {
	ResourceArn *string
	Tags        []tag
}

type untagRequest struct {
	ResourceArn *string
	TagKeys     []string
}

type listTagsRequest struct {
	ResourceArn *string
	NextToken   *string
}

type tagsResult struct {
	Tags      []tag
	NextToken string `json:",omitempty"`
}

// An emptyResult answers nothing at all, not even an object.
type emptyResult struct{}

func (r *tagRequest) table() string              { return tableOfARN(r.ResourceArn) }
func (r *untagRequest) table() string            { return tableOfARN(r.ResourceArn) }
func (r *listTagsRequest) table() string         { return tableOfARN(r.ResourceArn) }
func (r *tagsResult) appendWire(b []byte) []byte { return appendJSON(b, r) }
func (*emptyResult) appendWire(b []byte) []byte  { return b }
func (c *constraints) arn(arn *string)           { c.present("resourceArn", arn != nil) }
func (t tag) key() string                        { return deref(t.Key) }
func hasKey(key string) func(tag) bool           { return func(t tag) bool { return t.key() == key } }

// tableOfARN is the table that an ARN names, empty for none.
func tableOfARN(arn *string) string {
	if !strings.HasPrefix(deref(arn), "arn:") {
		return "" // a name, as nearly always
	}
	parts := strings.Split(*arn, ":")
	if len(parts) != 6 || parts[2] != "dynamodb" {
		return ""
	}
	name, ok := strings.CutPrefix(parts[5], "table/")
	if !ok || strings.Contains(name, "/") {
		return ""
	}
	return name
}

// tags is for the tags of a request.
func (c *constraints) tags(member string, tags []tag) {
	for i, t := range tags {
		if c.present(memberOf(member, i, "key"), t.Key != nil); t.Key != nil {
			c.length(memberOf(member, i, "key"), *t.Key, 1, 128)
		}
		if c.present(memberOf(member, i, "value"), t.Value != nil); t.Value != nil {
			c.length(memberOf(member, i, "value"), *t.Value, 0, 256)
		}
	}
}

// tagged finds the table of an ARN. The caller holds the lock.
func (db *DB) tagged(arn, operation string) (*table, *fault) {
	name := tableOfARN(&arn)
	if !tableName.MatchString(name) {
		return nil, validation("Invalid TableArn: Invalid ResourceArn provided as input %s", arn)
	}
	t, ok := db.tables[name]
	switch {
	case ok && t.arn() == arn:
		return t, nil
	case operation == "ListTagsOfResource":
		return nil, &fault{kind: faultAccessDenied, message: "User: arn:aws:iam::000000000000:root is not authorized to perform: dynamodb:" +
			operation + " on resource: " + arn}
	}
	return nil, &fault{kind: faultTableNotFound, message: "Requested resource not found: ResourceArn: " + arn + " not found"}
}

func tagResource(db *DB, r *tagRequest) (*emptyResult, *fault) {
	c := &constraints{}
	c.arn(r.ResourceArn)
	c.present("tags", r.Tags != nil)
	c.tags("tags", r.Tags)
	if f := c.fault(); f != nil {
		return nil, f
	}
	if len(r.Tags) == 0 {
		return nil, validation("Atleast one Tag needs to be provided as Input.")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, f := db.tagged(*r.ResourceArn, "TagResource")
	if f != nil {
		return nil, f
	}
	tags := slices.Clone(t.tags)
	for _, one := range r.Tags {
		tags = append(slices.DeleteFunc(tags, hasKey(one.key())), one)
	}
	if len(tags) > maxTags {
		return nil, validation(msgInvalid+"The number of tags exceeds the limit of %s", strconv.Itoa(maxTags))
	}
	t.tags = tags
	return &emptyResult{}, nil
}

func untagResource(db *DB, r *untagRequest) (*emptyResult, *fault) {
	c := &constraints{}
	c.arn(r.ResourceArn)
	c.present("tagKeys", r.TagKeys != nil)
	if f := c.fault(); f != nil {
		return nil, f
	}
	if len(r.TagKeys) == 0 {
		return nil, validation("Atleast one Tag Key needs to be provided as Input.")
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	t, f := db.tagged(*r.ResourceArn, "UntagResource")
	if f != nil {
		return nil, f
	}
	t.tags = slices.DeleteFunc(slices.Clone(t.tags), func(one tag) bool { return slices.Contains(r.TagKeys, one.key()) })
	return &emptyResult{}, nil
}

// listTags lists all tags on one page: a table has at most 50.
func listTags(db *DB, r *listTagsRequest) (*tagsResult, *fault) {
	c := &constraints{}
	c.arn(r.ResourceArn)
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	t, f := db.tagged(*r.ResourceArn, "ListTagsOfResource")
	if f != nil {
		return nil, f
	}
	return &tagsResult{Tags: append([]tag{}, t.tags...)}, nil
}

// TagResource is DynamoDB's TagResource, for tables.
func (db *DB) TagResource(ctx context.Context, in *dynamodb.TagResourceInput, opts ...func(*dynamodb.Options)) (*dynamodb.TagResourceOutput, error) {
	return db.Client().TagResource(ctx, in, opts...)
}

// UntagResource is DynamoDB's UntagResource, for tables.
func (db *DB) UntagResource(ctx context.Context, in *dynamodb.UntagResourceInput, opts ...func(*dynamodb.Options)) (*dynamodb.UntagResourceOutput, error) {
	return db.Client().UntagResource(ctx, in, opts...)
}

// ListTagsOfResource is DynamoDB's ListTagsOfResource, for tables.
func (db *DB) ListTagsOfResource(ctx context.Context, in *dynamodb.ListTagsOfResourceInput, opts ...func(*dynamodb.Options)) (*dynamodb.ListTagsOfResourceOutput, error) {
	return db.Client().ListTagsOfResource(ctx, in, opts...)
}
