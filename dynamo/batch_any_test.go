package dynamo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"
)

// Batches of any shape, of keys that come again, against everything that can become of
// a request: they end, the last value of each key is in the table or left, and nothing
// else is left.

// anyBatch is such a batch: its sequence, and the last value of each key.
type anyBatch struct {
	rnd        *rand.Rand
	bulk       *bulk
	keys, n    int
	pause      time.Duration
	last       map[int]user
	indexes    map[int]int // of last
	sinner     int         // keys that it divides are refused; 0: none
	throttling float64
	losing     float64
}

func newAnyBatch(t *testing.T, seed uint64) *anyBatch {
	r := rand.New(rand.NewPCG(seed, 11))
	a := &anyBatch{rnd: r, bulk: newBulk(t, seed), last: map[int]user{}, indexes: map[int]int{}}
	a.keys, a.n = 1+r.IntN([]int{3, 30, 200, 1000}[r.IntN(4)]), r.IntN(1500)
	a.pause = []time.Duration{0, 0, time.Millisecond, time.Second}[r.IntN(4)]
	a.sinner = []int{0, 0, 7, 2, 1}[r.IntN(5)]
	a.throttling, a.losing = []float64{0, 0.3, 0.9, 1}[r.IntN(4)], []float64{0, 0.2, 0.8}[r.IntN(3)]
	a.bulk.latency = time.Duration(r.IntN(30)) * time.Millisecond
	a.bulk.unwritten = []float64{0, 0.2, 0.7, 1}[r.IntN(4)]
	a.bulk.refuse = a.refuse
	a.bulk.lose = func(int) error {
		if a.bulk.rnd.Float64() < a.losing {
			return errReset
		}
		return nil
	}
	return a
}

func (a *anyBatch) sinful(id int) bool { return a.sinner > 0 && id%a.sinner == 0 }

func (a *anyBatch) refuse(keys []string) error {
	for _, k := range keys {
		if id, _ := strconv.Atoi(k); a.sinful(id) {
			return &smithy.GenericAPIError{Code: "ValidationException", Fault: smithy.FaultClient}
		}
	}
	if a.bulk.rnd.Float64() < a.throttling {
		return errThrottled
	}
	return nil
}

func (a *anyBatch) values(yield func(user) bool) {
	for i := range a.n {
		time.Sleep(a.pause)
		u := user{ID: a.rnd.IntN(a.keys), Name: fmt.Sprint(i)}
		a.last[u.ID], a.indexes[u.ID] = u, i
		if !yield(u) {
			return
		}
	}
}

// stored is the name that an item has in the table.
func (a *anyBatch) stored(id int) string {
	name, _ := a.bulk.items[strconv.Itoa(id)]["name"].(*types.AttributeValueMemberS)
	if name == nil {
		return ""
	}
	return name.Value
}

func TestAnyBatch(t *testing.T) {
	for seed := range uint64(400) {
		synctest.Test(t, func(t *testing.T) {
			a := newAnyBatch(t, seed)
			err := repo[user](t, a.bulk).PutAll(t.Context(), a.values, Parallel(1+a.rnd.IntN(3)), Attempts(1+a.rnd.IntN(8)))
			failed := &BatchError[user]{}
			require.Equal(t, err != nil, errors.As(err, &failed))
			require.Equal(t, failed.Taken, failed.Done+len(failed.Left))
			left := map[int]bool{}
			for _, l := range failed.Left {
				id := l.Value.ID
				require.False(t, left[id], "left twice")
				left[id] = true
				require.Equal(t, a.last[id], l.Value)
				require.Equal(t, a.indexes[id], l.Index)
				require.True(t, l.Doubtful || a.stored(id) != l.Value.Name, "written, and left without a doubt")
			}
			for id, u := range a.last {
				require.True(t, left[id] || a.stored(id) == u.Name, "neither written nor left")
				require.False(t, a.sinful(id) && a.stored(id) != "")
			}
		})
	}
}
