package router

import "context"

// A BindConfig says how strictly [JSON] takes requests. The zero value is what JSON
// does without it.
type BindConfig struct {
	// RejectUnknownFields makes members of the body that In does not have faults of
	// the client; otherwise they are ignored.
	RejectUnknownFields bool
	// RejectUnknownQuery does the same for parameters of the query string.
	RejectUnknownQuery bool
	// Validate is called with a pointer to each In before In's own Validate, for a
	// validator that works on struct tags. Its error is answered as that of In's
	// own: 400 with its text, or as an [Error] in its tree says.
	Validate func(v any) error
}

// Bind sets how the [JSON] handlers inside take requests.
func Bind(cfg BindConfig) Middleware {
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			req.bind = cfg
			return next(ctx, req)
		}
	}
}
