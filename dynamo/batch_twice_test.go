package dynamo

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// Keys that come again in one batch: the values before the last are superseded,
// whatever has become of them.

// twice are 25 values, which fill a request, and then the first key again, when
// the answer to that request has been taken.
func twice(yield func(user) bool) {
	for u := range numbered(25) {
		if !yield(u) {
			return
		}
	}
	time.Sleep(time.Minute)
	_ = yield(user{ID: 100}) && yield(user{Name: "last"})
}

func twiceKeys(yield func(Key) bool) {
	for u := range twice {
		if !yield(KeyOf(u.ID)) {
			return
		}
	}
}

// A value that was given up is not left when its key comes again: put once more,
// as the documentation has it, it would take the place of the later one.
func TestWhatIsGivenUpCanBeSuperseded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all []Progress
		err := repo[user](t, &unprocessedOnce{}).PutAll(t.Context(), twice, Attempts(1), Parallel(1), OnProgress(func(p Progress) { all = append(all, p) }))
		require.NoError(t, err)
		require.Equal(t, Progress{Taken: 26, Done: 24, Failed: 1}, all[0])
		require.Equal(t, Progress{Taken: 27, Done: 27}, all[len(all)-1])
	})
}

// A key whose item may be gone by an attempt at it stays doubtful when it is given
// again.
func TestDoubtStaysWithTheKey(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 1)
		b.lose = func(int) error { return errReset }
		b.refuse = func([]string) error {
			if b.requests == 1 {
				return nil
			}
			return errThrottled
		}
		err := repo[user](t, b).DeleteAll(t.Context(), twiceKeys, Parallel(1))
		var left *BatchError[Key]
		require.ErrorAs(t, err, &left)
		require.ErrorIs(t, err, ErrThrottled)
		require.Equal(t, [3]int{27, 1, 26}, [3]int{left.Taken, left.Done, len(left.Left)})
		for _, l := range left.Left {
			require.Equal(t, l.Index != 25, l.Doubtful, "value %d", l.Index)
		}
	})
}

// When the batch ends while a value is on its way, the one behind it is left alone.
func TestWhatStaysBehindIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBulk(t, 1)
		b.latency = time.Hour
		n := 0
		err := repo[user](t, b).PutAll(t.Context(), func(yield func(user) bool) {
			for u := range numbered(25) {
				yield(u)
			}
			b.mu.Lock()
			b.refuse = func([]string) error { return &types.ResourceNotFoundException{} }
			b.mu.Unlock()
			for n = range 10 {
				yield(user{ID: n % 2, Name: "later"})
			}
		})
		var left *BatchError[user]
		require.ErrorAs(t, err, &left)
		require.Equal(t, [3]int{35, 10, 25}, [3]int{left.Taken, left.Done, len(left.Left)})
		require.Equal(t, []int{33, 34}, []int{left.Left[23].Index, left.Left[24].Index})
	})
}
