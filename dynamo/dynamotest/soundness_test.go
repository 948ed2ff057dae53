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

// Work on a set grows with its size, not with its square: each of these takes
// milliseconds, and took many seconds.
func TestLargeSetsAreQuick(t *testing.T) {
	const members = 40_000
	up, down := value{kind: kindSS}, value{kind: kindSS}
	for i := range members {
		up.list = append(up.list, value{kind: kindS, text: fmt.Sprint(i)})
		down.list = append(down.list, value{kind: kindS, text: fmt.Sprint(members - 1 - i)})
	}
	start := time.Now()
	require.True(t, up.equal(down))
	require.Len(t, up.plus(down).list, members)
	require.Empty(t, up.minus(down).list)
	require.Less(t, time.Since(start), time.Second)
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
	start := time.Now()
	_, f = u.apply(item{"l": {kind: kindL, list: list}})
	require.Nil(t, f)
	require.Less(t, time.Since(start), time.Second)
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

// 100,000 transactions, each with a token that is still alive: a scan of the
// live ones for each would take minutes.
func TestManyLiveTokensAreQuick(t *testing.T) {
	var kept tokens
	start := time.Now()
	for i := range 100_000 {
		kept.keep(fmt.Sprint(i), spent{}, start)
	}
	require.Len(t, kept.live, 100_000)
	require.Less(t, time.Since(start), 5*time.Second)
}
