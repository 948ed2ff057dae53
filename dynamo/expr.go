package dynamo

import (
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// expressions are the parts of a request that the SDK's expression builder
// makes. What is not used is nil: DynamoDB refuses empty maps.
type expressions struct {
	condition, update, filter, projection, key *string
	names                                      map[string]string
	values                                     item
}

func build(b expression.Builder) (expressions, error) {
	e, err := b.Build()
	if err != nil {
		return expressions{}, fmt.Errorf("expression: %w", err)
	}
	if err := checkOperands(e); err != nil {
		return expressions{}, fmt.Errorf("expression: %w", err)
	}
	out := expressions{condition: e.Condition(), update: e.Update(), filter: e.Filter(), projection: e.Projection(), key: e.KeyCondition()}
	if names := e.Names(); len(names) > 0 {
		out.names = names
	}
	if values := e.Values(); len(values) > 0 {
		out.values = values
	}
	return out, nil
}

// checkOperands is checkItem for the names and values of an expression: one that
// is changed on the way would be compared with the wrong thing.
func checkOperands(e expression.Expression) error {
	for _, name := range e.Names() {
		if !utf8.ValidString(name) {
			return fmt.Errorf("a name: %w", errNotUTF8)
		}
	}
	values := e.Values()
	for _, placeholder := range sortedKeys(values) {
		if err := checkValue(values[placeholder]); err != nil {
			return fmt.Errorf("value %s: %w", placeholder+err.path, err.error)
		}
	}
	return nil
}

// forWrite is condition and update of a write; the zero expressions if there is
// neither.
func (s *schema) forWrite(w *writeConfig) (expressions, error) {
	cond := w.condition
	if w.ifNotExists {
		cond = and(cond, expression.AttributeNotExists(expression.NameNoDotSplit(s.partition.name)))
	}
	if w.ifVersion != nil {
		if s.version == nil {
			return expressions{}, errors.New("option IfVersion does not apply: no field has the tag dynamo:\"version\"")
		}
		cond = and(and(cond, s.exists()), s.versionIs(*w.ifVersion))
	}
	if cond == nil && w.update == nil {
		return expressions{}, nil
	}
	b := expression.NewBuilder()
	if cond != nil {
		b = b.WithCondition(*cond)
	}
	if w.update != nil {
		b = b.WithUpdate(*w.update)
	}
	return build(b)
}

// forRead is key condition, filter and projection of a read; the zero
// expressions if there is none.
func (s *schema) forRead(r *readConfig, ix *index) (expressions, error) {
	if r.key == nil && r.filter == nil && r.project == nil {
		return expressions{}, nil
	}
	b := expression.NewBuilder()
	if r.key != nil {
		b = b.WithKeyCondition(*r.key)
	}
	if r.filter != nil {
		b = b.WithFilter(*r.filter)
	}
	if r.project != nil {
		b = b.WithProjection(s.projection(r.project, ix))
	}
	return build(b)
}

// projection lists names and the key attributes, those of the index that is read
// included, each once: DynamoDB refuses paths that overlap.
func (s *schema) projection(names []string, ix *index) expression.ProjectionBuilder {
	var list expression.ProjectionBuilder
	seen := map[string]bool{}
	for _, k := range s.readKeys(ix) {
		seen[k.name] = true
		list = expression.AddNames(list, expression.NameNoDotSplit(k.name))
	}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		path := expression.Name(name)
		if slices.ContainsFunc(s.fields, func(f field) bool { return f.attr == name }) {
			path = expression.NameNoDotSplit(name)
		}
		list = expression.AddNames(list, path)
	}
	return list
}

// optionalBool is nil for false, DynamoDB's default.
func optionalBool(b bool) *bool {
	if !b {
		return nil
	}
	return aws.Bool(true)
}
