package dynamo

import (
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

// What the SDK takes for final although it is not, a read outlives.
func TestReadsAreRepeated(t *testing.T) {
	clash := `{"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"}`
	for name, first := range map[string]*http.Response{
		"nothing":              answer(200, ""),
		"no Items":             answer(200, "{}"),
		"cut":                  answer(200, `{"Items":[{"id":{"N":"1"`),
		"429 without a name":   answer(429, ""),
		"transaction conflict": answer(400, clash),
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWire()
				w.fault = func(n int, _ func() *http.Response) (*http.Response, error) {
					if n == 1 {
						return first, nil
					}
					return answer(200, `{"Count":1,"ScannedCount":1,"Items":[{"id":{"N":"1"}}]}`), nil
				}
				all, err := repo[user](t, w.client()).All(t.Context())
				require.NoError(t, err)
				require.Equal(t, []user{{ID: 1}}, all)
				require.Equal(t, 2, w.requests)
			})
		})
	}
}

// What another answer would not change is not asked for again.
func TestReadsAreNotRepeatedInVain(t *testing.T) {
	for name, body := range map[string]string{
		"no such table": `{"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"}`,
		"invalid":       `{"__type":"com.amazon.coral.validate#ValidationException"}`,
	} {
		w := newWire()
		w.fault = func(int, func() *http.Response) (*http.Response, error) { return answer(400, body), nil }
		_, err := repo[user](t, w.client()).Get(t.Context(), KeyOf(1))
		require.Error(t, err, name)
		require.Equal(t, 1, w.requests)
	}
}
