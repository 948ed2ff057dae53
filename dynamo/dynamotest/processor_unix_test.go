//go:build unix

package dynamotest

import (
	"syscall"
	"time"
)

// processorTime is what this process has spent on processors so far. What other programs do
// does not count.
func processorTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
