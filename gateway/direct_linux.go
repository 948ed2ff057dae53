//go:build !race && (amd64 || arm64)

package gateway

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"syscall"
	"unsafe"
)

// Reading from and writing to a socket that never blocks, without telling Go's scheduler. It takes every system call for
// one that may block, and takes the processor from a thread that has not returned in 20 µs. On the loopback that is the rule:
// whoever gets the bytes is woken up in the midst of the write, and runs first. Then threads wake each other up, and a
// monitor looks at them every 20 µs: a quarter of what a gateway takes for a request through a bootstrap.
//
// The price is a processor that waits for the call, the collector with it. So only small pieces go this way. Under the race
// detector none do: it takes a write and the read of it for an order of events, and cannot see these.
//
// This is the package's only use of unsafe: the address of a buffer for the kernel, in the form that package unsafe allows.

// maxDirect is the largest piece, in bytes: a copy takes microseconds.
const maxDirect = 16 << 10

// A directConn is a TCP connection; all but Read and Write is TCPConn's.
type directConn struct {
	*net.TCPConn
	raw         syscall.RawConn
	read, write directCall
}

// A directCall is a system call on a buffer. The function is made once, since RawConn would move it into the heap.
type directCall struct {
	mu    sync.Mutex
	b     []byte
	n     int
	errno syscall.Errno
	run   func(fd uintptr) (isDone bool)
}

// direct wraps a connection, if it is a TCP connection.
func direct(c net.Conn) net.Conn {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return c
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return c
	}
	d := &directConn{TCPConn: tcp, raw: raw}
	d.read.run = d.read.of(syscall.SYS_READ)
	d.write.run = d.write.of(syscall.SYS_WRITE)
	return d
}

// of returns a function that makes a call until it was not interrupted, and reports false where it has to wait.
func (c *directCall) of(trap uintptr) func(uintptr) bool {
	return func(fd uintptr) bool {
		for {
			n, _, errno := syscall.RawSyscall(trap, fd, uintptr(unsafe.Pointer(unsafe.SliceData(c.b))), uintptr(len(c.b)))
			if errno != syscall.EINTR {
				c.n, c.errno = int(n), errno
				return errno != syscall.EAGAIN
			}
		}
	}
}

// do makes the call, and waits for the connection where it must.
func (c *directCall) do(wait func(func(uintptr) bool) error, b []byte) (int, syscall.Errno, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.b = b
	err := wait(c.run)
	c.b = nil
	if err != nil || c.errno != 0 {
		return 0, c.errno, err
	}
	return c.n, 0, nil
}

func (d *directConn) Read(b []byte) (int, error) {
	if len(b) == 0 || len(b) > maxDirect {
		return d.TCPConn.Read(b)
	}
	n, errno, err := d.read.do(d.raw.Read, b)
	if err == nil && errno == 0 && n == 0 {
		return 0, io.EOF
	}
	return n, d.asOp("read", errno, err)
}

func (d *directConn) Write(b []byte) (int, error) {
	if len(b) == 0 || len(b) > maxDirect {
		return d.TCPConn.Write(b)
	}
	written := 0
	for {
		n, errno, err := d.write.do(d.raw.Write, b[written:])
		written += n
		if err != nil || errno != 0 || written == len(b) {
			return written, d.asOp("write", errno, err)
		}
	}
}

// asOp returns the error that package net would.
func (d *directConn) asOp(op string, errno syscall.Errno, err error) error {
	if err == nil && errno == 0 {
		return nil
	}
	if waited := (*net.OpError)(nil); errors.As(err, &waited) {
		err = waited.Err
	} else if err == nil {
		err = os.NewSyscallError(op, errno)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: d.LocalAddr(), Addr: d.RemoteAddr(), Err: err}
}
