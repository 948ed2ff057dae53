package router

import (
	"context"
	"errors"
	"io"
	"sync"
)

// errStreamClosed is what [Log] writes for an answer that was not read to its end:
// its client has gone.
var errStreamClosed = errors.New("router: the stream was closed before its end")

// An endingStream tells how a stream ended, once.
type endingStream struct {
	io.Reader
	once  sync.Once
	ended func(error)
}

func (s *endingStream) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err != nil {
		s.end(err)
	}
	return n, err
}

func (s *endingStream) Close() error {
	err := closeStream(s.Reader)
	s.end(errStreamClosed)
	return err
}

func (s *endingStream) end(err error) {
	if err == io.EOF {
		err = nil
	}
	s.once.Do(func() { s.ended(err) })
}

// watch returns the response with a stream that calls ended when it ends: with nil if it
// was read to the end.
func (r *Response) watch(ended func(error)) *Response {
	r = r.clone()
	r.Stream = &endingStream{Reader: r.Stream, ended: ended}
	return r
}

// endWith returns the response with a stream that fails when ctx ends, even in the
// middle of a Read, and that calls cancel when nobody needs ctx any more.
func (r *Response) endWith(ctx context.Context, cancel func()) *Response {
	inner := r.Stream
	reader, writer := io.Pipe()
	stop := context.AfterFunc(ctx, func() { writer.CloseWithError(outOfTime(ctx)) })
	go fill(writer, func(w io.Writer) error {
		defer cancel()
		defer stop() // a stream that is done is not cancelled
		defer closeStream(inner)
		_, err := io.Copy(w, inner)
		if ctx.Err() != nil { // who gave up at the deadline is not done
			return outOfTime(ctx)
		}
		return err
	})
	r = r.clone()
	r.Stream = &timedStream{reader, cancel}
	return r
}

type timedStream struct {
	*io.PipeReader
	cancel func()
}

func (s *timedStream) Close() error {
	s.cancel()
	return s.PipeReader.Close()
}
