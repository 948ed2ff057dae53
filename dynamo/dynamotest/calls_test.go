package dynamotest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// The log of a DB that lives long keeps the latest calls and counts all, and forgets names of
// tables with the last call that has them.
func TestOldCallsAreForgotten(t *testing.T) {
	db := New()
	db.Record(2)
	for i := range 2*maxCalls + 1 {
		number, recorded := db.log.add(Call{Operation: "GetItem", Table: fmt.Sprint("table", i/1000)})
		require.True(t, recorded)
		db.log.finish(number, fmt.Append(nil, i), nil, errNone)
	}
	calls := db.Calls()
	require.Len(t, calls, maxCalls+1)
	require.Equal(t, Call{Operation: "GetItem", Table: fmt.Sprint("table", maxCalls/1000)}, calls[0])
	require.Empty(t, calls[maxCalls-2].Input)
	require.Equal(t, fmt.Sprint(2*maxCalls-1), calls[maxCalls-1].Input)
	require.Equal(t, Call{Operation: "GetItem", Table: fmt.Sprint("table", 2*maxCalls/1000), Input: fmt.Sprint(2 * maxCalls), Err: errNone}, calls[maxCalls])
	require.Equal(t, 2*maxCalls+1, db.Count("GetItem"))
	require.LessOrEqual(t, len(db.log.kinds), maxCalls/1000+2)
	require.Len(t, db.log.recorded, 2)
	db.ResetCalls()
	require.Empty(t, db.Calls())
	require.Zero(t, db.Count("GetItem"))
}

var errNone = errors.New("no answer")
