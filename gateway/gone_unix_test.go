//go:build unix

package gateway_test

import (
	"errors"
	"syscall"
)

func isGone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
