package router

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"time"

	"github.com/lambdarest/lambdarest/internal/bind"
	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// Log writes one line for each request, with the attributes method, route (the
// pattern, not the path, which may hold personal data), status, duration_ms (in
// milliseconds), request_id (the gateway's), cold_start (see below), trace_id (X-Ray's)
// and, if there is one, error with its cause. The level is Error from status 500 on, and for a
// streamed answer that failed half-way, and Info below. A streamed answer is logged at
// its end. Log belongs outermost. A nil logger writes nothing.
//
// cold_start tells whether this request waited for the process to start. Behind
// warmup.Wrap that is what warmup.ColdStart reports, so a request after a ping was
// none; without it, or where the process's first event went to another handler than the
// Router, it is the Router's first event, unless Lambda had initialised the process
// ahead of it (provisioned concurrency, SnapStart).
func Log(l *slog.Logger) Middleware {
	if l == nil {
		return func(next Handler) Handler { return next }
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			line := logLine{l: l, req: req, start: time.Now(), cold: req.first && !coldstart.Ahead()}
			if s, ok := coldstart.From(ctx); ok {
				line.cold = s.Cold
			}
			resp, err := next(ctx, req)
			if err == nil && resp.sendsStream(req) {
				return resp.watch(func(err error) { line.write(ctx, resp.Status, err) }), nil
			}
			line.write(ctx, statusOf(resp, err), err)
			return resp, err
		}
	}
}

// A logLine is what is known of a request when it comes.
type logLine struct {
	l     *slog.Logger
	req   *Request
	start time.Time
	cold  bool
}

// write logs the request with its answer. An error of a streamed answer comes after
// its status.
func (g *logLine) write(ctx context.Context, status int, err error) {
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError || err != nil && status < http.StatusBadRequest && !errors.Is(err, errStreamClosed) {
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("method", bind.Clip(g.req.Method())),
		slog.String("route", g.req.Route()),
		slog.Int("status", status),
		slog.Float64("duration_ms", float64(time.Since(g.start))/float64(time.Millisecond)),
		slog.String("request_id", g.req.RequestID()),
		slog.Bool("cold_start", g.cold),
	}
	if id := traceID(ctx); id != "" {
		attrs = append(attrs, slog.String("trace_id", id))
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	g.l.LogAttrs(ctx, level, "request", attrs...)
}

// statusOf returns the status that will answer what a handler returned.
func statusOf(resp *Response, err error) int {
	if err == nil && resp != nil {
		return resp.Status
	}
	return StatusOf(err)
}

// traceID returns the X-Ray trace header of the invocation. aws-lambda-go puts it
// into the context under this string, and into the environment.
func traceID(ctx context.Context) string {
	if id, ok := ctx.Value("x-amzn-trace-id").(string); ok {
		return id
	}
	return os.Getenv("_X_AMZN_TRACE_ID")
}
