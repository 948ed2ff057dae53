package gateway

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"sync"
)

// Limits of the log of an invocation, in bytes.
const (
	maxInvocationLog = 64 << 10 // that is kept
	maxLogTail       = 4 << 10  // that X-Amz-Log-Result has (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html)
)

// An instanceLog gives what an instance writes to the invocation that began last, as it comes, a line that has no end yet
// included. What is written before the first one belongs to it.
type instanceLog struct {
	mu      sync.Mutex
	current *invocationLog
}

type invocationLog struct {
	mu  sync.Mutex
	buf []byte
}

// begin starts the log of an invocation; the first one of an instance takes over what there is.
func (l *instanceLog) begin(isNew bool) *invocationLog {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current == nil || !isNew {
		l.current = &invocationLog{}
	}
	return l.current
}

func (l *instanceLog) add(b []byte) {
	l.mu.Lock()
	if l.current == nil {
		l.current = &invocationLog{}
	}
	log := l.current
	l.mu.Unlock()
	log.mu.Lock()
	defer log.mu.Unlock()
	log.buf = append(log.buf, b...)
	if over := len(log.buf) - maxInvocationLog; over > 0 {
		if end := bytes.IndexByte(log.buf[over:][:maxInvocationLog/2], '\n'); end >= 0 { // a very long line is cut
			over += end + 1
		}
		log.buf = slices.Clone(log.buf[over:])
	}
}

func (l *invocationLog) String() string {
	if l == nil {
		return ""
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.buf)
}

func (l *invocationLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.buf)
}

// What a function writes goes through a pipe, its answer over a connection: the answer may be here before what was written
// ahead of it has been read. So who asks for the log waits until nothing more has come in some pauses.
const (
	quietPauses    = 10
	restlessPauses = 100 // at most
)

// settle waits for what is still on its way. It does so before the instance takes its next invocation, to which what comes
// later would belong.
func (l *invocationLog) settle() {
	if l == nil {
		return
	}
	last, quiet := l.size(), 0
	await(restlessPauses, func() bool {
		size := l.size()
		if quiet++; size != last {
			last, quiet = size, 1
		}
		return quiet > quietPauses
	})
}

// logTail is the end of what Lambda logs of an invocation, as the header X-Amz-Log-Result has it.
func (i Invocation) logTail() string {
	var b strings.Builder
	_, _ = i.WriteTo(&b) // never fails
	text := b.String()
	return base64.StdEncoding.EncodeToString([]byte(text[max(0, len(text)-maxLogTail):]))
}
