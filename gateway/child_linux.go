package gateway

import "syscall"

// childAttr makes the child lead a process group of its own, see signalGroup, and lets the kernel kill it if its parent
// dies without Close.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
