//go:build !unix

package gateway_test

import "os"

func isGone(pid int) bool {
	_, err := os.FindProcess(pid)
	return err != nil
}
