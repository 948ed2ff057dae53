package dynamo

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// Sequences without an end, over keys that come again and again: a batch of which
// nothing gets through must end all the same.

func unending(keys int, pause time.Duration, taken *int) func(yield func(user) bool) {
	return func(yield func(user) bool) {
		for *taken < 200_000 {
			*taken++
			if pause > 0 {
				time.Sleep(pause)
			}
			if !yield(user{ID: *taken % keys}) {
				return
			}
		}
	}
}

func TestEndlessSequencesEnd(t *testing.T) {
	invalid := &smithy.GenericAPIError{Code: "ValidationException", Fault: smithy.FaultClient}
	for _, test := range []struct {
		name  string
		keys  int
		pause time.Duration
		err   error
	}{
		{"each chunk has its own", 1000, 0, errThrottled},
		{"all are held", 150, 100 * time.Microsecond, errThrottled},
		{"all are in flight", 100, time.Millisecond, errThrottled},
		{"in one chunk", 25, 100 * time.Millisecond, errThrottled},
		{"hardly ever again", 30, time.Minute, errThrottled},
		{"invalid", 25, time.Millisecond, invalid},
		{"invalid, slowly", 25, 100 * time.Millisecond, invalid},
		{"invalid, all are held", 150, 100 * time.Microsecond, invalid},
		{"invalid, never again", 30, time.Minute, invalid},
		{"invalid, two", 26, 5 * time.Millisecond, invalid},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBulk(t, 1)
				b.latency = 10 * time.Millisecond
				b.refuse = func([]string) error { return test.err }
				taken := 0
				err := repo[user](t, b).PutAll(t.Context(), unending(test.keys, test.pause, &taken))
				require.Error(t, err)
				require.Less(t, taken, 200_000)
				require.Less(t, b.requests, 100)
			})
		})
	}
}

// An answer that is there just when as much is held as can be, and after which
// everything is to be sent again, is not the last thing that happens.
func TestAnswersWhileEverythingIsHeld(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 1)
		b.refuse = func(keys []string) error {
			if slices.Contains(keys, "0") {
				return &smithy.GenericAPIError{Code: "ValidationException", Fault: smithy.FaultClient}
			}
			return nil
		}
		err := repo[user](t, b).PutAll(t.Context(), func(yield func(user) bool) {
			for u := range numbered(50) {
				if u.ID == 49 {
					time.Sleep(time.Second)
				}
				if !yield(u) {
					return
				}
			}
		}, Parallel(1))
		var left *BatchError[user]
		require.ErrorAs(t, err, &left)
		require.Equal(t, [3]int{50, 49, 0}, [3]int{left.Taken, left.Done, left.Left[0].Index})
	})
}
