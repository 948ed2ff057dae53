//go:build !unix

package dynamotest

import "time"

var began = time.Now()

// processorTime is by the clock where the system is not asked for the processor's.
func processorTime() time.Duration { return time.Since(began) }
