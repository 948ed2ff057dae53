package router

import (
	"context"
	"net/http"
)

// StrictSlash answers 404 for a path with a slash at its end, other than "/" alone.
// Without it both spellings reach one handler, as they reach one resource of a REST
// API. Nothing is ever redirected.
func StrictSlash() Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			if req.path.slash && req.path.text != "" {
				return nil, Errorf(http.StatusNotFound, "the path ends in a slash")
			}
			return next(ctx, req)
		}
	}
}
