//go:build !unix

package gateway

import (
	"os"
	"os/exec"
	"syscall"
)

// signalGroup signals the child alone: there are no process groups.
func signalGroup(child *os.Process, sig syscall.Signal) error { return child.Signal(sig) }

// waitGroup waits for the child and calls end when it is over.
func waitGroup(child *exec.Cmd, end func()) error {
	err := child.Wait()
	end()
	return err
}
