package dynamo

import "strings"

// DynamoDB's messages name attributes, placeholders, types and sizes, with one
// known exception: a BETWEEN whose bounds are in the wrong order is answered
// with both of them, "lower bound operand: AttributeValue: {S:…}, …". Keys are
// compared in that way, so the text of such an error ends where a value begins.
const valueInMessage = "AttributeValue:"

// discreetError has the text of err without the values in it, and unwraps to it.
type discreetError struct {
	_    uncompared
	text string
	err  error
}

func (e *discreetError) Error() string { return e.text }
func (e *discreetError) Unwrap() error { return e.err }

// discreet gives an error that is err, but shows no values.
func discreet(err error) error {
	if err == nil {
		return nil
	}
	text := err.Error()
	if i := strings.Index(text, valueInMessage); i >= 0 {
		return &discreetError{text: text[:i] + "(not shown)", err: err}
	}
	return err
}
