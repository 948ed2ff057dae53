package dynamotest

import (
	"slices"
	"strings"
)

// PartiQL's tokens. Its words are those of SQL, in any case.
type sqlToken struct {
	kind sqlKind
	text string // of strings and quoted names without the quotes
}

type sqlKind uint8

const (
	sqlEnd    sqlKind = iota
	sqlWord           // a keyword or a name
	sqlName           // "name"
	sqlString         // 'text'
	sqlNumber         // 1, 1.5, 1e5
	sqlSymbol
	sqlBad
)

var sqlSymbols = []string{"<<", ">>", "<=", ">=", "<>", "!=", "||"} // and those of one byte

// lexSQL cuts a statement into tokens; the last is sqlEnd, or sqlBad.
func lexSQL(s string) (tokens []sqlToken) {
	for {
		s = skipSQL(s)
		if s == "" {
			return append(tokens, sqlToken{})
		}
		t, n := lexOneSQL(s)
		tokens = append(tokens, t)
		if t.kind == sqlBad {
			return tokens
		}
		s = s[n:]
	}
}

// skipSQL drops white space and comments from the beginning.
func skipSQL(s string) string {
	for {
		trimmed := strings.TrimLeft(s, " \t\r\n\f")
		switch {
		case strings.HasPrefix(trimmed, "--"):
			_, trimmed, _ = strings.Cut(trimmed, "\n")
		case strings.HasPrefix(trimmed, "/*"):
			_, after, ended := strings.Cut(trimmed[2:], "*/")
			if !ended {
				return trimmed
			}
			trimmed = after
		}
		if trimmed == s {
			return s
		}
		s = trimmed
	}
}

func lexOneSQL(s string) (sqlToken, int) {
	switch c := s[0]; {
	case c == '\'' || c == '"':
		return lexQuoted(s)
	case isLetter(c) || c == '_':
		n := 1 + strings.IndexFunc(s[1:]+" ", func(r rune) bool {
			return !(r < 0x80 && (isLetter(byte(r)) || isDigit(byte(r)))) && r != '_' && r != '$'
		})
		return sqlToken{sqlWord, s[:n]}, n
	case isDigit(c):
		n := numberLength(s)
		return sqlToken{sqlNumber, s[:n]}, n
	case strings.HasPrefix(s, "/*"):
		return sqlToken{kind: sqlBad}, 0
	case len(s) > 1 && slices.Contains(sqlSymbols, s[:2]):
		return sqlToken{sqlSymbol, s[:2]}, 2
	case strings.IndexByte("()[]{},.:?=<>+-*;", c) >= 0:
		return sqlToken{sqlSymbol, s[:1]}, 1
	}
	return sqlToken{kind: sqlBad}, 0
}

// lexQuoted reads a string or a quoted name; a quote within is doubled.
func lexQuoted(s string) (sqlToken, int) {
	kind, quote := sqlString, s[:1]
	if quote == `"` {
		kind = sqlName
	}
	for end := 1; ; end += 2 {
		i := strings.Index(s[end:], quote)
		if i < 0 {
			return sqlToken{kind: sqlBad}, 0
		}
		if end += i; !strings.HasPrefix(s[end+1:], quote) {
			return sqlToken{kind, strings.ReplaceAll(s[1:end], quote+quote, quote)}, end + 1
		}
	}
}

// numberLength is how many bytes of s are a number without a sign.
func numberLength(s string) int {
	digits := func(from int) int {
		for from < len(s) && isDigit(s[from]) {
			from++
		}
		return from
	}
	n := digits(0)
	if n+1 < len(s) && s[n] == '.' && isDigit(s[n+1]) {
		n = digits(n + 1)
	}
	if n < len(s) && s[n]|0x20 == 'e' {
		e := n + 1
		if e < len(s) && (s[e] == '+' || s[e] == '-') {
			e++
		}
		if end := digits(e); end > e {
			n = end
		}
	}
	return n
}
