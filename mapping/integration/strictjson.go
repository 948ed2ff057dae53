package integration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// jsonProblem says why Lambda refuses an event, "" if it takes it. Lambda reads events with Jackson, a Java parser; its
// wording is kept, because it is what developers search for, and so are line and column.
func jsonProblem(event []byte) string {
	if json.Valid(event) {
		return ""
	}
	var v any
	err := json.Unmarshal(event, &v)
	syntax := new(json.SyntaxError)
	if !errors.As(err, &syntax) || strings.HasPrefix(syntax.Error(), "unexpected end") {
		return at("Unexpected end-of-input", event, len(event))
	}
	pos := max(int(syntax.Offset)-1, 0) // the offset is behind the offending byte
	r, _ := utf8.DecodeRune(event[pos:])
	return at(jacksonMessage(syntax.Error(), r), event, pos)
}

func at(message string, event []byte, pos int) string {
	line := 1 + bytes.Count(event[:pos], []byte("\n"))
	column := pos - bytes.LastIndexByte(event[:pos], '\n')
	return fmt.Sprintf("%s\n at [Source: [B@0; line: %d, column: %d]", message, line, column)
}

// jacksonMessage translates the message of encoding/json about an unexpected character.
func jacksonMessage(goMessage string, r rune) string {
	switch {
	case strings.Contains(goMessage, "in string escape code"):
		return fmt.Sprintf("Unrecognized character escape '%c' (code %d)", r, r)
	case strings.Contains(goMessage, "in string literal"):
		return fmt.Sprintf("Illegal unquoted character ((CTRL-CHAR, code %d)): has to be escaped using backslash to be included in string value", r)
	}
	expected := "expected a valid value (number, String, array, object, 'true', 'false' or 'null')"
	switch {
	case strings.Contains(goMessage, "object key string"):
		expected = "was expecting double-quote to start field name"
	case strings.Contains(goMessage, "after object key:value pair"):
		expected = "was expecting comma to separate OBJECT entries"
	case strings.Contains(goMessage, "after object key"):
		expected = "was expecting a colon to separate field name and value"
	case strings.Contains(goMessage, "after array element"):
		expected = "was expecting comma to separate ARRAY entries"
	case strings.Contains(goMessage, "after top-level value"):
		expected = "was expecting the end of the input"
	}
	return fmt.Sprintf("Unexpected character ('%c' (code %d)): %s", r, r, expected)
}
