package router

import (
	"context"
	"net/http"

	"github.com/lambdarest/lambdarest/internal/bind"
	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// serve routes a request and returns the answer to it, which is valid.
func (r *Router) serve(ctx context.Context, req *Request) *Response {
	r = r.root()
	req.router, req.first = r, r.use(ctx)
	r.stripPrefix(&req.path)
	if r.table != nil && req.fault == nil {
		req.route, req.values = r.table.tree.match(req.method, &req.path, req.params[:0])
	}
	h := r.chain
	if h == nil {
		h = r.dispatch
	}
	resp, err := h(ctx, req)
	switch {
	case r.chain == nil && req.route != nil && resp != nil && err == nil:
		return resp // dispatch has checked it
	case err != nil:
		var header http.Header
		if resp != nil {
			header = resp.Header
			closeStream(resp.Stream)
		}
		resp = problemOf(err).response(header)
	case resp == nil:
		resp = &Response{Status: http.StatusOK}
	case resp.Stream != nil: // of a middleware, or one that is to be sent as it comes
		if resp, err = req.checked(resp, nil); err != nil {
			return problemOf(err).response(nil)
		}
	}
	if err := resp.check(); err != nil {
		closeStream(resp.Stream)
		resp = (&Error{Detail: "the function's answer is not valid"}).response(nil)
	}
	return resp
}

// use notes that the router has had an event and reports whether that was the first. One
// that a primer made up does not count.
func (r *Router) use(ctx context.Context) (first bool) {
	if r.used.Load() {
		return false
	}
	s, _ := coldstart.From(ctx)
	return !s.Primed && r.used.CompareAndSwap(false, true)
}

// dispatch runs the matched route, or answers for want of one.
func (r *Router) dispatch(ctx context.Context, req *Request) (*Response, error) {
	switch {
	case req.fault != nil:
		return nil, req.fault
	case req.route != nil:
		return req.checked(req.route.handler(ctx, req))
	}
	methods := req.methods()
	switch {
	case len(methods) > 0 && req.method == http.MethodOptions:
		return r.options(ctx, req, methods)
	case len(methods) > 0:
		return answerMethods(ctx, req, methods)
	case r.notFound != nil:
		return r.notFound(ctx, req)
	}
	return nil, Errorf(http.StatusNotFound, "no route matches the path")
}

// checked returns what a handler returned, or an error in place of a response that
// cannot be sent, so that the router's middleware sees it and logs it.
func (r *Request) checked(resp *Response, err error) (*Response, error) {
	if err != nil || resp == nil {
		return resp, err
	}
	if err := resp.check(); err != nil {
		closeStream(resp.Stream)
		return nil, &Error{Err: err}
	}
	if resp.Stream != nil {
		return r.streamed(resp)
	}
	if limit := r.msg.limit(); limit > 0 && len(resp.Body) > limit {
		return nil, tooLargeAnswer(len(resp.Body), limit)
	}
	return resp, nil
}

// streamed returns a response that has a stream in the form that can be sent: as it
// is, or with the stream in its body.
func (r *Request) streamed(resp *Response) (*Response, error) {
	switch {
	case r.streams:
		return resp, nil
	case bodiless(resp.Status, r.method):
		closeStream(resp.Stream)
		resp = resp.clone()
		resp.Stream = nil
		return resp, nil
	}
	resp = resp.clone()
	if err := resp.collect(r.msg.limit()); err != nil {
		return nil, err
	}
	return resp, nil
}

// options answers OPTIONS for a path whose routes do not take it, within the
// middleware of the most specific one: a CORS of its group answers preflights.
func (r *Router) options(ctx context.Context, req *Request, methods []string) (*Response, error) {
	h := Handler(func(ctx context.Context, req *Request) (*Response, error) { return answerMethods(ctx, req, methods) })
	rt := r.table.tree.root.nearest(&req.path, req.path.start())
	return rt.owner.around(wrap(h, rt.mw))(ctx, req)
}

// methods returns the methods of all routes that match the request's path; "" is
// any method.
func (r *Request) methods() []string {
	if r.router == nil || r.router.table == nil || r.fault != nil {
		return nil
	}
	return r.router.table.tree.root.allowed(&r.path, r.path.start(), nil)
}

// MethodNotAllowed answers 405 with the methods that the routes of the matched
// path have, and OPTIONS with 204 and the same. Register it for a path without a
// method to keep that path's other methods from a more general route:
//
//	r.Get("/users", list)
//	r.Handle("/users", router.MethodNotAllowed)
//	r.Handle("/{proxy+}", fallback) // would get DELETE /users otherwise
//
// Where no general route matches, a Router answers so by itself.
func MethodNotAllowed(ctx context.Context, req *Request) (*Response, error) {
	var methods []string
	if req.route != nil {
		methods = req.route.leaf.methods(nil)
	}
	return answerMethods(ctx, req, methods)
}

// answerMethods answers OPTIONS with 204, any other method with 405.
func answerMethods(ctx context.Context, req *Request, methods []string) (*Response, error) {
	resp := &Response{Status: http.StatusNoContent, Header: http.Header{"Allow": {allow(methods)}}}
	if req.method == http.MethodOptions {
		return resp, nil
	}
	custom := req.router.notAllowed
	if custom == nil {
		return resp, Errorf(http.StatusMethodNotAllowed, "the path does not take %s", bind.Clip(req.method))
	}
	own, err := custom(ctx, req)
	if own != nil {
		resp = own.clone()
		resp.set("Allow", allow(methods))
	}
	return resp, err
}
