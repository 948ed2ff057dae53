//go:build linux

package main

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"syscall"
)

// receive reads what there is and reports whether the answer is whole. Any other than 200 with the body that is wanted,
// framed by its Content-Length, is an error, and so is a byte behind it.
func (c *client) receive(want string) (done bool, err error) {
	n, err := syscall.Read(c.fd, c.buf[len(c.buf):cap(c.buf)])
	if err != nil {
		return false, err
	}
	if n <= 0 {
		return false, fmt.Errorf("the connection ended, or the answer is too large: %q", c.buf)
	}
	c.buf = c.buf[:len(c.buf)+n]
	header, body, whole := bytes.Cut(c.buf, []byte("\r\n\r\n"))
	if !whole {
		return false, nil
	}
	length, err := readHeader(header)
	if err != nil {
		return false, fmt.Errorf("%w: %q", err, c.buf)
	}
	if len(body) < length {
		return false, nil
	}
	if string(body) != want {
		return false, fmt.Errorf("answered %q", c.buf)
	}
	c.buf = c.buf[:0]
	return true, nil
}

// readHeader returns the length of the body.
func readHeader(header []byte) (length int, err error) {
	status, header, _ := bytes.Cut(header, []byte("\r\n"))
	if !bytes.HasPrefix(status, []byte("HTTP/1.1 200 ")) {
		return 0, errors.New("not 200")
	}
	length = -1
	for line := range bytes.SplitSeq(header, []byte("\r\n")) {
		name, value, _ := bytes.Cut(line, []byte(":"))
		if len(name) != len("Content-Length") || !bytes.EqualFold(name, []byte("Content-Length")) {
			continue
		}
		if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
			return 0, err
		}
	}
	if length < 0 {
		return 0, errors.New("no Content-Length")
	}
	return length, nil
}
