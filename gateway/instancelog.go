package gateway

import (
	"bytes"
	"slices"
	"sync"
)

// maxInvocationLog is how much of its output an invocation keeps, in bytes.
const maxInvocationLog = 64 << 10

// An instanceLog gives each line of an instance's output to the invocation that began last. What is written before the
// first one belongs to it.
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
		if end := bytes.IndexByte(log.buf[over:], '\n'); end >= 0 {
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
