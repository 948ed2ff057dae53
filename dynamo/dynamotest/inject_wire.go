package dynamotest

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"syscall"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

const htmlPage = "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in to use this network.</body></html>"

// reply writes the answer as the effect spoils it. The error is that of writing it.
func (s *spoiled) reply(w http.ResponseWriter, body []byte) error {
	status := http.StatusOK
	if s.err != nil {
		status, body = statusOf(s.err), appendFault(nil, s.err)
	}
	h, checksum := w.Header(), crc32.ChecksumIEEE(body)
	switch s.strike.Effect {
	case Reset:
		s.sever(w, status, body)
		return nil
	case EmptyBody:
		h.Set("Content-Length", "0")
		w.WriteHeader(http.StatusOK)
		return nil
	case HTMLPage:
		h.Set("Content-Type", "text/html")
		_, err := io.WriteString(w, htmlPage)
		return err
	case ShortBody:
		body = body[:len(body)/2]
	case FlippedBody:
		bit := s.strike.random.IntN(8 * len(body))
		body[bit/8] ^= 1 << (bit % 8)
	case BadChecksum:
		checksum++
	}
	h.Set("x-amz-crc32", strconv.FormatUint(uint64(checksum), 10))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	switch s.strike.Effect {
	case CutBody, ResetBody, StallBody:
		s.sever(w, status, body)
		return nil
	}
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}

// sever ends the connection before the answer, or in the middle of its body. A
// writer that has no connection of its own is told so; for one that does not
// give it away, as with HTTP/2, net/http ends the stream.
func (s *spoiled) sever(w http.ResponseWriter, status int, body []byte) {
	half := body[:len(body)/2]
	if in, ok := w.(*recorder); ok {
		in.status, in.body, in.severed = status, bytes.Clone(half), s
		return
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer conn.Close()
	if s.strike.Effect != Reset {
		var head bytes.Buffer // written at once, or a reset could overtake a part of it
		fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
		_ = w.Header().Write(&head)
		_, _ = fmt.Fprintf(conn, "%s\r\n%s", head.Bytes(), half)
	}
	if s.strike.Effect == StallBody {
		_, _ = io.Copy(io.Discard, conn) // ends when the client hangs up
	}
	if tcp, ok := conn.(*net.TCPConn); ok && s.resets() {
		_ = tcp.SetLinger(0) // so that Close resets
	}
}

func (s *spoiled) resets() bool { return s.strike.Effect == Reset || s.strike.Effect == ResetBody }

// end is the error at which a severed answer ends.
func (s *spoiled) end(ctx context.Context) error {
	switch {
	case s.resets():
		return &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	case s.strike.Effect == StallBody:
		<-ctx.Done()
		return ctx.Err()
	}
	return io.ErrUnexpectedEOF
}

// sdk is the error that an SDK client would return. What it would return none
// for is refused.
func (s *spoiled) sdk() error {
	switch s.strike.Effect {
	case Reset:
		return &smithyhttp.RequestSendError{Err: s.end(s.ctx)}
	case CutBody, ResetBody, ShortBody, StallBody:
		return &smithy.DeserializationError{Err: fmt.Errorf("failed to decode response body, %w", s.end(s.ctx))}
	case HTMLPage:
		return &smithy.DeserializationError{Err: fmt.Errorf("failed to decode response body, invalid character '<' looking for beginning of value")}
	}
	return fmt.Errorf("dynamotest: a call of DB's methods has no bytes for the effect %v: use DB.Client or DB.Handler", s.strike.Effect)
}

// A tail ends a body with an error.
type tail struct {
	ctx     context.Context
	severed *spoiled
}

func (t tail) Read([]byte) (int, error) { return 0, t.severed.end(t.ctx) }
