package vtl

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode/utf8"
)

// utilObject is $util.
type utilObject struct{ _ byte }

func (r *renderer) utilMethod(name string, args []any) (any, error) {
	if len(args) != 1 {
		return noMethod, nil
	}
	if name == "escapeJavaScript" {
		s, ok, err := r.stringOf(args[0])
		if err != nil || !ok {
			return "null", err
		}
		out := escapeJavaScript(s)
		return out, r.chargeBytes(len(out))
	}
	s, ok := args[0].(string)
	if !ok {
		return noMethod, nil
	}
	switch name {
	case "parseJson":
		return r.parseJSONOrNull(s)
	case "urlEncode":
		out := urlEncode(s)
		return out, r.chargeBytes(len(out))
	case "urlDecode":
		return asAny(urlDecode(s))
	case "base64Encode":
		out := base64.StdEncoding.EncodeToString(joinSurrogates([]byte(s)))
		return out, r.chargeBytes(len(out))
	case "base64Decode":
		return asAny(base64Decode(s))
	}
	return noMethod, nil
}

// parseJSONOrNull is $util.parseJson: what cannot be read is null.
func (r *renderer) parseJSONOrNull(s string) (any, error) {
	if s == "" {
		return nil, nil
	}
	v, err := r.parseJSON(s)
	if t, ok := err.(*thrown); ok && t.err == nil {
		return nil, nil
	}
	return v, err
}

// escapeJavaScript is that of commons-lang 2. "'" becomes "\'", which JSON does not allow: AWS tells to replace it again.
// Not verified on AWS: "/" becoming "\/", and everything beyond ASCII becoming \uXXXX.
func escapeJavaScript(s string) string {
	if plainPrefix(s) == len(s) {
		return s
	}
	return string(appendEscapedScript(make([]byte, 0, len(s)+len(s)/4+8), s))
}

// plainPrefix is how much of a text needs no escape.
func plainPrefix(s string) int {
	i := 0
	for i < len(s) && plainInScript(s[i]) {
		i++
	}
	return i
}

func appendEscapedScript(b []byte, s string) []byte {
	for i := 0; i < len(s); {
		if n := plainPrefix(s[i:]); n > 0 {
			b = append(b, s[i:i+n]...)
			i += n
			continue
		}
		if c := s[i]; c < utf8.RuneSelf {
			b = appendScriptASCII(b, c)
			i++
			continue
		}
		n := 1
		for i+n < len(s) && !utf8.RuneStart(s[i+n]) {
			n++
		}
		for _, u := range encodeUTF16(s[i : i+n]) {
			b = appendHex4(append(b, '\\', 'u'), u)
		}
		i += n
	}
	return b
}

func plainInScript(c byte) bool {
	return c >= ' ' && c < 0x80 && c != '\'' && c != '"' && c != '\\' && c != '/'
}

// appendScriptASCII appends a character that is not plain.
func appendScriptASCII(b []byte, c byte) []byte {
	if i := strings.IndexByte("\b\n\t\f\r", c); i >= 0 {
		return append(b, '\\', "bntfr"[i])
	}
	if c < ' ' {
		return appendHex4(append(b, '\\', 'u'), uint16(c))
	}
	return append(b, '\\', c)
}

// urlEncode is java.net.URLEncoder: the encoding of forms.
func urlEncode(s string) string {
	s = url.QueryEscape(string(joinSurrogates([]byte(s))))
	return strings.NewReplacer("~", "%7E", "%2A", "*").Replace(s)
}

// urlDecode is java.net.URLDecoder: a broken escape is an error, bytes that are not UTF-8 are not.
func urlDecode(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	if err != nil {
		return "", throw("URLDecoder: Illegal hex characters in escape (%%) pattern")
	}
	return decodeUTF8(out), nil
}

// base64Decode is java.util.Base64: padding may be missing, line breaks may not be there.
func base64Decode(s string) (string, error) {
	if strings.ContainsAny(s, "\r\n") {
		return "", throw("Illegal base64 character")
	}
	enc := base64.StdEncoding
	if !strings.HasSuffix(s, "=") {
		enc = base64.RawStdEncoding
	}
	b, err := enc.DecodeString(s)
	if err != nil {
		return "", throw("Illegal base64 text")
	}
	return decodeUTF8(string(b)), nil
}
