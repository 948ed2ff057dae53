//go:build !unix

package gateway

import "syscall"

// childAttr: no process groups here, and no tie between the lives of child and parent; children end with Close.
func childAttr() *syscall.SysProcAttr { return nil }
