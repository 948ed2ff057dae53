package dynamo

import "github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

// WriteOption changes a [Repository.Put] or [Repository.Delete]. One that does
// not apply to the operation is an error, never ignored.
type WriteOption interface{ write(*writeConfig) }

type writeOption func(*writeConfig)

func (o writeOption) write(c *writeConfig) { o(c) }

type writeConfig struct {
	used
	ifNotExists bool
	condition   *expression.ConditionBuilder
	meter       *meter
}

// newWriteConfig applies opts and refuses those that are not in allowed.
func newWriteConfig(opts []WriteOption, allowed ...string) (*writeConfig, error) {
	c := new(writeConfig)
	for _, opt := range opts {
		opt.write(c)
	}
	return c, c.only(allowed)
}

// IfNotExists lets a Put only create: if there is an item with that key the
// write fails with [ErrConditionFailed]. Together with [If], both must hold.
func IfNotExists() WriteOption {
	return writeOption(func(w *writeConfig) { w.use("IfNotExists"); w.ifNotExists = true })
}

// If lets a write happen only if c holds for the item that is in the table. If
// it does not the write fails with [ErrConditionFailed]. Several must all hold.
func If(c expression.ConditionBuilder) WriteOption {
	return writeOption(func(w *writeConfig) { w.use("If"); w.condition = and(w.condition, c) })
}

func and(a *expression.ConditionBuilder, b expression.ConditionBuilder) *expression.ConditionBuilder {
	if a != nil {
		b = expression.And(*a, b)
	}
	return &b
}
