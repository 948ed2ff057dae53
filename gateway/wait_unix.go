//go:build unix && !linux

package gateway

import (
	"os/exec"
	"syscall"
)

// waitGroup waits for the child, calls end, after which nobody else signals the group, and kills what the child left
// behind in it. Without a wait that leaves the child as it is (see the one of Linux), an empty group's number might in
// theory be another's by then.
func waitGroup(child *exec.Cmd, end func()) error {
	err := child.Wait()
	end()
	_ = signalGroup(child.Process, syscall.SIGKILL)
	return err
}
