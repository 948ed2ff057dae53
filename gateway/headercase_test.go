package gateway

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/textproto"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestIsCanonical(t *testing.T) {
	for _, name := range []string{"", "-", "A", "a", "Ab", "aB", "AB", "A-B", "A-b", "a-B", "Sec-Ch-Ua", "sec-ch-ua", "ETag", "Etag", "X1a", "1A", "1a", "Dnt", "DNT"} {
		require.Equal(t, textproto.CanonicalMIMEHeaderKey(name) == name, isCanonical([]byte(name)), name)
		header := []byte("GET / HTTP/1.1\r\n" + name + ": 1\r\nHost: x\r\n\r\n")
		names, length, chunked := readHeader(header)
		require.NotNil(t, names)
		require.Zero(t, length)
		require.False(t, chunked)
		if len(names) > 0 {
			require.Equal(t, map[string]string{textproto.CanonicalMIMEHeaderKey(name): name, "Host": "Host"}, names)
		}
	}
}

// FuzzHeaderTap holds the tap against net/http: where both follow a stream of requests, they see the same names; no
// stream crashes the tap, and how the stream is cut into pieces makes no difference.
func FuzzHeaderTap(f *testing.F) {
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\ntEsT: 1\r\n\r\n",
		"POST / HTTP/1.1\nHost: x\nContent-Length: 3\n\nabcGET / HTTP/1.1\r\nhost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nGET / HTTP/1.1\r\nhoST: x\r\n\r\n",
		"\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\nabc",
	} {
		f.Add([]byte(seed), uint8(1))
		f.Add([]byte(seed), uint8(200))
	}
	f.Fuzz(func(t *testing.T, stream []byte, piece uint8) {
		whole, pieces := &headerTap{}, &headerTap{}
		whole.feed(bytes.Clone(stream))
		for rest := bytes.Clone(stream); len(rest) > 0; {
			n := min(int(piece)+1, len(rest))
			pieces.feed(rest[:n])
			rest = rest[n:]
		}
		require.Equal(t, whole.names, pieces.names)
		server := bufio.NewReader(bytes.NewReader(stream))
		for {
			r, err := http.ReadRequest(server)
			if err != nil {
				return
			}
			names := whole.next()
			if names == nil {
				return // lost
			}
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return
			}
			_ = fits(names, r.Header) // where it does not, the gateway goes without
		}
	})
}
