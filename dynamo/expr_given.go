package dynamo

import (
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// builders are what a call was given of the SDK's expression builders.
type builders struct {
	condition, filter *expression.ConditionBuilder
	update            *expression.UpdateBuilder
	key               *expression.KeyConditionBuilder
}

// buildersIn gives the builders of a call, which it makes at the first time.
func buildersIn(g *given) *builders {
	if *g == nil {
		*g = new(builders)
	}
	return (*g).(*builders)
}

func and(a *expression.ConditionBuilder, b expression.ConditionBuilder) *expression.ConditionBuilder {
	if a != nil {
		b = expression.And(*a, b)
	}
	return &b
}

// build makes the expressions, with placeholders in place of all names and
// values.
func (b *builders) build(into *expressions) error {
	sdk := expression.NewBuilder()
	if b.condition != nil {
		sdk = sdk.WithCondition(*b.condition)
	}
	if b.filter != nil {
		sdk = sdk.WithFilter(*b.filter)
	}
	if b.update != nil {
		sdk = sdk.WithUpdate(*b.update)
	}
	if b.key != nil {
		sdk = sdk.WithKeyCondition(*b.key)
	}
	e, err := sdk.Build()
	if err == nil {
		err = checkOperands(e)
	}
	if err != nil {
		return errorf("expression: %w", err)
	}
	into.condition, into.update, into.filter, into.key = e.Condition(), e.Update(), e.Filter(), e.KeyCondition()
	into.names, into.values = e.Names(), e.Values()
	return nil
}

// checkOperands is checkValue for the names and values of an expression: one that
// is changed on the way would be compared with the wrong thing.
func checkOperands(e expression.Expression) error {
	for _, name := range e.Names() {
		if !utf8.ValidString(name) {
			return errorf("a name: %w", errNotUTF8)
		}
	}
	values := e.Values()
	for _, placeholder := range sortedKeys(values) {
		if err := checkValue(values[placeholder]); err != nil {
			return errorf("value %s: %w", placeholder+err.path, err.err)
		}
	}
	return nil
}
