package router

import (
	"bytes"
	"compress/gzip"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// minCompress is the size in bytes from which on compressing pays: less fits into
// one packet anyway.
const minCompress = 1024

// Compress compresses answers with gzip for clients that accept it (RFC 9110,
// section 12.5.3), if they are 1 KB or more of a type that shrinks: text, JSON, XML,
// JavaScript, SVG. Behind a REST API it needs */* or the client's types among the
// API's binary media types, or clients get base64; HTTP APIs, function URLs and ALBs
// need nothing. Streamed answers are left alone.
func Compress() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			resp, err := next(ctx, req)
			if err != nil || resp == nil || !isCompressible(resp) {
				return resp, err
			}
			resp = resp.clone()
			resp.add("Vary", "Accept-Encoding")
			if acceptsGzip(strings.Join(req.Headers()["Accept-Encoding"], ",")) {
				compress(resp)
			}
			return resp, nil
		}
	}
}

func isCompressible(resp *Response) bool {
	if len(resp.Body) < minCompress || resp.Header.Get("Content-Encoding") != "" || resp.Header.Get("Content-Range") != "" ||
		strings.Contains(resp.Header.Get("Cache-Control"), "no-transform") {
		return false
	}
	contentType := resp.Header.Get("Content-Type")
	if contentType == "" {
		contentType = http.DetectContentType(resp.Body)
	}
	t, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	t = strings.TrimSpace(t)
	return strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "+json") || strings.HasSuffix(t, "+xml") ||
		slices.Contains([]string{"application/json", "application/xml", "application/javascript", "application/yaml"}, t)
}

// compress replaces the body of a response. A strong entity tag is of the bytes as
// they were, so it becomes a weak one.
func compress(resp *Response) {
	var buf bytes.Buffer
	if resp.Header.Get("Content-Type") == "" {
		resp.Header.Set("Content-Type", http.DetectContentType(resp.Body))
	}
	zw := gzip.NewWriter(&buf)
	zw.Write(resp.Body) // a bytes.Buffer takes everything
	zw.Close()
	resp.Body = buf.Bytes()
	resp.Header.Set("Content-Encoding", "gzip")
	if tag := resp.Header.Get("ETag"); strings.HasPrefix(tag, `"`) {
		resp.Header.Set("ETag", "W/"+tag)
	}
}

// acceptsGzip reports whether an Accept-Encoding header takes gzip: it is named with
// a weight above 0, or not named while * is.
func acceptsGzip(header string) bool {
	gzipQ, anyQ := -1.0, -1.0
	for item := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(item, ";")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "gzip", "x-gzip":
			gzipQ = max(gzipQ, weight(params))
		case "*":
			anyQ = max(anyQ, weight(params))
		}
	}
	if gzipQ < 0 {
		gzipQ = anyQ
	}
	return gzipQ > 0
}

// weight returns the q of an item's parameters, 1 if there is none and 0 if it is
// not a number.
func weight(params string) float64 {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0
			}
			return q
		}
	}
	return 1
}
