package moving

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"github.com/lambdarest/lambdarest/dynamo"
)

// withRepository is the notebook with this library.
type withRepository struct{ pages *dynamo.Repository[Page] }

func newRepository(c dynamo.Client) (withRepository, error) {
	pages, err := dynamo.New[Page](c, "notebook")
	return withRepository{pages}, err
}

func (r withRepository) create(ctx context.Context, p Page) error {
	err := r.pages.Put(ctx, p, dynamo.IfNotExists())
	if errors.Is(err, dynamo.ErrConditionFailed) {
		return errExists
	}
	return err
}

func (r withRepository) get(ctx context.Context, id int) (Page, error) {
	p, err := r.pages.Get(ctx, dynamo.KeyOf(id))
	if errors.Is(err, dynamo.ErrNotFound) {
		return p, errNoNote
	}
	return p, err
}

func (r withRepository) all(ctx context.Context) ([]Page, error) { return r.pages.All(ctx) }

func (r withRepository) read(ctx context.Context, id int) (int, error) {
	p, err := r.pages.Update(ctx, dynamo.KeyOf(id),
		expression.Add(expression.Name("reads"), expression.Value(1)),
		dynamo.If(expression.Name("id").AttributeExists()))
	if errors.Is(err, dynamo.ErrConditionFailed) {
		return 0, errNoNote
	}
	return p.Reads, err
}

func (r withRepository) addAll(ctx context.Context, pages []Page) error {
	return r.pages.PutAll(ctx, slices.Values(pages))
}
