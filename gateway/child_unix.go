//go:build unix && !linux

package gateway

import "syscall"

// childAttr makes the child lead a process group of its own, see signalGroup. Only Linux can tie a child's life to its
// parent's, too; elsewhere children end with Close.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
