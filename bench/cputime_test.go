package bench

import (
	"syscall"
	"testing"
)

// cpuTime returns the time in nanoseconds that this process has spent on the processor,
// collecting garbage included. On a machine that does other things, too, it says more than the
// clock does.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}
