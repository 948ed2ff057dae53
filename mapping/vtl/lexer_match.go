package vtl

import "strings"

// match returns the longest token at the lexer's position, without moving.
func (l *lexer) match() (kind, int) {
	s := l.src[l.pos:]
	start := l.matchStart(s)
	switch l.mode {
	case mText:
		return best(l.matchText(s), start)
	case mRef:
		return best(matchRef(s, false, start), start)
	case mMember:
		return best(matchRef(s, true, start), start)
	case mIndex:
		return best(matchIndex(s), start)
	case mArgs:
		return best(start, matchArgs(s))
	case mCall:
		return best(matchCall(s), start)
	case mName:
		return best(start, matchName(s))
	case mLineComment:
		return best(start, matchLineComment(s))
	case mBlockComment:
		return best(start, matchEnd(s, "*#", kBlockComment, kSkip))
	default:
		return best(start, matchEnd(s, "]]#", kTextblock, kContinue))
	}
}

// found is a match; the zero value is none, since a token has at least one character.
type found struct {
	kind kind
	n    int
}

// best prefers the longer of two matches, and the first among equals.
func best(a, b found) (kind, int) {
	if b.n > a.n {
		a = b
	}
	if a.n == 0 {
		return kNone, 0
	}
	return a.kind, a.n
}

func longer(a, b found) found {
	if b.n > a.n {
		return b
	}
	return a
}

// matchStart matches what begins a reference, a directive or a comment: in every mode, but for "##".
func (l *lexer) matchStart(s string) found {
	switch s[0] {
	case '\\':
		return matchDollar(s, l.countSlashes())
	case '$':
		return matchDollar(s, 0)
	case '#':
		comments := l.mode == mText || l.mode == mRef || l.mode == mArgs || l.mode == mName
		if comments && strings.HasPrefix(s, "##") {
			return found{kCommentStart, 2}
		}
		return matchHash(s)
	}
	return found{}
}

func matchDollar(s string, i int) found {
	if i == len(s) || s[i] != '$' {
		return found{}
	}
	i++
	if j := run(s, i, '\\'); j < len(s) && s[j] == '!' {
		return found{kDollar, j + 1}
	}
	return found{kDollar, i}
}

func matchHash(s string) found {
	switch {
	case strings.HasPrefix(s, "#[["):
		return found{kLiteralStart, 3}
	case strings.HasPrefix(s, "#**") && len(s) > 3 && s[3] != '#':
		return found{kBlockStart, 3 + len(firstRune(s[3:]))}
	case strings.HasPrefix(s, "#*"):
		return found{kBlockStart, 2}
	}
	return found{kHash, 1}
}

func (l *lexer) matchText(s string) found {
	m := longer(matchSet(s), found{kText, textLen(s)})
	if s[0] == '\\' {
		m = longer(m, matchEscape(s, l.countSlashes()))
	}
	return longer(m, matchEmptyIndex(s))
}

func textLen(s string) int {
	if i := strings.IndexAny(s, "$#\\"); i >= 0 {
		return i
	}
	return len(s)
}

// matchEscape matches backslashes: before a directive as one token, else by two and one.
func matchEscape(s string, i int) found {
	if i%2 == 1 && i < len(s) && s[i] == '#' {
		if n := wordLen(s[i+1:]); n > 0 {
			return found{kEscapedDirective, i + 1 + n}
		}
		if n := bracketedWordLen(s[i+1:]); n > 0 {
			return found{kEscapedDirective, i + 1 + n}
		}
	}
	if i >= 2 {
		return found{kDoubleEscape, 2}
	}
	return found{kEscape, 1}
}

// matchSet matches "#set(" with the blanks before it, which #set swallows.
func matchSet(s string) found {
	i := blanks(s, 0)
	rest := s[i:]
	switch {
	case strings.HasPrefix(rest, "#set"):
		i += len("#set")
	case strings.HasPrefix(rest, "#{set}"):
		i += len("#{set}")
	default:
		return found{}
	}
	if i = run(s, i, ' '); i < len(s) && s[i] == '(' {
		return found{kSet, i + 1}
	}
	return found{}
}

// matchEmptyIndex matches "$[" and "$.": text, not a reference.
func matchEmptyIndex(s string) found {
	for _, p := range [...]string{"$[", "$![", `$\![`, "$."} {
		if strings.HasPrefix(s, p) {
			return found{kEmptyIndex, len(p)}
		}
	}
	return found{}
}

func matchRef(s string, member bool, start found) found {
	m := found{kTerminator, 1}
	switch c := s[0]; {
	case c == '[':
		m = found{kIndexOpen, 1}
	case c == '{':
		m = found{kRefOpen, 1}
	case c == '}':
		m = found{kRefClose, 1}
	case c == '(' && member:
		m = found{kParenOpen, 1}
	case c == '.':
		m = orElse(matchDot(s), m)
	case isLetter(c) || c == '_':
		m = matchIdentifier(s)
	case c == '$' && !member:
		return longer(matchEmptyIndex(s), matchSet(s))
	case c == '$' || c == '#' || c == '\\':
		m = orElse(start, m)
	}
	return longer(m, matchSet(s))
}

func orElse(a, b found) found {
	if a.n > 0 {
		return a
	}
	return b
}

func matchDot(s string) found {
	if len(s) > 1 && s[0] == '.' && isLetter(s[1]) {
		return found{kDot, 2}
	}
	return found{}
}

func matchIdentifier(s string) found {
	n := 0
	for n < len(s) && (isLetter(s[n]) || isDigit(s[n]) || s[n] == '-' || s[n] == '_') {
		n++
	}
	if n == 0 || !isLetter(s[0]) && s[0] != '_' {
		return found{}
	}
	switch s[:n] {
	case "true":
		return found{kTrue, n}
	case "false":
		return found{kFalse, n}
	}
	return found{kIdentifier, n}
}

func matchIndex(s string) found {
	if s[0] == ']' {
		return found{kIndexClose, 1}
	}
	m := longer(matchSpace(s), matchString(s))
	m = longer(m, longer(matchPrefix(s, "true", kTrue), matchPrefix(s, "false", kFalse)))
	return longer(m, matchNumber(s))
}

func matchCall(s string) found {
	m := longer(matchPunctuation(s), matchSet(s))
	if s[0] == ')' {
		m = found{kCallClose, 1}
	}
	m = longer(m, longer(matchSpace(s), matchString(s)))
	m = longer(m, longer(matchIdentifier(s), matchDot(s)))
	return longer(m, matchNumber(s))
}

// matchPunctuation matches what lists, maps and ranges are made of.
func matchPunctuation(s string) found {
	switch s[0] {
	case '[':
		return found{kBracketOpen, 1}
	case ']':
		return found{kBracketClose, 1}
	case ',':
		return found{kComma, 1}
	case ':':
		return found{kColon, 1}
	case '{':
		return found{kCurlyOpen, 1}
	case '}':
		return found{kCurlyClose, 1}
	case '.':
		return matchPrefix(s, "..", kRange)
	}
	return found{}
}

func matchArgs(s string) found {
	m := longer(matchPunctuation(s), matchOperator(s))
	switch s[0] {
	case '(':
		m = found{kParenOpen, 1}
	case ')':
		m = found{kParenClose, 1 + restOfLine(s[1:])}
	}
	m = longer(m, longer(matchSpace(s), matchString(s)))
	m = longer(m, longer(matchNumber(s), matchArgWord(s)))
	if s[0] == '{' {
		m = longer(m, found{kBracketedWord, bracketedWordLen(s)})
	}
	return m
}

func matchOperator(s string) found {
	two := ""
	if len(s) > 1 {
		two = s[:2]
	}
	switch two {
	case "&&":
		return found{kAnd, 2}
	case "||":
		return found{kOr, 2}
	case "<=":
		return found{kLessEqual, 2}
	case ">=":
		return found{kGreaterEqual, 2}
	case "==":
		return found{kEqual, 2}
	case "!=":
		return found{kNotEqual, 2}
	}
	if i := strings.IndexByte("-+*/%<>!=", s[0]); i >= 0 {
		return found{[...]kind{kMinus, kPlus, kTimes, kDivide, kModulus, kLess, kGreater, kNot, kAssign}[i], 1}
	}
	return found{}
}

// matchArgWord matches a word, which may be an operator or a boolean.
func matchArgWord(s string) found {
	n := wordLen(s)
	switch s[:n] {
	case "and":
		return found{kAnd, n}
	case "or":
		return found{kOr, n}
	case "lt":
		return found{kLess, n}
	case "le":
		return found{kLessEqual, n}
	case "gt":
		return found{kGreater, n}
	case "ge":
		return found{kGreaterEqual, n}
	case "eq":
		return found{kEqual, n}
	case "ne":
		return found{kNotEqual, n}
	case "not":
		return found{kNot, n}
	case "true":
		return found{kTrue, n}
	case "false":
		return found{kFalse, n}
	}
	return found{kWord, n}
}

// matchName matches the name of a directive after its "#". "#end" and "#else" swallow the rest of their line.
func matchName(s string) found {
	m := found{kTerminator, 1}
	word, braced := wordLen(s), bracketedWordLen(s)
	n := max(word, braced)
	switch name := strings.Trim(s[:n], "{}"); name {
	case "if":
		m = found{kIf, n}
	case "elseif":
		m = found{kElseIf, n}
	case "end":
		m = found{kEnd, n + restOfLine(s[n:])}
	case "else":
		m = found{kElse, n + restOfLine(s[n:])}
	case "":
		return orElse(matchNumber(s), m)
	default:
		m = found{kWord, word}
		if braced > 0 {
			m = found{kBracketedWord, braced}
		}
	}
	return m
}

func matchLineComment(s string) found {
	if n := lineBreak(s); n > 0 {
		return found{kLineComment, n}
	}
	return found{kSkip, 1}
}

func matchEnd(s, end string, whole, char kind) found {
	if strings.HasPrefix(s, end) {
		return found{whole, len(end)}
	}
	return found{char, 1}
}

func matchPrefix(s, p string, k kind) found {
	if strings.HasPrefix(s, p) {
		return found{k, len(p)}
	}
	return found{}
}

func matchSpace(s string) found {
	n := 0
	for n < len(s) && isSpace(s[n]) {
		n++
	}
	return found{kSpace, n}
}
