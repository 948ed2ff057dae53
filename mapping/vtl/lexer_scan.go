package vtl

import "strings"

// matchString matches a string literal, in which a doubled quote stands for one.
func matchString(s string) found {
	if s[0] != '"' && s[0] != '\'' {
		return found{}
	}
	end := 0
	for i := 1; i < len(s); i++ {
		if s[i] != s[0] {
			continue
		}
		end = i + 1
		if i++; i == len(s) || s[i] != s[0] {
			break
		}
	}
	return found{kString, end}
}

// matchNumber matches an integer, possibly with the ".." of a range, or a floating point number.
func matchNumber(s string) found {
	i := 0
	if s[0] == '-' {
		i++
	}
	whole := digits(s, i)
	var m found
	if whole > i {
		m = found{kInteger, whole}
		if strings.HasPrefix(s[whole:], "..") {
			m.n += 2
		}
	}
	if whole < len(s) && s[whole] == '.' {
		if frac := digits(s, whole+1); whole > i || frac > whole+1 {
			m = longer(m, found{kFloat, exponent(s, frac)})
		}
	}
	if e := exponent(s, whole); whole > i && e > whole {
		m = longer(m, found{kFloat, e})
	}
	return m
}

func exponent(s string, i int) int {
	if i == len(s) || s[i] != 'e' && s[i] != 'E' {
		return i
	}
	j := i + 1
	if j < len(s) && (s[j] == '+' || s[j] == '-') {
		j++
	}
	if end := digits(s, j); end > j {
		return end
	}
	return i
}

func digits[T string | []byte](s T, i int) int {
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return i
}

func run(s string, i int, c byte) int {
	for i < len(s) && s[i] == c {
		i++
	}
	return i
}

func blanks(s string, i int) int {
	for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
		i++
	}
	return i
}

// restOfLine is the length of blanks and a line break, or 0 where something else is on the line.
func restOfLine(s string) int {
	i := blanks(s, 0)
	if n := lineBreak(s[i:]); n > 0 {
		return i + n
	}
	return 0
}

func lineBreak(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case s != "" && (s[0] == '\n' || s[0] == '\r'):
		return 1
	}
	return 0
}

func wordLen(s string) int {
	if s == "" || !isLetter(s[0]) && s[0] != '_' && s[0] != '@' {
		return 0
	}
	return wordChars(s, 1)
}

func wordChars(s string, i int) int {
	for i < len(s) && (isLetter(s[i]) || isDigit(s[i]) || s[i] == '_' || s[i] == '@') {
		i++
	}
	return i
}

func bracketedWordLen(s string) int {
	if len(s) < 3 || s[0] != '{' || !isLetter(s[1]) && s[1] != '_' {
		return 0
	}
	if i := wordChars(s, 2); i < len(s) && s[i] == '}' {
		return i + 1
	}
	return 0
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
func isSpace(c byte) bool  { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
