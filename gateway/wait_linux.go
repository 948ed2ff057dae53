package gateway

import (
	"os/exec"
	"syscall"
)

// waitGroup waits for the child and kills what it leaves behind in its group. When the child is over it calls end,
// after which nobody signals the group. Only then the child is waited for, so that its number cannot be another's.
func waitGroup(child *exec.Cmd, end func()) error {
	const pPID = 1 // P_PID, which the syscall package lacks
	for {
		_, _, errno := syscall.Syscall6(syscall.SYS_WAITID, pPID, uintptr(child.Process.Pid), 0, syscall.WEXITED|syscall.WNOWAIT, 0, 0)
		if errno != syscall.EINTR {
			break // any other error is Wait's to report
		}
	}
	end()
	_ = signalGroup(child.Process, syscall.SIGKILL)
	return child.Wait()
}
