package gateway

import (
	"bytes"
	"net/http"

	"github.com/aws/smithy-go/eventstream"
)

// eventStreamType is the content type of an answer that is a stream of events
// (https://smithy.io/2.0/aws/amazon-eventstream.html).
const eventStreamType = "application/vnd.amazon.eventstream"

// An eventWriter sends events to a client, each at once. A client that is gone does not keep it from going on.
type eventWriter struct {
	http.ResponseWriter
	encoder *eventstream.Encoder
	seen    bytes.Buffer // the first maxObserved bytes
}

func newEventWriter(w http.ResponseWriter) *eventWriter {
	return &eventWriter{ResponseWriter: w, encoder: eventstream.NewEncoder()}
}

// send sends an event. What it is made of is far below what the encoder refuses.
func (w *eventWriter) send(kind, contentType string, payload []byte) {
	m := eventstream.Message{Payload: payload}
	m.Headers.Set(eventstream.EventTypeHeader, eventstream.StringValue(kind))
	m.Headers.Set(eventstream.ContentTypeHeader, eventstream.StringValue(contentType))
	m.Headers.Set(eventstream.MessageTypeHeader, eventstream.StringValue(eventstream.EventMessageType))
	_ = w.encoder.Encode(w, m)
	_ = http.NewResponseController(w.ResponseWriter).Flush()
}

// Write serves the encoder, which writes an event in one go.
func (w *eventWriter) Write(b []byte) (int, error) {
	_, _ = limited{&w.seen}.Write(b)
	return w.ResponseWriter.Write(b)
}
