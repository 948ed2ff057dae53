package gateway

import "syscall"

// childAttr lets the kernel kill a child whose parent dies without Close.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
