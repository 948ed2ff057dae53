//go:build !linux

package gateway

import "syscall"

// childAttr: only Linux can tie a child's life to its parent's; elsewhere children end with Close.
func childAttr() *syscall.SysProcAttr { return nil }
