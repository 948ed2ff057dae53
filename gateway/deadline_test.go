package gateway

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// deadlineWriter remembers the write deadline, as a connection does from one request to the next.
type deadlineWriter struct {
	*httptest.ResponseRecorder
	deadline time.Time
}

func (w *deadlineWriter) SetWriteDeadline(t time.Time) error {
	w.deadline = t
	return nil
}

// TestWriteDeadlines: however a handler answers, and however long it has taken, what is written then has a minute.
func TestWriteDeadlines(t *testing.T) {
	for name, answer := range map[string]func(http.ResponseWriter){
		"a body":       func(w http.ResponseWriter) { _, _ = w.Write([]byte("x")) },
		"a status":     func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) },
		"nothing":      func(http.ResponseWriter) {},
		"then a panic": func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); panic(http.ErrAbortHandler) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := &deadlineWriter{ResponseRecorder: httptest.NewRecorder(), deadline: time.Now()} // of the request before
				h := timeAnswers(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					time.Sleep(10 * time.Minute)
					answer(w)
				}))
				func() {
					defer func() { _ = recover() }()
					h.ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
				}()
				require.Equal(t, time.Now().Add(answerTimeout), w.deadline)
			})
		})
	}
}
