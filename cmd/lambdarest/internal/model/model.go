// Package model checks bodies against the models of an API: JSON Schema, draft 4, as API Gateway takes them
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html). Patterns are regular
// expressions of Java's. Nothing is loaded: what a schema refers to is in the same document.
//
// It is a package of the command, not of the gateway: the library that does the work costs 7 ms at the start of each
// program that links it.
package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/lambdarest/lambdarest/internal/javaregexp"
)

// A Document is JSON with schemas in it, as an OpenAPI definition has them.
type Document struct{ compiler *jsonschema.Compiler }

// location is the made-up URL of a document.
const location = "lambdarest:///document"

// NewDocument takes a document as encoding/json decodes it; numbers may be json.Number.
func NewDocument(doc any) (*Document, error) {
	c := jsonschema.NewCompiler()
	c.DefaultDraft(jsonschema.Draft4)
	c.UseLoader(refused{})
	c.UseRegexpEngine(compilePattern)
	if err := c.AddResource(location, doc); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	return &Document{c}, nil
}

// refused loads nothing: a template must not read files, nor ask servers, by way of a schema.
type refused struct{}

func (refused) Load(url string) (any, error) {
	return nil, errors.New("expected a reference to a schema of the same file, as #/components/schemas/User or #/definitions/User")
}

// An Error is a schema that is broken.
type Error struct {
	Pointer []string // to the place in the document; nil where it is not known
	Msg     string
}

// Error returns the message.
func (e *Error) Error() string { return e.Msg }

// Compile compiles the schema at a place of the document. Every error is an *Error.
func (d *Document) Compile(pointer ...string) (*Model, error) {
	schema, err := d.compiler.Compile(location + "#" + join(pointer))
	if err != nil {
		return nil, broken(err)
	}
	return &Model{schema}, nil
}

var escapes = strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "#", "%23", "?", "%3F", " ", "%20", "{", "%7B", "}", "%7D", "^", "%5E", `"`, "%22")

func join(pointer []string) string {
	var b strings.Builder
	for _, token := range pointer {
		b.WriteString("/" + escapes.Replace(token))
	}
	return b.String()
}

// broken says what is wrong with a schema, as far down as it is known.
func broken(err error) *Error {
	invalid := new(jsonschema.SchemaValidationError)
	if !errors.As(err, &invalid) {
		load := new(jsonschema.LoadURLError)
		if errors.As(err, &load) {
			return &Error{nil, fmt.Sprintf("%q: %v", strings.TrimPrefix(load.URL, location), load.Err)}
		}
		return &Error{nil, strings.ReplaceAll(err.Error(), location, "")}
	}
	_, fragment, _ := strings.Cut(invalid.URL, "#")
	e := &Error{split(fragment), invalid.Err.Error()}
	if v := new(jsonschema.ValidationError); errors.As(invalid.Err, &v) {
		for len(v.Causes) > 0 {
			v = v.Causes[0]
		}
		e.Pointer, e.Msg = append(e.Pointer, v.InstanceLocation...), message(v)
		if _, what, ok := strings.Cut(e.Msg, "': "); ok && strings.HasPrefix(e.Msg, "at '") {
			e.Msg = what // the pointer says where
		}
	}
	return e
}

// split undoes join.
func split(pointer string) []string {
	var tokens []string
	for _, token := range strings.Split(pointer, "/")[1:] {
		if decoded, err := url.PathUnescape(token); err == nil {
			token = decoded
		}
		tokens = append(tokens, strings.NewReplacer("~1", "/", "~0", "~").Replace(token))
	}
	return tokens
}

// A Model is a schema that is ready. It is safe for concurrent use.
type Model struct{ schema *jsonschema.Schema }

// Validate returns what is wrong with a body, in one line; nil where it is as the model has it.
func (m *Model) Validate(body []byte) error {
	instance, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if hasHugeExponent(instance) {
		return errHugeExponent
	}
	err = m.schema.Validate(instance)
	v := new(jsonschema.ValidationError)
	if !errors.As(err, &v) {
		return err
	}
	var all []string
	leaves(v, func(leaf *jsonschema.ValidationError) { all = append(all, finding(leaf)) })
	return errors.New(strings.Join(all, "; "))
}

// maxExponent is how far a number's exponent may be from zero: package big, with which the library compares numbers, needs
// as many digits, and from a million on it refuses, which the library does not expect.
const maxExponent = 10_000

var errHugeExponent = fmt.Errorf("a number with an exponent beyond %d", maxExponent)

// hasHugeExponent looks for such a number in a decoded value.
func hasHugeExponent(instance any) bool {
	switch v := instance.(type) {
	case map[string]any:
		for _, member := range v {
			if hasHugeExponent(member) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(v, hasHugeExponent)
	case json.Number:
		if at := strings.IndexAny(string(v), "eE"); at >= 0 {
			exponent, err := strconv.Atoi(string(v[at+1:]))
			return err != nil || exponent > maxExponent || exponent < -maxExponent
		}
	}
	return false
}

func leaves(v *jsonschema.ValidationError, yield func(*jsonschema.ValidationError)) {
	if len(v.Causes) == 0 {
		yield(v)
	}
	for _, cause := range v.Causes {
		leaves(cause, yield)
	}
}

// finding says what is wrong with a body, without a value of it: only names are for logs.
func finding(v *jsonschema.ValidationError) string {
	switch v.ErrorKind.(type) {
	case *kind.Required, *kind.Type, *kind.AdditionalProperties:
		return message(v)
	}
	place := "/" + strings.Join(v.InstanceLocation, "/")
	return fmt.Sprintf("at %q: not as %s has it", place, strings.Join(v.ErrorKind.KeywordPath(), "/"))
}

// message is the text of an error alone; it names the place in the instance.
func message(v *jsonschema.ValidationError) string {
	text := v.Error()
	if _, after, ok := strings.Cut(text, "\n- at "); ok {
		text = after
	}
	return text
}

// maxSteps bounds the match of a pattern, as that of a selection pattern.
const maxSteps = 1_000_000

type pattern struct {
	re   *javaregexp.Regexp
	text string
}

func compilePattern(text string) (jsonschema.Regexp, error) {
	re, err := javaregexp.Compile(`[\s\S]*?(?:`+text+`)[\s\S]*`, 0) // anywhere in the text
	if err != nil {
		return nil, err
	}
	return &pattern{re, text}, nil
}

// MatchString reports whether the pattern is found in a text; one that takes too long is not.
func (p *pattern) MatchString(s string) bool {
	steps := maxSteps
	ok, err := p.re.Match(utf16.Encode([]rune(s)), &steps)
	return ok && err == nil
}

// String returns the pattern.
func (p *pattern) String() string { return p.text }
