package gateway

import (
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
	"time"
)

// An Invocation is what became of one Invoke of a [Process], as its Observe gets it.
type Invocation struct {
	// Function is the function's name, RequestID the invocation's id, Instance the process's id.
	Function, RequestID string
	Instance            int
	// Cold says that the instance was started for this invocation; Init is how long that took, else 0.
	Cold bool
	Init time.Duration
	// Duration is how long the function took.
	Duration time.Duration
	// MemoryMB is what the function has of memory by its definition, MaxMemoryMB the largest resident size of the
	// instance so far, as of the last 50 ms; 0 where the system does not tell (it does on Linux).
	MemoryMB, MaxMemoryMB int
	// Err is the function's error, or nil.
	Err error

	log *invocationLog
}

// Log returns what has come of the instance's stdout and stderr from the invocation's start to the start of the next, so
// far: output passes through a pipe and may come after the answer, so that on a busy machine the end of a log may be in
// the next one. A line without an end is there as well. At most the last 64 KB are kept. An instance that takes several
// invocations at a time mixes them.
func (i Invocation) Log() string { return i.log.String() }

// WriteTo writes the lines that Lambda writes to a function's log: START, what the function wrote, END and REPORT.
func (i Invocation) WriteTo(w io.Writer) (int64, error) {
	log := i.Log()
	if log != "" && !strings.HasSuffix(log, "\n") {
		log += "\n"
	}
	ms := float64(i.Duration) / float64(time.Millisecond)
	var b strings.Builder
	fmt.Fprintf(&b, "START RequestId: %s Version: $LATEST\n%sEND RequestId: %s\n", i.RequestID, log, i.RequestID)
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %.2f ms\tBilled Duration: %.0f ms\tMemory Size: %d MB", i.RequestID, ms, math.Ceil(ms), i.MemoryMB)
	if i.MaxMemoryMB > 0 {
		fmt.Fprintf(&b, "\tMax Memory Used: %d MB", i.MaxMemoryMB)
	}
	if i.Cold {
		fmt.Fprintf(&b, "\tInit Duration: %.2f ms", float64(i.Init)/float64(time.Millisecond))
	}
	n, err := io.WriteString(w, b.String()+"\n")
	return int64(n), err
}

// observe begins the observation of an invocation; what it returns ends it.
func (p *Process) observe(inst *instance, inv *invocation, isNew bool) func(out []byte, err error) {
	log := inst.log.begin(isNew) // also where nobody wants it: what comes from now on is not of the one before
	if p.Observe == nil && inv.seen == nil {
		return func([]byte, error) {}
	}
	begin := time.Now()
	return func(_ []byte, err error) {
		seen := Invocation{
			Function: p.name(), RequestID: inv.id, Cold: isNew, Duration: time.Since(begin),
			MemoryMB: orDefault(p.MemoryMB, 128), Err: err, log: log,
		}
		if isNew && !inst.readyAt.IsZero() {
			seen.Init = inst.readyAt.Sub(inst.born)
		}
		seen.Instance, seen.MaxMemoryMB = inst.usage()
		if inv.seen != nil {
			inv.seen(seen)
		}
		if p.Observe != nil {
			p.Observe(seen)
		}
	}
}

// measureEvery is how often the memory of a busy instance is looked at: to read what Linux says of a process takes a
// good part of the time of a short invocation.
const measureEvery = 50 * time.Millisecond

// usage returns the process's id and the largest resident size that it had, in MB; zeros where unknown.
func (i *instance) usage() (pid, maxMB int) {
	select {
	case <-i.ready: // after which the command no longer changes
	default:
		return 0, 0
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	pid = i.cmd.Process.Pid
	if now := time.Now(); now.Sub(i.measured) >= measureEvery {
		i.measured, i.maxMB = now, max(i.maxMB, residentMB(pid))
	}
	return pid, i.maxMB
}

// residentMB is the largest resident size of a process so far, 0 where the system does not tell.
func residentMB(pid int) int {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(kb), "kB")))
			return (n + 1023) / 1024
		}
	}
	return 0
}
