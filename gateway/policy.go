package gateway

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The part of IAM's policy language that authorizers use: statements of Effect, Action or NotAction, and Resource or
// NotResource, with the wildcards * and ?. A Condition is refused: taking it for true or for false could both be wrong.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-lambda-authorizer-output.html and
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html.

// invokeAction is what a client of an API does.
const invokeAction = "execute-api:Invoke"

type policy struct {
	Statement []statement
}

type statement struct {
	Effect                string
	Action, NotAction     oneOrMore
	Resource, NotResource oneOrMore
	Condition             map[string]json.RawMessage
}

// oneOrMore is a string or an array of strings.
type oneOrMore []string

func (o *oneOrMore) UnmarshalJSON(b []byte) error {
	var one string
	if string(b) != "null" && json.Unmarshal(b, &one) == nil {
		*o = oneOrMore{one}
		return nil
	}
	var more []string
	if err := json.Unmarshal(b, &more); err != nil {
		return errors.New("neither a string nor an array of strings")
	}
	if len(more) == 0 { // null too, which would make a NotResource of all
		return errors.New("expected at least one string")
	}
	*o = more
	return nil
}

// UnmarshalJSON takes a single statement for a list of one, as IAM does.
func (p *policy) UnmarshalJSON(b []byte) error {
	var doc struct{ Statement json.RawMessage }
	if err := json.Unmarshal(b, &doc); err != nil {
		return err
	}
	if len(doc.Statement) > 0 && doc.Statement[0] == '{' {
		doc.Statement = json.RawMessage("[" + string(doc.Statement) + "]")
	}
	if len(doc.Statement) == 0 {
		return errors.New("no Statement")
	}
	return json.Unmarshal(doc.Statement, &p.Statement)
}

func (p *policy) check() error {
	for i, s := range p.Statement {
		switch {
		case s.Effect != "Allow" && s.Effect != "Deny":
			return fmt.Errorf("statement %d: Effect is neither Allow nor Deny", i)
		case (s.Action == nil) == (s.NotAction == nil):
			return fmt.Errorf("statement %d: neither Action nor NotAction, or both", i)
		case (s.Resource == nil) == (s.NotResource == nil):
			return fmt.Errorf("statement %d: neither Resource nor NotResource, or both", i)
		case len(s.Condition) > 0:
			return fmt.Errorf("statement %d: Condition is not supported", i)
		}
	}
	return nil
}

// A verdict is what a policy says of one request.
type verdict int

const (
	implicitDeny verdict = iota
	allow
	explicitDeny
)

// evaluate decides on a request to invoke the method with that ARN: any Deny wins over any Allow.
func (p *policy) evaluate(arn string) verdict {
	result := implicitDeny
	for _, s := range p.Statement {
		if !s.covers(arn) {
			continue
		}
		if s.Effect == "Deny" {
			return explicitDeny
		}
		result = allow
	}
	return result
}

func (s *statement) covers(arn string) bool {
	hasAction := matchAny(s.Action, invokeAction, true)
	if s.NotAction != nil {
		hasAction = !matchAny(s.NotAction, invokeAction, true)
	}
	hasResource := matchAny(s.Resource, arn, false)
	if s.NotResource != nil {
		hasResource = !matchAny(s.NotResource, arn, false)
	}
	return hasAction && hasResource
}

func matchAny(patterns []string, s string, foldCase bool) bool {
	for _, pattern := range patterns {
		if foldCase {
			pattern, s = strings.ToLower(pattern), strings.ToLower(s)
		}
		if matchWild(pattern, s) {
			return true
		}
	}
	return false
}

// matchWild reports whether s matches a pattern in which * stands for any characters, '/' and ':' included, and ? for
// one. After a mismatch it goes back to the last *, and only to that one: work is at most the product of the lengths.
func matchWild(pattern, s string) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
