package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// yaml rewrites a JSON document of objects, arrays, strings and booleans as YAML 1.2 in block style. A YAML library would
// be linked by every function for this one use.
//
// Keys keep their order. A text is plain where nothing in it means anything to YAML; of several lines it is a literal
// block, which is how people read templates; else it stands in quotes: single ones, or double ones where these are better.
func yaml(doc []byte) []byte {
	dec := json.NewDecoder(bytes.NewReader(doc))
	dec.UseNumber()
	var w yamlWriter
	w.value(dec, 0)
	return w.out
}

type yamlWriter struct{ out []byte }

// value writes the next value behind a key or a dash that has been written; a collection begins on a new line.
func (w *yamlWriter) value(dec *json.Decoder, depth int) {
	token, _ := dec.Token() // the document is our own
	switch v := token.(type) {
	case json.Delim:
		w.collection(dec, v == '{', depth)
	case string:
		w.text(v, depth)
	default:
		encoded, _ := json.Marshal(v)
		w.out = append(append(append(w.out, ' '), encoded...), '\n')
	}
}

// collection writes the members of an object or the elements of an array up to its end.
func (w *yamlWriter) collection(dec *json.Decoder, isObject bool, depth int) {
	if !dec.More() {
		w.out = append(w.out, map[bool]string{true: " {}\n", false: " []\n"}[isObject]...)
		_, _ = dec.Token()
		return
	}
	inList := isObject && bytes.HasSuffix(w.out, []byte("-")) // a key would end in a colon
	switch {
	case inList:
		w.out = append(w.out, ' ') // the first member stands behind the dash
	case len(w.out) > 0:
		w.out = append(w.out, '\n')
	}
	for first := true; dec.More(); first = false {
		if !first || !inList {
			w.indent(depth)
		}
		if isObject {
			key, _ := dec.Token()
			w.key(scalar(key.(string)), depth)
		} else {
			w.out = append(w.out, '-')
		}
		w.value(dec, depth+1)
	}
	_, _ = dec.Token()
}

// maxSimpleKey is a safe length of a key in front of its colon; YAML takes 1,024 characters.
const maxSimpleKey = 1000

// key writes a key up to its colon. A longer one is announced by a question mark.
func (w *yamlWriter) key(scalar string, depth int) {
	if len(scalar) > maxSimpleKey {
		w.out = append(append(append(w.out, "? "...), scalar...), '\n')
		w.indent(depth)
		scalar = ""
	}
	w.out = append(append(w.out, scalar...), ':')
}

func (w *yamlWriter) indent(depth int) {
	w.out = append(w.out, strings.Repeat("  ", depth)...)
}

// text writes a string behind its key.
func (w *yamlWriter) text(s string, depth int) {
	if !block().MatchString(s) || !strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		w.out = append(append(append(w.out, ' '), scalar(s)...), '\n')
		return
	}
	head := " |\n" // one line break at the end
	if !strings.HasSuffix(s, "\n") {
		head = " |-\n"
	}
	w.out = append(w.out, head...)
	for line := range strings.SplitSeq(strings.TrimSuffix(s, "\n"), "\n") {
		if line != "" {
			w.indent(depth)
		}
		w.out = append(append(w.out, line...), '\n')
	}
}

// Patterns are compiled where they are used: at package level, every function that is
// deployed would link package regexp and compile them when it starts.

// block is what a literal block can hold: printable lines, of which the first is neither empty nor indented, and one
// line break at the end at most.
func block() *regexp.Regexp {
	return regexp.MustCompile(`\A[!-~]([ -~\t\x{a0}-\x{2027}\x{202a}-\x{d7ff}]*\n?[ -~\x{a0}-\x{2027}\x{202a}-\x{d7ff}])*\n?\z`)
}

// plain is what means itself without quotes.
func plain() *regexp.Regexp {
	return regexp.MustCompile(`\A[A-Za-z_/$][\w/.${}+=-]*([ :]?:*[\w/.$+=][\w/.${}+=-]*)*\z`)
}

// printable is what single quotes can hold on one line.
func printable() *regexp.Regexp {
	return regexp.MustCompile(`\A[ -~\x{a0}-\x{2027}\x{202a}-\x{d7ff}]*\z`)
}

// reserved is what YAML 1.1 or 1.2 reads as another value than a text.
func reserved() *regexp.Regexp {
	return regexp.MustCompile(`(?i)\A(true|false|yes|no|on|off|y|n|null|~)\z`)
}

// scalar writes a string on one line.
func scalar(s string) string {
	switch {
	case plain().MatchString(s) && !reserved().MatchString(s):
		return s
	case printable().MatchString(s) && !(strings.Contains(s, "'") && !strings.ContainsAny(s, `"\`)):
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	return doubleQuoted(s)
}

// doubleQuoted writes what is not printable as escapes; those of YAML have other digits than JSON's beyond U+FFFF.
func doubleQuoted(s string) string {
	b, printable := []byte{'"'}, printable()
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case printable.MatchString(string(r)):
			b = utf8.AppendRune(b, r)
		default:
			b = fmt.Appendf(b, `\U%08x`, r)
		}
	}
	return string(append(b, '"'))
}
