//go:build unix

package gateway

import (
	"os"
	"syscall"
)

// signalGroup signals the child and what it has started: a bootstrap may be a script whose child does the work.
//
// The group has the child's number, which is nobody else's until the child has been waited for and the group is empty.
func signalGroup(child *os.Process, sig syscall.Signal) error { return syscall.Kill(-child.Pid, sig) }
