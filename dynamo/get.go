package dynamo

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// Get reads the item with the given key. If there is none the error matches
// [ErrNotFound]; an answer that cannot be right, such as the item of another
// key, matches [ErrCorruptResponse].
//
// Of the options, [Consistent] and [Project] apply.
func (r *Repository[T]) Get(ctx context.Context, key Key, opts ...ReadOption) (T, error) {
	var out T
	err := r.get(ctx, key, opts, &out)
	if err != nil {
		var zero T
		return zero, r.fail("get", err)
	}
	return out, nil
}

func (r *Repository[T]) get(ctx context.Context, key Key, opts []ReadOption, out *T) error {
	cfg, err := newReadConfig(opts, "Filter", "Limit", "PageSize", "Scope")
	if err != nil {
		return err
	}
	want, err := r.schema.encodeKey(key)
	if err != nil {
		return err
	}
	e, err := r.schema.forRead(cfg)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	answer, err := r.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:                aws.String(r.table),
		Key:                      want,
		ConsistentRead:           optionalBool(cfg.consistent),
		ProjectionExpression:     e.projection,
		ExpressionAttributeNames: e.names,
	})
	if err != nil {
		return err
	}
	if answer == nil || emptyBody(answer.ResultMetadata) {
		return corrupt("empty body")
	}
	if answer.Item == nil {
		return ErrNotFound
	}
	got, err := r.schema.keyOfItem(answer.Item)
	switch {
	case err != nil:
		return corrupt("%w", err)
	case !sameItem(got, want):
		return corrupt("an item with another key")
	}
	return r.codec.decode(answer.Item, out)
}

// emptyBody detects a successful answer without a body. To the SDK it looks
// like "{}": no item, or the end of a scan. Fakes have no raw response.
func emptyBody(m middleware.Metadata) bool {
	raw, ok := awsmiddleware.GetRawResponse(m).(*smithyhttp.Response)
	return ok && raw.Response != nil && raw.Header.Get("Content-Length") == "0"
}
