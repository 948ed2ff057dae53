package gateway

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"sync"
)

// lineWriter passes on whole lines, so that those of several instances do not run into one another. A line that grows
// beyond maxLine is passed on in pieces. The log gets everything at once.
type lineWriter struct {
	w   io.Writer
	mu  *sync.Mutex // shared by all writers to w
	log *instanceLog
	buf []byte

	from   *os.File      // the end of a pipe whose other end the process and all that it has started share
	copied chan struct{} // closed when nothing comes any more
}

const maxLine = 256 << 10

// start starts a process and passes on what it writes. A nil writer discards that.
func (l *lineWriter) start(process *exec.Cmd) error {
	if l == nil {
		return process.Start()
	}
	from, to, err := os.Pipe()
	if err != nil {
		return err
	}
	defer to.Close()
	process.Stdout, process.Stderr = to, to
	if err := process.Start(); err != nil {
		_ = from.Close()
		return err
	}
	l.from, l.copied = from, make(chan struct{})
	go func() {
		defer close(l.copied)
		_, _ = io.Copy(l, from)
	}()
	return nil
}

// drain passes on the rest of what the process wrote. It must be over; a grandchild that left the group may still hold on
// to the output.
func (l *lineWriter) drain() {
	if l == nil {
		return
	}
	await(restPauses, func() bool {
		select {
		case <-l.copied:
			return true
		default:
			return false
		}
	})
	_ = l.from.Close()
	<-l.copied
	l.flush()
}

// Write never fails: an instance must not die of a full disk under its log.
func (l *lineWriter) Write(b []byte) (int, error) {
	if l.log != nil {
		l.log.add(b)
	}
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
	if l.w == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, _ = l.w.Write(b)
}
