package moving

import (
	"context"
	"errors"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo"
)

// A Page of the notebook is an item of the table.
type Page struct {
	ID    int      `dynamodbav:"id" dynamo:"partition"`
	Text  string   `dynamodbav:"text"`
	Tags  []string `dynamodbav:"tags"`
	Reads int      `dynamodbav:"reads"`
}

// A notebook is what each of the programs makes of a table.
type notebook interface {
	create(ctx context.Context, p Page) error      // errExists if it is there
	get(ctx context.Context, id int) (Page, error) // errNoNote if it is not
	all(ctx context.Context) ([]Page, error)
	read(ctx context.Context, id int) (int, error)  // counts
	addAll(ctx context.Context, pages []Page) error // replaces those that are there
}

var errExists = errors.New("the page exists")

// withMaps is DocumentClient's style, or boto3's: attribute values in maps, expressions as text.
type withMaps struct{ client dynamo.Client }

func toMap(p Page) map[string]types.AttributeValue {
	item := map[string]types.AttributeValue{
		"id":    &types.AttributeValueMemberN{Value: strconv.Itoa(p.ID)},
		"text":  &types.AttributeValueMemberS{Value: p.Text},
		"reads": &types.AttributeValueMemberN{Value: strconv.Itoa(p.Reads)},
	}
	tags := []types.AttributeValue{}
	for _, tag := range p.Tags {
		tags = append(tags, &types.AttributeValueMemberS{Value: tag})
	}
	item["tags"] = &types.AttributeValueMemberL{Value: tags}
	return item
}

func fromMap(item map[string]types.AttributeValue) (p Page) {
	if id, ok := item["id"].(*types.AttributeValueMemberN); ok {
		p.ID, _ = strconv.Atoi(id.Value)
	}
	if text, ok := item["text"].(*types.AttributeValueMemberS); ok {
		p.Text = text.Value
	}
	if reads, ok := item["reads"].(*types.AttributeValueMemberN); ok {
		p.Reads, _ = strconv.Atoi(reads.Value)
	}
	if tags, ok := item["tags"].(*types.AttributeValueMemberL); ok {
		for _, tag := range tags.Value {
			if s, ok := tag.(*types.AttributeValueMemberS); ok {
				p.Tags = append(p.Tags, s.Value)
			}
		}
	}
	return p
}

func isConditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}

func (m withMaps) create(ctx context.Context, p Page) error {
	_, err := m.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String("notebook"), Item: toMap(p), ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	if isConditionFailed(err) {
		return errExists
	}
	return err
}

func (m withMaps) get(ctx context.Context, id int) (Page, error) {
	out, err := m.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String("notebook"), Key: map[string]types.AttributeValue{"id": &types.AttributeValueMemberN{Value: strconv.Itoa(id)}},
	})
	if err != nil {
		return Page{}, err
	}
	if out.Item == nil {
		return Page{}, errNoNote
	}
	return fromMap(out.Item), nil
}

func (m withMaps) all(ctx context.Context) ([]Page, error) {
	var all []Page
	var start map[string]types.AttributeValue
	for {
		out, err := m.client.Scan(ctx, &dynamodb.ScanInput{TableName: aws.String("notebook"), ExclusiveStartKey: start})
		if err != nil {
			return nil, err
		}
		for _, item := range out.Items {
			all = append(all, fromMap(item))
		}
		if start = out.LastEvaluatedKey; start == nil {
			return all, nil
		}
	}
}

func (m withMaps) read(ctx context.Context, id int) (int, error) {
	out, err := m.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 aws.String("notebook"),
		Key:                       map[string]types.AttributeValue{"id": &types.AttributeValueMemberN{Value: strconv.Itoa(id)}},
		UpdateExpression:          aws.String("ADD #reads :one"),
		ConditionExpression:       aws.String("attribute_exists(id)"),
		ExpressionAttributeNames:  map[string]string{"#reads": "reads"},
		ExpressionAttributeValues: map[string]types.AttributeValue{":one": &types.AttributeValueMemberN{Value: "1"}},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if isConditionFailed(err) {
		return 0, errNoNote
	}
	if err != nil {
		return 0, err
	}
	return fromMap(out.Attributes).Reads, nil
}

func (m withMaps) addAll(ctx context.Context, pages []Page) error {
	for len(pages) > 0 {
		chunk := pages[:min(len(pages), 25)]
		pages = pages[len(chunk):]
		var writes []types.WriteRequest
		for _, p := range chunk {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: toMap(p)}})
		}
		for left := map[string][]types.WriteRequest{"notebook": writes}; len(left) > 0; {
			out, err := m.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: left})
			if err != nil {
				return err // which of them are written?
			}
			left = out.UnprocessedItems // at once, and for ever
		}
	}
	return nil
}
