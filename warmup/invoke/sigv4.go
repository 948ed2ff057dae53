package invoke

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Signature Version 4
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html):
// the request is written in a canonical form, its hash goes into a string together
// with time, region and service, and that string's HMAC is the signature. The key of
// the HMAC is derived from the secret by HMACs over the day, region and service.

// credentials are what a request is signed with. They are never printed.
type credentials struct{ id, secret, token string }

const algorithm = "AWS4-HMAC-SHA256"

// sign signs a request without a query, whose body is payload. It sets the headers X-Amz-Date,
// X-Amz-Security-Token and Authorization, and the host as it will be sent; all headers
// that are set before are signed with them.
func sign(req *http.Request, payload []byte, c credentials, region, service string, now time.Time) {
	date := now.UTC().Format("20060102T150405Z")
	req.Header.Set("X-Amz-Date", date)
	if c.token != "" {
		req.Header.Set("X-Amz-Security-Token", c.token)
	}
	req.Host = hostOf(req)
	headers, names := canonicalHeaders(req, len(payload))
	canonical := strings.Join([]string{
		req.Method,
		canonicalPath(req.URL),
		"", // the query
		headers,
		names,
		hexSum(payload),
	}, "\n")
	scope := strings.Join([]string{date[:8], region, service, "aws4_request"}, "/")
	toSign := strings.Join([]string{algorithm, date, scope, hexSum([]byte(canonical))}, "\n")
	key := []byte("AWS4" + c.secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	req.Header.Set("Authorization", algorithm+" Credential="+c.id+"/"+scope+
		", SignedHeaders="+names+", Signature="+hex.EncodeToString(mac(key, toSign)))
}

// canonicalHeaders returns the headers, each with a line feed, and their names. Not
// signed are those that proxies and HTTP clients may change.
func canonicalHeaders(req *http.Request, length int) (lines, names string) {
	values := map[string]string{"host": req.Host}
	if length > 0 {
		values["content-length"] = strconv.Itoa(length)
	}
	for name, all := range req.Header {
		switch name = strings.ToLower(name); name {
		case "authorization", "user-agent", "x-amzn-trace-id", "expect", "transfer-encoding", "host", "content-length":
			continue
		}
		trimmed := make([]string, len(all))
		for i, v := range all {
			trimmed[i] = squeeze(v)
		}
		values[name] = strings.Join(trimmed, ",")
	}
	sorted := make([]string, 0, len(values))
	for name := range values {
		sorted = append(sorted, name)
	}
	slices.Sort(sorted)
	var b strings.Builder
	for _, name := range sorted {
		b.WriteString(name + ":" + values[name] + "\n")
	}
	return b.String(), strings.Join(sorted, ";")
}

// hostOf returns the host that the request will name, without a port that its scheme
// implies.
func hostOf(req *http.Request) string {
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	switch req.URL.Scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

// squeeze trims spaces and makes one of several.
func squeeze(s string) string {
	s = strings.Trim(s, " ")
	for strings.Contains(s, "  ") {
		s = strings.ReplaceAll(s, "  ", " ")
	}
	return s
}

// canonicalPath is the path as it will be sent, escaped once more, as all services
// but S3 ask for.
func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	parts := strings.Split(path, "/")
	for i, part := range parts {
		parts[i] = escape(part)
	}
	return strings.Join(parts, "/")
}

// escape percent-encodes all but what RFC 3986 calls unreserved.
func escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; unreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, s string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(s))
	return h.Sum(nil)
}
