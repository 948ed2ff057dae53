package dynamo

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expressions are the parts of a request that speak of attributes. Placeholders
// are #0, #1 … for names and :0, :1 … for values, as the SDK's builder has them:
// what a caller has given comes from there (see builders), and what a repository
// adds goes on counting. What is not used is nil: DynamoDB refuses empty maps.
type expressions struct {
	condition, update, filter, projection, key *string
	names                                      map[string]string
	values                                     item
}

// given are the builders of the SDK that a call was given, nil if there are none.
// It is an interface so that only the options and methods that take such builders
// link what is behind them.
type given interface{ build(into *expressions) error }

//go:noinline
func buildGiven(g given, into *expressions) error {
	if g == nil {
		return nil
	}
	return g.build(into)
}

// name is the placeholder of an attribute.
func (e *expressions) name(attr string) string {
	for placeholder, is := range e.names {
		if is == attr {
			return placeholder
		}
	}
	placeholder := placeholder("#", len(e.names))
	e.setName(placeholder, attr)
	return placeholder
}

// placeholder is out of line for what strconv puts there.
//
//go:noinline
func placeholder(mark string, n int) string { return mark + strconv.Itoa(n) }

func (e *expressions) setName(placeholder, attr string) {
	if e.names == nil {
		e.names = map[string]string{}
	}
	e.names[placeholder] = attr
}

// value is the placeholder of a value.
func (e *expressions) value(av types.AttributeValue) string {
	placeholder := placeholder(":", len(e.values))
	e.setValue(placeholder, av)
	return placeholder
}

func (e *expressions) setValue(placeholder string, av types.AttributeValue) {
	if e.values == nil {
		e.values = item{}
	}
	e.values[placeholder] = av
}

// require adds a condition that must hold as well.
//
//go:noinline
func (e *expressions) require(condition string) {
	if e.condition != nil {
		condition = "(" + *e.condition + ") AND (" + condition + ")"
	}
	e.condition = &condition
}

// path is the path of an attribute, or of a part of one: "address.city" becomes
// "#0.#1", and "lines[2]" "#2[2]".
func (e *expressions) path(path string) (string, error) {
	if !utf8.ValidString(path) {
		return "", errorf("a name: %w", errNotUTF8)
	}
	var out []string
	for word := range strings.SplitSeq(path, ".") {
		name, indexes := word, ""
		if i := strings.IndexByte(word, '['); i >= 0 && strings.HasSuffix(word, "]") {
			name, indexes = word[:i], word[i:]
		}
		if name == "" || !isIndexes(indexes) {
			return "", errorf("%q is not a path of names and indexes", path)
		}
		out = append(out, e.name(name)+indexes)
	}
	return strings.Join(out, "."), nil
}

// isIndexes tells whether s is nothing but [0] or [1][2] and so on.
func isIndexes(s string) bool {
	for s != "" {
		index, rest, closed := strings.Cut(s[1:], "]")
		if !closed || index == "" || strings.Trim(index, "0123456789") != "" || rest != "" && rest[0] != '[' {
			return false
		}
		s = rest
	}
	return true
}

// forWrite makes condition and update of a write, if there are any.
func (s *schema) forWrite(w *writeConfig) error {
	e := &w.e
	if err := buildGiven(w.given, e); err != nil {
		return err
	}
	if w.guarded {
		s.versionIs(e, w.guard)
	}
	if w.exists || w.ifVersion != nil {
		e.require("attribute_exists (" + e.name(s.partition.name) + ")")
	}
	if w.ifNotExists {
		e.require("attribute_not_exists (" + e.name(s.partition.name) + ")")
	}
	switch {
	case w.ifVersion == nil:
	case s.version == nil:
		return errors.New("option IfVersion does not apply: no field has the tag dynamo:\"version\"")
	default:
		s.versionIs(e, *w.ifVersion)
	}
	return nil
}

// versionIs demands that the item in the table has that version. Version 0 is
// that of an item which has none, because it was written before its type had a
// version, or by somebody else; and of an item that is not there.
func (s *schema) versionIs(e *expressions, n int64) {
	name, version := e.name(s.version.attr), &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}
	if n > 0 {
		e.require(name + " = " + e.value(version))
		return
	}
	null := e.value(&types.AttributeValueMemberS{Value: "NULL"})
	e.require(fmt.Sprintf("(attribute_not_exists (%[1]s)) OR (attribute_type (%[1]s, %[2]s)) OR (%[1]s = %[3]s)", name, null, e.value(version)))
}

// forRead makes key condition, filter and projection of a read, if there are any.
func (s *schema) forRead(r *readConfig, ix *index) error {
	err := buildGiven(r.given, &r.e)
	if err == nil && r.projecting != nil {
		err = r.projecting(s, &r.e, r.project, ix)
	}
	return err
}

// project lists names and the key attributes, those of the index that is read
// included, each once: DynamoDB refuses paths that overlap.
func (s *schema) project(e *expressions, names []string, ix *index) error {
	var paths []string
	seen := map[string]bool{}
	for _, k := range s.readKeys(ix) {
		seen[k.name] = true
		paths = append(paths, e.name(k.name))
	}
	for _, name := range names {
		if seen[name] {
			continue
		}
		seen[name] = true
		if fieldNamed(s.fields, name) != nil {
			paths = append(paths, e.name(name))
			continue
		}
		path, err := e.path(name)
		if err != nil {
			return errorf("expression: %w", err)
		}
		paths = append(paths, path)
	}
	e.projection = aws.String(strings.Join(paths, ", "))
	return nil
}

// optionalBool is nil for false, DynamoDB's default.
func optionalBool(b bool) *bool {
	if !b {
		return nil
	}
	return aws.Bool(true)
}
