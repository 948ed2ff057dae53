package gateway

import (
	"encoding/base64"
	"strings"
	"time"
)

// What a function writes goes through a pipe, its answer over a connection: the answer may be here before what was
// written ahead of it has been read. So who asks for the log waits until nothing more has come in some pauses. They are
// counted, not the time: what is in the pipe is read in one of them, however long each takes on a busy machine.
const (
	logPause    = time.Millisecond
	quietLog    = 10  // pauses
	restlessLog = 100 // pauses at most
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
	last, quiet := l.size(), 0
	for pause := 0; pause < restlessLog && quiet < quietLog; pause++ {
		time.Sleep(logPause)
		size := l.size()
		quiet++
		if size != last {
			last, quiet = size, 0
		}
	}
}

func (l *invocationLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buf)
}
