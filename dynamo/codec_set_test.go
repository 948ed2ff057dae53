package dynamo

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var someTimes = []string{
	"2026-11-23T16:27:12Z", "2026-11-23T16:27:12.5Z", "2026-11-23T16:27:12.000000001Z", "2026-11-23T16:27:12.123456789Z",
	"2026-11-23T16:27:12.1234567891Z", "2026-11-23T16:27:12.Z", "2026-11-23T16:27:12,5Z", "2026-11-23T16:27:12+09:00", "2026-11-23T16:27:12",
	"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z", "2024-02-29T00:00:00Z",
	"2026-02-29T00:00:00Z", "2026-00-10T00:00:00Z", "2026-13-10T00:00:00Z", "2026-10-00T00:00:00Z", "2026-04-31T00:00:00Z",
	"2026-11-23T24:00:00Z", "2026-11-23T16:60:00Z", "2026-11-23T16:27:60Z", "2026-11-23t16:27:12z", "2026/11/23T16:27:12Z",
	"2026-11-23 16:27:12Z", "2O26-11-23T16:27:12Z", "", "Z", "2026-11-23T16:27:12.xZ",
}

func FuzzTime(f *testing.F) {
	for _, s := range someTimes {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, wantErr := time.Parse(time.RFC3339, s)
		got, err := parseTime([]byte(s))
		require.Equal(t, wantErr, err)
		require.Equal(t, want.Format(time.RFC3339Nano+" MST"), got.Format(time.RFC3339Nano+" MST"))
		if want.Location() == time.UTC {
			require.True(t, want == got, "%v, want %v", got, want) // as it is in memory
		}
	})
}
