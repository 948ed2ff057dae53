package router

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strings"
)

// BodyLimit bounds what [Request.Body], and so [JSON], gives the handlers inside to n
// bytes; more is a 413. Bodies that the client compressed with gzip, as the header
// Content-Encoding says, are inflated, within the same bound; another encoding is a
// 415. The work is done when the body is asked for.
//
// Without BodyLimit the bound is the service's (6 MB for an event of Lambda), and
// compressed bodies are given as they are.
func BodyLimit(n int) Middleware {
	if n < 0 {
		panic("router: BodyLimit: negative limit")
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			req.limited, req.limit = true, n
			return next(ctx, req)
		}
	}
}

// bounded applies a BodyLimit to a body.
func (r *Request) bounded(body []byte) ([]byte, error) {
	switch encoding := strings.ToLower(r.Header("Content-Encoding")); encoding {
	case "", "identity":
		if len(body) > r.limit {
			return nil, tooLarge(r.limit)
		}
		return body, nil
	case "gzip", "x-gzip":
		return inflate(body, r.limit)
	default:
		return nil, Errorf(http.StatusUnsupportedMediaType, "the encoding of the body must be gzip or none")
	}
}

// inflate undoes gzip, reading no more than one byte beyond limit.
func inflate(body []byte, limit int) ([]byte, error) {
	zr, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, Errorf(http.StatusBadRequest, "the body is not valid gzip: %w", err)
	}
	plain, err := io.ReadAll(io.LimitReader(zr, int64(limit)+1))
	switch {
	case len(plain) > limit:
		return nil, tooLarge(limit)
	case err != nil:
		return nil, Errorf(http.StatusBadRequest, "the body is not valid gzip: %w", err)
	}
	return plain, nil
}

func tooLarge(limit int) error {
	return Errorf(http.StatusRequestEntityTooLarge, "the body is larger than %d bytes", limit)
}
