package router

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
)

// ETag answers conditional requests (RFC 9110, section 13): GET and HEAD answers of
// status 200 get an entity tag, made from the body unless the handler set one, and a
// request whose If-None-Match has that tag gets an empty 304. The handler runs all the
// same; what is saved is the transfer. Streamed answers are left alone. With [Compress], ETag belongs inside.
func ETag() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			resp, err := next(ctx, req)
			if err != nil || resp == nil || resp.Stream != nil || resp.Status != http.StatusOK || req.method != http.MethodGet && req.method != http.MethodHead {
				return resp, err
			}
			if resp = resp.clone(); resp.Header.Get("ETag") == "" {
				resp.set("ETag", entityTag(resp.Body))
			}
			if matchesTag(strings.Join(req.Headers()["If-None-Match"], ","), resp.Header.Get("ETag")) {
				resp.Status, resp.Body = http.StatusNotModified, nil
				resp.Header.Del("Content-Type")
				resp.Header.Del("Content-Encoding")
			}
			return resp, nil
		}
	}
}

// entityTag returns a strong tag of a body.
func entityTag(body []byte) string {
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
}

// matchesTag reports whether an If-None-Match header has a tag, by the weak
// comparison that the RFC asks for there. A tag may hold commas.
func matchesTag(header, tag string) bool {
	tag = strings.TrimPrefix(tag, "W/")
	for header = strings.TrimLeft(header, " \t,"); header != ""; header = strings.TrimLeft(header, " \t,") {
		if header[0] == '*' {
			return true
		}
		rest, quoted := strings.CutPrefix(strings.TrimPrefix(header, "W/"), `"`)
		end := strings.IndexByte(rest, '"')
		if !quoted || end < 0 {
			return false // not a list of tags
		}
		if `"`+rest[:end]+`"` == tag {
			return true
		}
		header = rest[end+1:]
	}
	return false
}
