package dynamotest

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// Whatever goes wrong before it, a value of no type is not stored.
func TestUnsoundValuesAreNotStored(t *testing.T) {
	text := value{kind: kindS, text: "a"}
	for name, bad := range map[string]value{
		"zero": {}, "invalid": invalid("no"), "in a list": {kind: kindL, list: []value{text, {}}},
		"in a map":  {kind: kindM, attr: item{"x": {kind: kindL, list: []value{{}}}}},
		"empty set": {kind: kindSS}, "mixed set": {kind: kindNS, list: []value{text}},
	} {
		db := New(Table{Name: "users", Partition: S("id")})
		_, f := db.write(&mutation{table: "users", kind: mutatePut, item: item{"id": text, "x": bad}}, reports{}, func(*change) item { return nil })
		require.NotNil(t, f, name)
		require.Equal(t, faultInternal, f.kind, name)
		require.Equal(t, http.StatusInternalServerError, statusOf(f))
		var internal *types.InternalServerError
		require.True(t, errors.As(sdkError("PutItem", f), &internal))
		require.Zero(t, db.tables["users"].rows.rows)
	}
}

// Work on a set grows with its size, not with its square: for 16 times the members
// it takes some 16 times as long, and took 256 times.
func TestLargeSetsAreQuick(t *testing.T) {
	work := func(members int) func() {
		up, down := value{kind: kindSS}, value{kind: kindSS}
		for i := range members {
			up.list = append(up.list, value{kind: kindS, text: fmt.Sprint(i)})
			down.list = append(down.list, value{kind: kindS, text: fmt.Sprint(members - 1 - i)})
		}
		return func() {
			require.True(t, up.equal(down))
			require.Len(t, up.plus(down).list, members)
			require.Empty(t, up.minus(down).list)
		}
	}
	requireGrowth(t, 100, work(2_500), work(40_000))
}

// requireGrowth fails where large takes more than limit times as long as small: the
// shortest of several rounds, as other programs make any one longer.
func requireGrowth(t *testing.T, limit float64, small, large func()) {
	t.Helper()
	least := func(least time.Duration, work func()) time.Duration {
		start := time.Now()
		work()
		return min(least, time.Since(start))
	}
	ratio, short, long := 0.0, time.Hour, time.Hour
	for range 20 {
		short, long = least(short, small), least(long, large)
		if ratio = float64(long) / float64(short); ratio <= limit/2 {
			return
		}
	}
	require.Less(t, ratio, limit)
}

// A container is copied once for an update, however many actions there are.
func TestUpdatesOfLargeContainersAreQuick(t *testing.T) {
	list := make([]value, 200_000)
	for i := range list {
		list[i] = value{kind: kindNULL}
	}
	paths := make([]string, 500)
	for i := range paths {
		paths[i] = fmt.Sprintf("l[%d]", i)
	}
	h, _ := newPlaceholders(nil, nil)
	u, f := parseUpdate("REMOVE "+strings.Join(paths, ","), h)
	require.Nil(t, f)
	allocated := testing.AllocsPerRun(1, func() {
		after, f := u.apply(item{"l": {kind: kindL, list: list}})
		require.Nil(t, f)
		require.Len(t, after["l"].list, len(list)-len(paths))
	})
	require.Less(t, allocated, 3000.0)
	one, f := parseUpdate("REMOVE "+paths[0], h)
	require.Nil(t, f)
	apply := func(u *update) func() {
		return func() {
			_, f := u.apply(item{"l": {kind: kindL, list: list}})
			require.Nil(t, f)
		}
	}
	requireGrowth(t, 100, apply(one), apply(u)) // 500 actions
}

// A token lives ten minutes; what has expired is forgotten, and what has not is
// not looked at.
func TestTokensExpireInOrder(t *testing.T) {
	now := time.Now()
	var kept tokens
	for i := range 1000 {
		kept.keep(fmt.Sprint(i), spent{}, now.Add(time.Duration(i)*time.Second))
	}
	require.Len(t, kept.live, 600)
	require.Len(t, kept.order, 600)
	last := now.Add(999 * time.Second)
	for i := range 1000 {
		_, ok := kept.lookup(fmt.Sprint(i), last)
		require.Equal(t, i >= 400, ok, i)
	}
	_, ok := kept.lookup("999", last.Add(tokenLife))
	require.False(t, ok)
	kept.keep("999", spent{}, last.Add(tokenLife))
	require.Equal(t, []string{"999"}, kept.order)
	require.Len(t, kept.live, 1)
}

// Transactions, each with a token that is still alive, do not look at all the live
// ones: 16 times as many take some 16 times as long, and not 256 times.
func TestManyLiveTokensAreQuick(t *testing.T) {
	now := time.Now()
	keep := func(n int) func() {
		return func() {
			var kept tokens
			for i := range n {
				kept.keep(fmt.Sprint(i), spent{}, now)
			}
			require.Len(t, kept.live, n)
		}
	}
	requireGrowth(t, 100, keep(2_000), keep(32_000))
}
