package vtl

// The lexer is a state machine, because the language has no single set of tokens: what "(" or a line break means
// depends on whether the text around it is plain text, a reference, the arguments of a method or those of a directive.
// The modes, the stack that returns from one mode to the one below, the counts of open parentheses and the rule that
// the longest token wins (the earlier kind among equals) are those of Velocity 1.7: white space is swallowed by a token
// (")" and "#end" carry the rest of their line), so that byte-exact output needs the same tokens.
//
//	#if($a.b("x"))\n   mode    token
//	#if                text    if           ("#" enters the directive's name, "if" its arguments)
//	(                  args    (
//	$a                 args    identifier   ("$" enters a reference)
//	.                  ref     .
//	b                  member  identifier
//	(                  member  (
//	"x"                call    string
//	)                  call    )            (back to the reference, which may go on)
//	)\n                ref     )            (the reference ends; the arguments end, with their line break)
//
// A token's text may start with what led into it: "#" and "$" are not tokens but the beginning of one.

import "strings"

type kind uint8

const (
	kEOF kind = iota
	kIndexOpen
	kIndexClose
	kBracketOpen
	kBracketClose
	kComma
	kRange
	kColon
	kCurlyOpen
	kCurlyClose
	kParenOpen
	kParenClose
	kCallClose
	kEscapedDirective
	kSet
	kCommentStart
	kDoubleEscape
	kEscape
	kText
	kLineComment
	kBlockComment
	kFormalComment // #** … *#, which #literal prints in part
	kTextblock
	kSpace
	kString
	kTrue
	kFalse
	kMinus
	kPlus
	kTimes
	kDivide
	kModulus
	kAnd
	kOr
	kLess
	kLessEqual
	kGreater
	kGreaterEqual
	kEqual
	kNotEqual
	kNot
	kAssign
	kEnd
	kIf
	kElseIf
	kElse
	kInteger
	kFloat
	kWord
	kBracketedWord
	kIdentifier
	kDot
	kRefOpen
	kRefClose
	kEmptyIndex

	// The kinds below never reach the parser.
	kNone         // nothing matches
	kSkip         // a character of a comment
	kContinue     // more of the same token
	kDollar       // "$" or "$!": a reference begins
	kHash         // "#": a directive may begin
	kBlockStart   // "#*" or "#**"
	kLiteralStart // "#[["
	kTerminator   // the character after a reference or a lone "#"
)

type mode uint8

const (
	mText mode = iota
	mRef
	mMember
	mIndex
	mArgs
	mCall
	mName
	mLineComment
	mBlockComment
	mTextblock
)

type token struct {
	kind  kind
	image string
	pos   int // offset of the image in the template
	// prefix is the "$" or "#" that led nowhere before this token: plain text, but only a text token prints it.
	prefix string
}

type lexState struct {
	mode           mode
	lparen, rparen int
}

type lexer struct {
	src            string
	pos            int
	mode           mode
	stack          []lexState
	lparen, rparen int
	inComment      bool
	inSet          bool
	formal         bool   // the comment began with "#**"
	slashes        [2]int // the run of backslashes that was counted last
}

func (l *lexer) push(m mode) {
	l.stack = append(l.stack, lexState{l.mode, l.lparen, l.rparen})
	l.lparen = 0 // rparen is kept, as Velocity does
	l.mode = m
}

// pop returns to the mode below and reports whether there was one.
func (l *lexer) pop() bool {
	if len(l.stack) == 0 {
		l.lparen, l.mode = 0, mText
		return false
	}
	s := l.stack[len(l.stack)-1]
	l.stack = l.stack[:len(l.stack)-1]
	l.mode, l.lparen, l.rparen = s.mode, s.lparen, s.rparen
	return true
}

// next returns the next token, or a lexical error at the offset it returns.
func (l *lexer) next() (token, *lexError) {
	prefix, last := "", ""
	for {
		tok, special, err := l.scan()
		switch {
		case err != nil:
			return token{}, err
		case special != "":
			prefix += orphan(special)
			last = special
		default:
			if !strings.HasPrefix(last, "##") {
				tok.prefix = prefix
			}
			return tok, nil
		}
	}
}

type lexError struct {
	pos int
	msg string
}

// scan reads one token, or the text that a terminator ended (special).
func (l *lexer) scan() (tok token, special string, err *lexError) {
	start := l.pos
	for {
		if l.pos >= len(l.src) {
			if start == l.pos {
				return token{kind: kEOF, pos: l.pos}, "", nil
			}
			return token{}, "", &lexError{l.pos, "the template ends in the middle of " + quote(clip(l.src[start:]))}
		}
		k, n := l.match()
		if k == kNone {
			return token{}, "", &lexError{l.pos, "unexpected character " + quote(firstRune(l.src[l.pos:]))}
		}
		l.pos += n
		switch k {
		case kSkip:
			start = l.pos
		case kContinue, kDollar, kHash, kBlockStart, kLiteralStart:
			l.more(k, n)
		case kTerminator:
			special = l.src[start:l.pos]
			l.pos-- // the character belongs to what follows
			l.pop()
			return token{}, special, nil
		default:
			tok = token{kind: k, image: l.src[start:l.pos], pos: start}
			l.accept(&tok)
			return tok, "", nil
		}
	}
}

// more changes the mode after the beginning of a token.
func (l *lexer) more(k kind, n int) {
	if l.inComment {
		return
	}
	switch k {
	case kDollar:
		if l.mode == mRef {
			l.pop()
		}
		l.push(mRef)
	case kHash:
		if l.mode == mRef || l.mode == mMember {
			l.pop()
		}
		l.push(mName)
	case kBlockStart:
		if l.formal = n > len("#**"); l.formal { // "#**x": the x is part of the comment
			l.pos -= n - len("#**")
		}
		l.inComment = true
		l.push(mBlockComment)
	case kLiteralStart:
		l.inComment = true
		l.push(mTextblock)
	}
}

// accept changes the mode after a whole token.
func (l *lexer) accept(t *token) {
	switch t.kind {
	case kIndexOpen:
		l.push(mIndex)
	case kIndexClose, kEnd, kElse, kRefClose:
		l.pop()
	case kParenOpen:
		if !l.inComment {
			l.lparen++
		}
		if l.mode == mMember {
			l.mode = mCall
		}
	case kParenClose:
		l.closeParen()
	case kCallClose:
		l.mode = mRef
	case kSet:
		if !l.inComment {
			l.push(mArgs)
			l.inSet = true
			l.lparen++
		}
	case kCommentStart:
		l.startLineComment()
	case kLineComment, kBlockComment, kTextblock:
		if t.kind == kBlockComment && l.formal {
			t.kind = kFormalComment
		}
		l.inComment = false
		l.pop()
	case kIf, kElseIf:
		l.mode = mArgs
	case kDot:
		l.pos-- // the letter after the dot
		t.image = "."
		l.mode = mMember
	case kString, kInteger, kFloat:
		l.literal(t)
	}
}

func (l *lexer) startLineComment() {
	if l.mode == mRef {
		l.pop()
	}
	l.inComment = true
	l.push(mLineComment)
}

// literal gives back the ".." of "1..", and leaves a directive that has no parenthesis: in "#13ff93" the number is text.
func (l *lexer) literal(t *token) {
	if t.kind == kInteger && len(t.image) > 2 && t.image[len(t.image)-1] == '.' {
		l.pos -= 2
		t.image = t.image[:len(t.image)-2]
	}
	if l.lparen != 0 || l.inSet || l.mode == mCall {
		return
	}
	if t.kind == kString && l.mode != mArgs || t.kind == kInteger && l.mode == mIndex {
		return
	}
	l.pop()
}

// closeParen leaves every mode that has no parenthesis open, and then the one whose last parenthesis this is.
func (l *lexer) closeParen() {
	if l.inComment {
		return
	}
	for l.lparen == 0 {
		if !l.pop() {
			return
		}
	}
	if l.lparen == l.rparen+1 {
		l.pop()
	} else {
		l.rparen++
	}
}

// countSlashes returns the number of backslashes at the lexer's position. It counts a run once, however many tokens it is.
func (l *lexer) countSlashes() int {
	if l.pos < l.slashes[0] || l.pos >= l.slashes[1] {
		l.slashes = [2]int{l.pos, run(l.src, l.pos, '\\')}
	}
	return l.slashes[1] - l.pos
}

// parenFollows reports whether "(" is the next character but for white space.
func (l *lexer) parenFollows() bool {
	for i := l.pos; i < len(l.src); i++ {
		if c := l.src[i]; c == '(' {
			return true
		} else if !isSpace(c) {
			return false
		}
	}
	return false
}

// orphan returns what is printed of the text before a terminator: its "$", "#" and the backslashes before "$".
func orphan(s string) string {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '#', '$':
			out = append(out, c)
		case '\\':
			j := i
			for j < len(s) && s[j] == '\\' {
				j++
			}
			if j < len(s) && s[j] == '$' {
				out = append(out, s[i:j+1]...)
				i = j + 1
			}
		}
	}
	return string(out)
}
