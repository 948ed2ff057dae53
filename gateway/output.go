package gateway

import (
	"bytes"
	"io"
	"sync"
)

// lineWriter passes on whole lines, so that those of several instances do not run into one another. A line that grows
// beyond maxLine is passed on in pieces.
type lineWriter struct {
	w   io.Writer
	mu  *sync.Mutex // shared by all writers to w
	log *instanceLog
	buf []byte
}

const maxLine = 256 << 10

// Write never fails: an instance must not die of a full disk under its log.
func (l *lineWriter) Write(b []byte) (int, error) {
	l.buf = append(l.buf, b...)
	end := bytes.LastIndexByte(l.buf, '\n') + 1
	if end == 0 && len(l.buf) >= maxLine {
		end = len(l.buf)
	}
	if end > 0 {
		l.pass(l.buf[:end])
		l.buf = append(l.buf[:0], l.buf[end:]...)
	}
	return len(b), nil
}

// flush passes on a last line that has no end.
func (l *lineWriter) flush() {
	if len(l.buf) > 0 {
		l.pass(append(l.buf, '\n'))
		l.buf = nil
	}
}

func (l *lineWriter) pass(b []byte) {
	if l.log != nil {
		l.log.add(b)
	}
	if l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.w.Write(b)
}
