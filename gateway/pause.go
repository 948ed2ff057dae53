package gateway

import "time"

// Some things are on their way and nothing tells when they have come: what a process wrote before it ended or answered,
// the news that a connection is gone. They are looked for again and again, and it is the pauses that are limited, not the
// time: whoever has to read them gets its turn in each, also on a machine that is busy or has stood still meanwhile.

const pause = time.Millisecond

// await looks for something, and again after each of so many pauses. It reports whether it has come.
func await(pauses int, hasCome func() bool) bool {
	for ; !hasCome(); pauses-- {
		if pauses <= 0 {
			return false
		}
		time.Sleep(pause)
	}
	return true
}
