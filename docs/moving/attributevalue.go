package moving

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// withAttributeValue has the SDK's own packages: attributevalue, expression and the paginators. Errors and batches are as
// withMaps has them.
type withAttributeValue struct{ withMaps }

func (a withAttributeValue) get(ctx context.Context, id int) (Page, error) {
	key, err := attributevalue.MarshalMap(struct {
		ID int `dynamodbav:"id"`
	}{id})
	if err != nil {
		return Page{}, err
	}
	out, err := a.client.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("notebook"), Key: key})
	if err != nil {
		return Page{}, err
	}
	if out.Item == nil {
		return Page{}, errNoNote
	}
	var p Page
	err = attributevalue.UnmarshalMap(out.Item, &p)
	return p, err
}

func (a withAttributeValue) all(ctx context.Context) ([]Page, error) {
	var all []Page
	pages := dynamodb.NewScanPaginator(a.client, &dynamodb.ScanInput{TableName: aws.String("notebook")})
	for pages.HasMorePages() {
		out, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		var some []Page
		if err := attributevalue.UnmarshalListOfMaps(out.Items, &some); err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

func (a withAttributeValue) create(ctx context.Context, p Page) error {
	item, err := attributevalue.MarshalMap(p)
	if err != nil {
		return err
	}
	expr, err := expression.NewBuilder().WithCondition(expression.Name("id").AttributeNotExists()).Build()
	if err != nil {
		return err
	}
	_, err = a.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("notebook"), Item: item,
		ConditionExpression: expr.Condition(), ExpressionAttributeNames: expr.Names(),
	})
	if isConditionFailed(err) {
		return errExists
	}
	return err
}

func (a withAttributeValue) read(ctx context.Context, id int) (int, error) {
	key, err := attributevalue.MarshalMap(struct {
		ID int `dynamodbav:"id"`
	}{id})
	if err != nil {
		return 0, err
	}
	expr, err := expression.NewBuilder().
		WithUpdate(expression.Add(expression.Name("reads"), expression.Value(1))).
		WithCondition(expression.Name("id").AttributeExists()).
		Build()
	if err != nil {
		return 0, err
	}
	out, err := a.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String("notebook"), Key: key,
		UpdateExpression: expr.Update(), ConditionExpression: expr.Condition(),
		ExpressionAttributeNames: expr.Names(), ExpressionAttributeValues: expr.Values(),
		ReturnValues: types.ReturnValueAllNew,
	})
	if isConditionFailed(err) {
		return 0, errNoNote
	}
	if err != nil {
		return 0, err
	}
	var p Page
	err = attributevalue.UnmarshalMap(out.Attributes, &p)
	return p.Reads, err
}
