package gateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// A streamed answer goes through three hands. The pump is a goroutine that calls the function, reads what it returns to
// the end, and writes it into a pipe: so the function runs on where the client goes away, as in the cloud, and a function
// that neither answers nor looks at its context keeps nobody but the pump. The endpoint reads the prelude from the pipe,
// which holds status and headers, and then passes on what comes, a flush a piece. The time-out closes the pipe.
//
//	{"statusCode":200,"headers":{…}} 00 00 00 00 00 00 00 00 the body, as it comes
//
// What breaks off before the end of the prelude gives the client a failure as of any other function; later there is
// nothing left to say but to end the connection.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode-lambda.html and
// https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html. Unverified: what a REST API
// answers to a stream without a prelude; here 502.

// A StreamHandler is a function that answers piece by piece: (*router.Router).Stream in this process, or
// [Process.Stream] of a bootstrap. A reader with a method ContentType() string says what it holds:
// "application/vnd.awslambda.http-integration-response" stands for a prelude and a body. It is closed in the end.
type StreamHandler func(ctx context.Context, event json.RawMessage) (io.ReadCloser, error)

// Stream calls h.
func (h StreamHandler) Stream(ctx context.Context, event json.RawMessage) (io.ReadCloser, error) {
	return h(ctx, event)
}

// Invoke collects the answer of h, as Lambda does for who does not ask for a stream. With it h is a lambda.Handler, which
// an [InvokeAPI] takes.
func (h StreamHandler) Invoke(ctx context.Context, event []byte) ([]byte, error) {
	out, err := h(ctx, event)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	return io.ReadAll(io.LimitReader(out, maxStreamed+1))
}

// Stream is the Lambda proxy integration with a streamed answer: the response transfer mode STREAM of a REST API, or the
// invoke mode RESPONSE_STREAM of a function URL; no other Kind has it. Every piece reaches the client when the function
// has sent it. Behind a function URL, an answer of any other content type is itself the body of a 200.
//
// The time-out is Config.Timeout, or 15 minutes where that is zero. An answer may have 200 MiB. One that breaks off
// after its first byte ends the connection, so that no client takes a part for the whole.
func Stream(h StreamHandler) Integration { return stream{h} }

type stream struct{ handler StreamHandler }

func (s stream) build() (endpoint, error) {
	if s.handler == nil {
		return nil, errors.New("stream without a handler")
	}
	return s, nil
}

// maxPrelude is how far into a stream a REST API looks for the end of the prelude, in bytes.
const maxPrelude = 16 << 10

func (s stream) serve(w http.ResponseWriter, c *call) *failure {
	event, err := gwevent.New(c.r, c.options())
	if err != nil {
		return readFailure(err)
	}
	if len(event) > maxEvent {
		return errEventTooLarge()
	}
	c.functionID = gwevent.NewRequestID()
	ctx, cancel := context.WithTimeoutCause(context.WithoutCancel(c.r.Context()), orDefault(c.route.timeout, c.g.streamTimeout), errDeadline)
	ctx = lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: c.functionID})
	c.noteEvent(event, true)
	p := newPump(ctx, s.handler, event, cancel)
	defer p.reader.Close() // from here on the pump drains the function
	seen := &bytes.Buffer{}
	fail := c.passOn(w, p, io.TeeReader(p.reader, limited{seen}))
	if fail != nil {
		err = fail.cause
	}
	c.noteResult(seen.Bytes(), err, false)
	return fail
}

// passOn answers with what comes out of a pump.
func (c *call) passOn(w http.ResponseWriter, p *pump, from io.Reader) *failure {
	answer, rest, err := readPrelude(c.g.rules.source, p, from)
	switch {
	case errors.Is(err, errDeadline):
		return errTimedOut(err)
	case err != nil:
		return errBadFunction(err)
	}
	if c.g.cfg.Kind == REST {
		gwevent.RemapHeaders(answer.Header)
	}
	answer.Body = rest
	flush := func() error {
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, http.ErrNotSupported) {
			return err
		}
		return nil // a writer that keeps nothing back
	}
	if answer.WriteTo(w) != nil || flush() != nil {
		return nil // the client is gone
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if _, err := w.Write(buf[:n]); err != nil || flush() != nil {
				return nil // gone, or a status without a body
			}
		}
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return &failure{reason: brokenOff, cause: err}
		}
	}
}

// readPrelude returns status and headers, and what of the body has come with them.
func readPrelude(src gwevent.Source, p *pump, from io.Reader) (answer *gwevent.Answer, rest []byte, err error) {
	var head []byte
	buf := make([]byte, 4<<10)
	for {
		n, err := from.Read(buf)
		head = append(head, buf[:n]...)
		if src == gwevent.FunctionURL && (n > 0 || err == io.EOF) && p.contentType != streamedType {
			return bodyOnly(p.contentType), head, nil
		}
		if prelude, rest, ok := gwevent.CutStreamed(head); ok && len(prelude) <= maxPrelude {
			answer, err := gwevent.ParseAnswer(src, prelude)
			return answer, rest, err
		}
		switch {
		case err == io.EOF:
			return nil, nil, errors.New("gateway: the stream ends before the eight zero bytes that end its prelude")
		case err != nil:
			return nil, nil, err
		case len(head) > maxPrelude+8:
			return nil, nil, fmt.Errorf("gateway: no end of the prelude, eight zero bytes, in the first %d bytes of the stream", maxPrelude)
		}
	}
}

func bodyOnly(contentType string) *gwevent.Answer {
	return &gwevent.Answer{Status: http.StatusOK, Header: http.Header{"Content-Type": {orDefault(contentType, "application/octet-stream")}}}
}

// A pump reads a function's stream into a pipe.
type pump struct {
	reader      *io.PipeReader
	writer      *io.PipeWriter
	contentType string // before the first byte can be read, and never changed then
}

// newPump calls the function. The context must have the time-out; cancel is called once the function is done.
func newPump(ctx context.Context, h StreamHandler, event []byte, cancel context.CancelFunc) *pump {
	p := &pump{}
	p.reader, p.writer = io.Pipe()
	stop := context.AfterFunc(ctx, func() { p.writer.CloseWithError(context.Cause(ctx)) })
	go func() {
		defer cancel()
		defer stop()
		var err error = errGoexit() // unless run returns
		defer func() { p.writer.CloseWithError(err) }()
		err = p.run(ctx, h, event)
		switch {
		case err != nil && ctx.Err() != nil:
			err = context.Cause(ctx)
		case err != nil:
			err = asFunctionError(err)
		}
	}()
	return p
}

func (p *pump) run(ctx context.Context, h StreamHandler, event []byte) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = errPanic(v)
		}
	}()
	out, err := h(ctx, event)
	if err != nil {
		return err
	}
	defer out.Close()
	if typed, ok := out.(interface{ ContentType() string }); ok {
		p.contentType = gwevent.MediaType(typed.ContentType())
	}
	n, err := io.Copy(drain{p.writer}, io.LimitReader(out, maxStreamed+1))
	if err == nil && n > maxStreamed {
		err = errResponseTooLarge(maxStreamed)
	}
	return err
}

// drain writes on where nobody reads any more, and forgets it.
type drain struct{ w io.Writer }

func (d drain) Write(b []byte) (int, error) {
	if n, err := d.w.Write(b); err != io.ErrClosedPipe {
		return n, err
	}
	return len(b), nil
}
