package dynamotest

import (
	"strings"
	"unicode/utf8"
)

// A token of DynamoDB's expression languages. All four (condition, key
// condition, projection, update) share one lexer.
type token struct {
	kind       tokenKind
	text       string
	start, end int // byte offsets in the expression
}

type tokenKind uint8

const (
	tokenEOF    tokenKind = iota
	tokenIdent            // an attribute name, a function name or a keyword
	tokenName             // #name
	tokenValue            // :value
	tokenNumber           // a list index
	tokenSymbol           // ( ) [ ] , . + - = <> < <= > >=
	tokenBad              // a byte that starts no token
)

// is tells whether the token is the given symbol, or the given keyword in any case.
func (t token) is(text string) bool {
	switch t.kind {
	case tokenSymbol:
		return t.text == text
	case tokenIdent:
		return strings.EqualFold(t.text, text)
	}
	return false
}

// lex cuts an expression into tokens; the last one is tokenEOF.
func lex(s string) []token {
	var tokens []token
	for i := 0; ; {
		for i < len(s) && strings.IndexByte(" \t\r\n\f", s[i]) >= 0 {
			i++
		}
		if i == len(s) {
			return append(tokens, token{kind: tokenEOF, text: "<EOF>", start: i, end: i})
		}
		kind, n := lexOne(s[i:])
		tokens = append(tokens, token{kind: kind, text: s[i : i+n], start: i, end: i + n})
		i += n
	}
}

// lexOne is the kind and the length of the token that s starts with.
func lexOne(s string) (tokenKind, int) {
	switch c := s[0]; {
	case isLetter(c):
		return tokenIdent, 1 + wordLength(s[1:])
	case c == '#' || c == ':':
		n := wordLength(s[1:])
		if n == 0 {
			return tokenBad, 1
		}
		if c == '#' {
			return tokenName, 1 + n
		}
		return tokenValue, 1 + n
	case c == '0': // no leading zeros: "01" is two tokens
		return tokenNumber, 1
	case isDigit(c):
		n := 1
		for n < len(s) && isDigit(s[n]) {
			n++
		}
		return tokenNumber, n
	case strings.HasPrefix(s, "<>"), strings.HasPrefix(s, "<="), strings.HasPrefix(s, ">="):
		return tokenSymbol, 2
	case strings.IndexByte("()[],.+-=<>", c) >= 0:
		return tokenSymbol, 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return tokenBad, n
}

// wordLength is how many bytes of s can continue a name.
func wordLength(s string) int {
	n := 0
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '_') {
		n++
	}
	return n
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
