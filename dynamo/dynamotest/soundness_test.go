package dynamotest

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"
)

// Whatever goes wrong before it, a value of no type is not stored.
func TestUnsoundValuesAreNotStored(t *testing.T) {
	a := value{kind: kindS, text: "a"}
	for name, bad := range map[string]value{
		"zero": {}, "invalid": invalid("no"), "in a list": {kind: kindL, list: []value{a, {}}},
		"in a map":  {kind: kindM, attr: item{"x": {kind: kindL, list: []value{{}}}}},
		"empty set": {kind: kindSS}, "mixed set": {kind: kindNS, list: []value{a}},
	} {
		db := New(Table{Name: "users", Partition: S("id")})
		_, f := db.write(&mutation{table: "users", kind: mutatePut, item: item{"id": a, "x": bad}}, reports{}, func(*change) item { return nil })
		require.NotNil(t, f, name)
		require.Equal(t, faultInternal, f.kind, name)
		require.Equal(t, http.StatusInternalServerError, statusOf(f))
		var internal *types.InternalServerError
		require.True(t, errors.As(sdkError("PutItem", f), &internal))
		require.Zero(t, db.tables["users"].rows.rows)
	}
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
