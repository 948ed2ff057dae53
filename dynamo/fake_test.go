package dynamo

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// fake is a Client that answers from functions and counts its requests. What a
// test does not set must not be called.
type fake struct {
	Client
	get      func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error)
	put      func(*dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error)
	delete   func(*dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error)
	scan     func(*dynamodb.ScanInput) (*dynamodb.ScanOutput, error)
	query    func(*dynamodb.QueryInput) (*dynamodb.QueryOutput, error)
	update   func(*dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error)
	requests int
}

func (f *fake) GetItem(_ context.Context, in *dynamodb.GetItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	f.requests++
	return f.get(in)
}

func (f *fake) PutItem(_ context.Context, in *dynamodb.PutItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	f.requests++
	return f.put(in)
}

func (f *fake) DeleteItem(_ context.Context, in *dynamodb.DeleteItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	f.requests++
	return f.delete(in)
}

func (f *fake) Scan(_ context.Context, in *dynamodb.ScanInput, _ ...func(*dynamodb.Options)) (*dynamodb.ScanOutput, error) {
	f.requests++
	return f.scan(in)
}

func (f *fake) Query(_ context.Context, in *dynamodb.QueryInput, _ ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	f.requests++
	return f.query(in)
}

func (f *fake) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	f.requests++
	return f.update(in)
}

type user struct {
	ID    int    `dynamodbav:"id" dynamo:"partition"`
	Name  string `dynamodbav:"name"`
	Email string `dynamodbav:"email,omitempty"`
}

func repo[T any](t *testing.T, c Client, opts ...Option) *Repository[T] {
	t.Helper()
	r, err := New[T](c, "ausg", opts...)
	require.NoError(t, err)
	return r
}

func avS(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func avN(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func avB(s string) types.AttributeValue { return &types.AttributeValueMemberB{Value: []byte(s)} }
func avM(m item) types.AttributeValue   { return &types.AttributeValueMemberM{Value: m} }
func avL(l ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: append([]types.AttributeValue{}, l...)}
}

func userItem(id, name string) item { return item{"id": avN(id), "name": avS(name)} }
