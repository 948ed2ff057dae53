package gwevent

import (
	"encoding/base64"
	"mime"
	"strings"
	"unicode/utf8"
)

// restBody returns the body of a REST event. Only binaryMediaTypes make it Base64, whatever the bytes.
func (in *input) restBody() (text string, isBase64 bool) {
	if in.BinaryTypes == nil {
		return in.encode(!utf8.Valid(in.body))
	}
	return in.encode(len(in.BinaryTypes) > 0 && matchesBinary(in.BinaryTypes, MediaType(in.r.Header.Get("Content-Type"))))
}

// typedBody returns the body where no media types can be configured: Base64 if there is a Content-Encoding or the
// Content-Type is none of those known to be text. Load balancers document this rule; HTTP APIs and function URLs show
// it (a form arrives as Base64). Unverified: without a Content-Type the bytes decide.
func (in *input) typedBody() (text string, isBase64 bool) {
	contentType := MediaType(in.r.Header.Get("Content-Type"))
	textual := contentType == "" || strings.HasPrefix(contentType, "text/") || contentType == "application/json" ||
		contentType == "application/javascript" || contentType == "application/xml"
	encoded := in.r.Header.Get("Content-Encoding") != ""
	return in.encode(encoded || !textual || !utf8.Valid(in.body))
}

func (in *input) encode(binary bool) (text string, isBase64 bool) {
	if !binary || len(in.body) == 0 {
		return string(in.body), false
	}
	return base64.StdEncoding.EncodeToString(in.body), true
}

// DecodesFor reports whether a REST API with the given binaryMediaTypes decodes a Base64 answer for a client that
// sent this Accept header. As recorded on AWS, only the first media type of the header counts, it is compared as
// text, and of the wildcards only type/* and */* are understood. Unverified: an absent header matches */* alone.
func DecodesFor(accept string, binaryTypes []string) bool {
	first, _, _ := strings.Cut(accept, ",")
	return matchesBinary(binaryTypes, MediaType(first))
}

func matchesBinary(binaryTypes []string, contentType string) bool {
	for _, pattern := range binaryTypes {
		pattern = strings.ToLower(strings.TrimSpace(pattern))
		if pattern == "*/*" {
			return true
		}
		kind, isWild := strings.CutSuffix(pattern, "/*")
		if isWild && strings.HasPrefix(contentType, kind+"/") {
			return true
		}
		if pattern == contentType && !strings.HasPrefix(pattern, "*/") {
			return true
		}
	}
	return false
}

// MediaType returns the media type of a Content-Type or of a part of Accept without its parameters, in lower case.
func MediaType(header string) string {
	if header == "" {
		return ""
	}
	if kind, _, err := mime.ParseMediaType(header); err == nil {
		return kind
	}
	kind, _, _ := strings.Cut(header, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}
