package gateway

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// directPair returns the two ends of a TCP connection, the first of them direct.
func directPair(t testing.TB) (ours, theirs net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	theirs, err = net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	accepted, err := l.Accept()
	require.NoError(t, err)
	ours = direct(accepted)
	t.Cleanup(func() { _ = ours.Close(); _ = theirs.Close() })
	return ours, theirs
}

// FuzzDirect: bytes arrive as they were sent, in pieces of any size, both ways, also where the other side is slow.
func FuzzDirect(f *testing.F) {
	for _, size := range []uint32{0, 1, 16 << 10, 16<<10 + 1, 100_000, 5_000_000} {
		f.Add(uint64(size), size, uint16(size))
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint32, piece uint16) {
		ours, theirs := directPair(t)
		sent := make([]byte, size%6_000_000)
		for n := range sent {
			sent[n] = byte(uint64(n)*31 + seed)
		}
		rnd := rand.New(rand.NewPCG(seed, 0))
		go func() {
			got, _ := io.ReadAll(theirs) // until ours has sent all
			_, _ = theirs.Write(got)
			_ = theirs.(*net.TCPConn).CloseWrite()
		}()
		for rest := sent; len(rest) > 0; {
			n, err := ours.Write(rest[:min(1+rnd.IntN(1+int(piece)), len(rest))])
			require.NoError(t, err)
			rest = rest[n:]
		}
		require.NoError(t, ours.(interface{ CloseWrite() error }).CloseWrite())
		var back bytes.Buffer
		for buf := make([]byte, 1+int(piece)); ; {
			n, err := ours.Read(buf)
			back.Write(buf[:n])
			if err == io.EOF {
				break
			}
			require.NoError(t, err)
		}
		require.True(t, bytes.Equal(sent, back.Bytes()))
	})
}

// TestDirectErrors: what fails does so as with package net.
func TestDirectErrors(t *testing.T) {
	opOf := func(err error) string {
		op := (*net.OpError)(nil)
		require.ErrorAs(t, err, &op)
		return op.Op
	}
	buf := make([]byte, 1)
	ours, _ := directPair(t)
	require.NoError(t, ours.SetReadDeadline(time.Now().Add(-time.Second)))
	_, err := ours.Read(buf)
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Equal(t, "read", opOf(err))

	waits := make(chan error, 1)
	require.NoError(t, ours.SetReadDeadline(time.Time{}))
	go func() { _, err := ours.Read(make([]byte, 1)); waits <- err }()
	require.NoError(t, ours.Close())
	require.ErrorIs(t, <-waits, net.ErrClosed)
	_, err = ours.Write(buf)
	require.ErrorIs(t, err, net.ErrClosed)
	require.Equal(t, "write", opOf(err))

	ours, theirs := directPair(t)
	require.NoError(t, theirs.(*net.TCPConn).SetLinger(0))
	require.NoError(t, theirs.Close()) // a reset
	_, err = ours.Read(buf)
	require.Equal(t, "read", opOf(err))
	_, err = ours.Write(buf)
	require.Equal(t, "write", opOf(err))

	ours, _ = directPair(t)
	require.NoError(t, ours.SetWriteDeadline(time.Now().Add(100*time.Millisecond)))
	for err = nil; err == nil; { // until the buffers are full
		_, err = ours.Write(make([]byte, maxPiece))
	}
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	require.Equal(t, "write", opOf(err))
}

// maxPiece is a size that goes the direct way.
const maxPiece = 16 << 10
