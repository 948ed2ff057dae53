package router

import (
	"fmt"
	"io"
	"sync"
)

// Stream returns a response whose body is read from body while it is sent; an
// io.Closer is closed at the end. An error of a Read cuts the answer short in a way
// that the client can notice: the status has been sent by then.
//
// Only [Router.Stream] and [Router.ServeHTTP] send such a body as it comes.
// Everything else, [Router.Invoke] included, reads it to its end first.
func Stream(status int, contentType string, body io.Reader) *Response {
	resp := newResponse(status, contentType)
	resp.Stream = body
	return resp
}

// StreamFunc returns a response whose body is what write writes. Each Write is sent at
// once; it fails when nobody takes the bytes any more. write runs in a goroutine of its
// own, from the time at which the body is wanted, and may use the handler's context. Its
// error cuts the answer short, see [Stream]; so does a panic, as a [*PanicError].
func StreamFunc(status int, contentType string, write func(w io.Writer) error) *Response {
	return Stream(status, contentType, &writerStream{write: write})
}

// A writerStream runs a function that writes, and reads what it has written.
type writerStream struct {
	write func(io.Writer) error
	start sync.Once
	pipe  *io.PipeReader
}

func (s *writerStream) Read(p []byte) (int, error) {
	s.start.Do(s.run)
	return s.pipe.Read(p)
}

func (s *writerStream) run() {
	reader, writer := io.Pipe()
	s.pipe = reader
	go fill(writer, s.write)
}

// fill runs a function that writes. Who reads gets its error, or its panic as one.
func fill(w *io.PipeWriter, write func(io.Writer) error) {
	defer func() {
		if v := recover(); v != nil {
			w.CloseWithError(panicError(v))
		}
	}()
	w.CloseWithError(write(w))
}

// Close makes the writes fail. A function that was not started is never run.
func (s *writerStream) Close() error {
	s.start.Do(func() { s.pipe, _ = io.Pipe() })
	return s.pipe.Close()
}

// sendsStream reports whether the stream of a response, if it has one, is sent to who
// sent the request.
func (r *Response) sendsStream(to *Request) bool {
	return r != nil && r.Stream != nil && !bodiless(r.Status, to.method)
}

// stream returns what is to be sent of the response's stream: nothing where an answer
// has no body.
func (r *Response) stream(method string) io.Reader {
	if r.Stream == nil || !bodiless(r.Status, method) {
		return r.Stream
	}
	closeStream(r.Stream)
	return nil
}

// collect reads a stream into the body, up to limit bytes; 0 is no limit.
func (r *Response) collect(limit int) error {
	defer closeStream(r.Stream)
	stream := r.Stream
	if limit > 0 {
		stream = io.LimitReader(stream, int64(limit)+1)
	}
	body, err := io.ReadAll(stream)
	switch {
	case err != nil:
		return fmt.Errorf("router: the stream of the answer: %w", err)
	case limit > 0 && len(body) > limit:
		return tooLargeStream(limit)
	}
	r.Body, r.Stream = body, nil
	return nil
}

func closeStream(stream io.Reader) error {
	if c, ok := stream.(io.Closer); ok {
		return c.Close()
	}
	return nil
}
