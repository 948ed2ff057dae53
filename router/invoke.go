package router

import "context"

// Invoke answers a raw event of API Gateway (REST API, HTTP API with either
// payload format), a function URL, an ALB or VPC Lattice in the form that its
// source expects. It makes a Router a lambda.Handler, for lambda.Start.
//
// It fails only for events that are not HTTP requests ([ErrNotHTTP]) or not JSON, and
// runs no handler for them. Everything that a handler or a client does wrong becomes
// an answer, except for a panic, which needs [Recover]. It does not keep event,
// unless the package gateway has made it and nobody else uses it. It is safe for
// concurrent use.
func (r *Router) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	req, p, err := r.newInvocation(ctx, event)
	if err != nil {
		return nil, err
	}
	return p.encode(r.serve(ctx, req), req.method), nil
}

// newInvocation returns the request that an event is, and the event taken apart.
func (r *Router) newInvocation(ctx context.Context, event []byte) (*Request, *payload, error) {
	in := new(struct { // one allocation for both
		req     Request
		payload payload
	})
	p, req := &in.payload, &in.req
	if err := p.parse(ctx, event); err != nil {
		r.root().use(ctx)
		return nil, nil, err
	}
	req.msg = p
	req.method, req.fault = p.target(&req.path)
	return req, p, nil
}
