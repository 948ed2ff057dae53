package vtl

import (
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

func (r *renderer) stringMethod(s, name string, args []any) (any, error) {
	if err := r.chargeBytes(len(s)); err != nil {
		return nil, err
	}
	switch len(args) {
	case 0:
		if v, err := stringMethod0(s, name); v != any(noMethod) {
			return v, err
		}
	case 1:
		if v, err := r.stringMethod1(s, name, args[0]); v != any(noMethod) {
			return v, err
		}
	case 2:
		if v, err := r.stringMethod2(s, name, args[0], args[1]); v != any(noMethod) {
			return v, err
		}
	}
	return r.stringStatic(name, args)
}

func stringMethod0(s, name string) (any, error) {
	switch name {
	case "length":
		return int32(utf16Len(s)), nil
	case "isEmpty":
		return s == "", nil
	case "isBlank":
		return strings.TrimFunc(s, isJavaSpace) == "", nil
	case "toLowerCase":
		return mapRunes(strings.ReplaceAll(s, "İ", "i\u0307"), unicode.ToLower), nil
	case "toUpperCase":
		return mapRunes(strings.ReplaceAll(s, "ß", "SS"), unicode.ToUpper), nil
	case "trim":
		return trimSpace(s), nil
	case "strip":
		return strings.TrimFunc(s, isJavaSpace), nil
	case "stripLeading":
		return strings.TrimLeftFunc(s, isJavaSpace), nil
	case "stripTrailing":
		return strings.TrimRightFunc(s, isJavaSpace), nil
	case "intern", "toString":
		return s, nil
	}
	return noMethod, nil
}

// foldCase is what Java compares where the case is ignored.
func foldCase(c rune) rune { return unicode.ToLower(unicode.ToUpper(c)) }

// isJavaSpace is Character.isWhitespace, which leaves out the spaces that do not break.
func isJavaSpace(c rune) bool {
	switch {
	case c == 0xA0 || c == 0x2007 || c == 0x202F || c == 0x85:
		return false
	case c >= 0x1C && c <= 0x1F:
		return true
	}
	return unicode.IsSpace(c)
}

func (r *renderer) stringMethod1(s, name string, arg any) (any, error) {
	switch a := arg.(type) {
	case string:
		return r.stringOfString(s, name, a)
	case int32:
		return r.stringOfInt(s, name, a)
	case nil:
		switch name {
		case "equalsIgnoreCase":
			return false, nil
		case "contains", "startsWith", "endsWith", "concat", "indexOf", "split", "matches", "compareTo":
			return nil, throw("the argument is null")
		}
	}
	return noMethod, nil
}

func (r *renderer) stringOfString(s, name, a string) (any, error) {
	switch name {
	case "contains":
		return strings.Contains(s, a), nil
	case "startsWith":
		return strings.HasPrefix(s, a), nil
	case "endsWith":
		return strings.HasSuffix(s, a), nil
	case "contentEquals":
		return s == a, nil
	case "equalsIgnoreCase":
		return mapRunes(s, foldCase) == mapRunes(a, foldCase), nil
	case "concat":
		return s + a, r.chargeBytes(len(s) + len(a))
	case "indexOf", "lastIndexOf":
		return int32(find(s, a, name == "lastIndexOf")), nil
	case "compareTo":
		return int32(compareStrings(s, a)), nil
	case "compareToIgnoreCase":
		return int32(compareFolded(s, a)), nil
	case "matches":
		re, err := r.regexp(a)
		if err != nil {
			return nil, err
		}
		return asAny(re.matches(r, s))
	case "split":
		return r.split(s, a, 0)
	}
	return noMethod, nil
}

// find returns an index in code units.
func find(s, sub string, last bool) int {
	i := strings.Index(s, sub)
	if last {
		i = strings.LastIndex(s, sub)
	}
	if i <= 0 {
		return i
	}
	return utf16Len(s[:i])
}

// compareStrings is compareTo: the difference of the first units that differ, or of the lengths.
func compareStrings(a, b string) int {
	x, y := encodeUTF16(a), encodeUTF16(b)
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return int(x[i]) - int(y[i])
		}
	}
	return len(x) - len(y)
}

// compareFolded is compareToIgnoreCase: the difference of the first characters that differ, or of the lengths. Where Java
// holds one of the texts in Latin-1, it compares with the units of the other instead, half a character at a time.
func compareFolded(a, b string) int {
	x, y := encodeUTF16(mapRunes(a, foldCase)), encodeUTF16(mapRunes(b, foldCase))
	byUnit := isLatin1(a) || isLatin1(b)
	for i := range min(len(x), len(y)) {
		switch {
		case x[i] == y[i]:
		case byUnit:
			return int(x[i]) - int(y[i])
		default:
			return int(characterAround(x, i)) - int(characterAround(y, i))
		}
	}
	return len(x) - len(y)
}

func isLatin1(s string) bool {
	for _, c := range s {
		if c > unicode.MaxLatin1 {
			return false
		}
	}
	return true
}

// characterAround is the character that units[i] is, or half of.
func characterAround(units []uint16, i int) rune {
	if i > 0 {
		if pair := utf16.DecodeRune(rune(units[i-1]), rune(units[i])); pair != utf8.RuneError {
			return pair
		}
	}
	return characterAt(units, i)
}

// characterAt is the character that begins with units[i], or the half that ends one.
func characterAt(units []uint16, i int) rune {
	c := rune(units[i])
	if i+1 < len(units) {
		if pair := utf16.DecodeRune(c, rune(units[i+1])); pair != utf8.RuneError {
			return pair
		}
	}
	return c
}

func (r *renderer) stringOfInt(s, name string, i int32) (any, error) {
	n := int32(utf16Len(s))
	switch name {
	case "charAt", "codePointAt":
		if i < 0 || i >= n {
			return nil, throw("String index out of range: %d", i)
		}
		if name == "codePointAt" {
			return characterAt(encodeUTF16(s), int(i)), nil
		}
		if isASCII(s) {
			return char(s[i]), nil
		}
		return char(encodeUTF16(s)[i]), nil
	case "substring":
		if i < 0 || i > n {
			return nil, throw("begin %d, end %d, length %d", i, n, n)
		}
		return substring(s, int(i), int(n)), nil
	case "indexOf", "lastIndexOf":
		return int32(find(s, string(i), name == "lastIndexOf")), nil
	case "repeat":
		if i < 0 {
			return nil, throw("count is negative: %d", i)
		}
		if err := r.chargeProduct(0, len(s), int(i)); err != nil {
			return nil, err
		}
		return strings.Repeat(s, int(i)), nil
	}
	return noMethod, nil
}

func (r *renderer) stringMethod2(s, name string, a, b any) (any, error) {
	if strings.HasPrefix(name, "replace") && (a == nil || b == nil) {
		return nil, throw("an argument is null")
	}
	switch a := a.(type) {
	case int32:
		if to, ok := b.(int32); ok && (name == "substring" || name == "subSequence") {
			n := int32(utf16Len(s))
			if a < 0 || to > n || a > to {
				return nil, throw("begin %d, end %d, length %d", a, to, n)
			}
			return substring(s, int(a), int(to)), nil
		}
		if from, ok := b.(int32); ok && (name == "indexOf" || name == "lastIndexOf") {
			return r.stringFrom(s, name, string(a), from)
		}
	case char:
		if to, ok := b.(char); ok && name == "replace" {
			return strings.ReplaceAll(s, string(rune(a)), string(rune(to))), nil
		}
	case string:
		switch b := b.(type) {
		case string:
			return r.replace(s, name, a, b)
		case int32:
			return r.stringFrom(s, name, a, b)
		}
	}
	return noMethod, nil
}

func (r *renderer) stringFrom(s, name, a string, from int32) (any, error) {
	switch name {
	case "split":
		return r.split(s, a, int(from))
	case "startsWith":
		n := int32(utf16Len(s))
		return from >= 0 && from <= n && strings.HasPrefix(substring(s, int(from), int(n)), a), nil
	case "indexOf":
		n := int32(utf16Len(s))
		at := max(0, min(from, n))
		if i := find(substring(s, int(at), int(n)), a, false); i >= 0 {
			return at + int32(i), nil
		}
		return int32(-1), nil
	case "lastIndexOf":
		if from < 0 {
			return int32(-1), nil
		}
		n := min(int(from)+utf16Len(a), utf16Len(s))
		return int32(find(substring(s, 0, n), a, true)), nil
	}
	return noMethod, nil
}

func (r *renderer) replace(s, name, a, b string) (any, error) {
	switch name {
	case "replace":
		if err := r.chargeProduct(len(s), strings.Count(s, a), len(b)); err != nil {
			return nil, err
		}
		if a == "" && b != "" {
			return between(s, b), nil
		}
		return strings.ReplaceAll(s, a, b), nil
	case "replaceAll", "replaceFirst":
		re, err := r.regexp(a)
		if err != nil {
			return nil, err
		}
		return asAny(re.replace(r, s, b, name == "replaceFirst"))
	}
	return noMethod, nil
}

// between puts b around every code unit, which is where Java finds the empty string.
func between(s, b string) string {
	out := []byte(b)
	for _, u := range encodeUTF16(s) {
		out = append(appendUnit(out, u), b...)
	}
	return string(out)
}

// stringStatic is the static methods of String, which any string offers.
func (r *renderer) stringStatic(name string, args []any) (any, error) {
	switch name {
	case "valueOf":
		switch len(args) {
		case 0:
			return "", nil
		case 1:
		default:
			return noMethod, nil
		}
		s, ok, err := r.stringOf(args[0])
		if !ok {
			s = "null"
		}
		return s, err
	case "format":
		f, ok := first[string](args)
		if !ok {
			return noMethod, nil
		}
		rest := args[1:]
		if len(rest) == 1 {
			if l, ok := rest[0].(*list); ok && l.kind == javaArray {
				rest = l.items
			}
		}
		return asAny(r.format(f, rest))
	case "join":
		return r.join(args)
	}
	return noMethod, nil
}

func (r *renderer) join(args []any) (any, error) {
	sep, ok := first[string](args)
	if !ok || len(args) < 2 {
		return noMethod, nil
	}
	parts := args[1:]
	l, isList := parts[0].(*list)
	if isList = isList && len(parts) == 1; isList {
		parts = l.items
	}
	var b strings.Builder
	for i, p := range parts {
		s, ok := p.(string)
		if p == nil {
			s, ok = "null", true
		}
		if !ok && !isList {
			return noMethod, nil
		}
		if !ok {
			return nil, throw("class %s cannot be cast to class java.lang.CharSequence", className(p))
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
		if err := r.chargeBytes(b.Len()); err != nil {
			return nil, err
		}
	}
	return b.String(), nil
}
