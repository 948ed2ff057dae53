package gateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
)

// Stream is Invoke for an answer that comes piece by piece: the reader gives the bytes as the function posts them, a
// prelude included (see [Stream]), and its method ContentType says what the function calls them. It is a
// [StreamHandler].
//
// An error that comes before the answer begins is Stream's, as Invoke's; a later one is Read's: what the function posted in
// the trailers, a crash, a time-out. The instance is busy to the end of the answer, also where the reader is closed
// before. Slow reading slows the function down.
func (p *Process) Stream(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
	return p.stream(ctx, event, nil)
}

// stream is Stream; what became of the invocation is told to seen, unless that is nil, before the reader ends.
func (p *Process) stream(ctx context.Context, event json.RawMessage, seen func(Invocation)) (io.ReadCloser, error) {
	s := &sink{begun: make(chan struct{})}
	s.PipeReader, s.writer = io.Pipe()
	over := make(chan error, 1)
	go func() {
		_, err := p.invoke(ctx, event, s, seen)
		s.writer.CloseWithError(err)
		over <- err
	}()
	select {
	case <-s.begun:
		return s, nil
	case err := <-over:
		select {
		case <-s.begun: // and ended as well
			return s, nil
		default:
			return nil, err
		}
	}
}

// A sink passes the answer of an invocation on as it comes.
type sink struct {
	*io.PipeReader
	writer      *io.PipeWriter
	begun       chan struct{} // closed when the runtime begins to post its answer
	contentType string        // set before begun is closed
}

// ContentType is the Content-Type that the runtime posted.
func (s *sink) ContentType() string { return s.contentType }

// take reads an answer from the Runtime API.
func (s *sink) take(inv *invocation, w http.ResponseWriter, r *http.Request) {
	s.contentType = r.Header.Get("Content-Type")
	close(s.begun)
	_, err := io.Copy(drain{s.writer}, http.MaxBytesReader(w, r.Body, maxStreamed))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		inv.finish(outcome{err: errResponseTooLarge(maxStreamed)})
		apiError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "Exceeded maximum allowed payload size.")
	case err != nil:
		inv.finish(truncated(err))
		apiError(w, http.StatusBadRequest, "Runtime.TruncatedResponse", "the answer broke off")
	default:
		inv.finish(outcome{err: trailerError(r)})
		accepted(w)
	}
}
