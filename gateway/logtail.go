package gateway

import (
	"encoding/base64"
	"strings"
	"time"
)

// What a function writes goes through a pipe, its answer over a connection: the answer may be here before what was
// written ahead of it has been read. So who asks for the log waits until nothing more has come for a while.
const (
	logQuiet = 10 * time.Millisecond
	logWait  = 10 * logQuiet // at most
)

// logTail is the end of what Lambda logs of an invocation, as the header X-Amz-Log-Result has it.
func (i Invocation) logTail() string {
	if i.log != nil {
		i.log.settle()
	}
	var b strings.Builder
	_, _ = i.WriteTo(&b) // never fails
	text := b.String()
	return base64.StdEncoding.EncodeToString([]byte(text[max(0, len(text)-maxLogTail):]))
}

// settle waits for what is still on its way.
func (l *invocationLog) settle() {
	last := l.size()
	for waited := time.Duration(0); waited < logWait; waited += logQuiet {
		time.Sleep(logQuiet)
		size := l.size()
		if size == last {
			return
		}
		last = size
	}
}

func (l *invocationLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buf)
}
