package cron

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestNext(t *testing.T) {
	after := time.Date(2026, 2, 27, 23, 59, 30, 0, time.UTC) // a Friday
	for expression, want := range map[string]string{
		"rate(1 minute)":              "2026-02-28T00:00:30Z",
		"rate(5 minutes)":             "2026-02-28T00:04:30Z",
		"rate(2 days)":                "2026-03-01T23:59:30Z",
		"cron(0 12 * * ? *)":          "2026-02-28T12:00:00Z",
		"cron(15 10 ? * 6 *)":         "2026-03-06T10:15:00Z",
		"cron(0/15 * * * ? *)":        "2026-02-28T00:00:00Z",
		"cron(0 8 1 * ? *)":           "2026-03-01T08:00:00Z",
		"cron(0 18 ? * MON-FRI *)":    "2026-03-02T18:00:00Z",
		"cron(5,35 14 * * ? *)":       "2026-02-28T14:05:00Z",
		"cron(0 0 29 FEB ? *)":        "2028-02-29T00:00:00Z",
		"cron(0 9 ? * FRI-SUN *)":     "2026-02-28T09:00:00Z",
		"cron(0 0 1 1 ? 2030-2031/2)": "2030-01-01T00:00:00Z",
		"cron(0 0 31 2 ? *)":          "0001-01-01T00:00:00Z",
		"cron(0 0 1 1 ? 1999)":        "0001-01-01T00:00:00Z",
	} {
		next, err := Parse(expression)
		require.NoError(t, err, expression)
		require.Equal(t, want, next(after).Format(time.RFC3339), expression)
	}
}

// TestNextOfMany: the next times one after the other, from the same Friday on.
func TestNextOfMany(t *testing.T) {
	for expression, want := range map[string]string{
		// The examples of EventBridge's documentation.
		"cron(0 10 * * ? *)":            "2026-02-28T10:00 2026-03-01T10:00",
		"cron(15 12 * * ? *)":           "2026-02-28T12:15 2026-03-01T12:15",
		"cron(0 8 1 * ? *)":             "2026-03-01T08:00 2026-04-01T08:00",
		"cron(0/10 * ? * MON-FRI *)":    "2026-03-02T00:00 2026-03-02T00:10",
		"cron(0/5 8-17 ? * MON-FRI *)":  "2026-03-02T08:00 2026-03-02T08:05",
		"cron(0/30 20-2 ? * MON-FRI *)": "2026-03-02T00:00 2026-03-02T00:30 2026-03-02T01:00 2026-03-02T01:30 2026-03-02T02:00 2026-03-02T02:30 2026-03-02T20:00",
		"cron(15 10 ? * 6L 2026-2027)":  "2026-03-27T10:15 2026-04-24T10:15 2026-05-29T10:15",
		"cron(0 0 ? * 3#2 *)":           "2026-03-10T00:00 2026-04-14T00:00",
		"cron(0 0 3W * ? *)":            "2026-03-03T00:00 2026-04-03T00:00 2026-05-04T00:00",
		// The ends of months and of weeks.
		"cron(0 0 L * ? *)":       "2026-02-28T00:00 2026-03-31T00:00 2026-04-30T00:00",
		"cron(0 0 L 2 ? *)":       "2026-02-28T00:00 2027-02-28T00:00 2028-02-29T00:00",
		"cron(0 0 1,L * ? *)":     "2026-02-28T00:00 2026-03-01T00:00 2026-03-31T00:00",
		"cron(0 0 ? * L *)":       "2026-02-28T00:00 2026-03-07T00:00",
		"cron(0 0 ? * MONL *)":    "2026-03-30T00:00 2026-04-27T00:00",
		"cron(0 0 ? * 6#5 *)":     "2026-05-29T00:00 2026-07-31T00:00",
		"cron(0 0 1W 8 ? *)":      "2026-08-03T00:00 2027-08-02T00:00", // a Saturday, a Sunday
		"cron(0 0 31W * ? *)":     "2026-03-31T00:00 2026-05-29T00:00 2026-07-31T00:00",
		"cron(0 0 15W,L 5-6 ? *)": "2026-05-15T00:00 2026-05-31T00:00 2026-06-15T00:00",
	} {
		next, err := Parse(expression)
		require.NoError(t, err, expression)
		at := time.Date(2026, 2, 27, 23, 59, 30, 0, time.UTC)
		var got []string
		for range strings.Count(want, " ") + 1 {
			at = next(at)
			got = append(got, at.Format("2006-01-02T15:04"))
		}
		require.Equal(t, want, strings.Join(got, " "), expression)
	}
}

func TestErrors(t *testing.T) {
	for _, expression := range []string{
		"", "rate(0 minutes)", "rate(5 weeks)", "cron(0 12 * * ?)", "cron(60 12 * * ? *)", "cron(0 12 * * * *)",
		"cron(0 12 ? * ? *)", "cron(0/0 12 * * ? *)", "cron(a 12 * * ? *)", "cron(0 12 ? * 2#0 *)", "cron(0 12 ? * 2#6 *)", "cron(0 12 ? * 3#1,6#3 *)", "cron(0 12 ? * #1 *)", "cron(0 12 ? * 8L *)",
		"cron(0 12 LW * ? *)", "cron(0 12 32W * ? *)", "cron(0 12 W * ? *)", "cron(0 12 ? * 2W *)", "cron(0 12 1#1 * ? *)", "cron(L 12 * * ? *)", "cron(0 12 * L ? *)",
	} {
		_, err := Parse(expression)
		require.ErrorContains(t, err, "cron: ", expression)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"rate(5 minutes)", "cron(0/15 * ? * MON-FRI 2026)", "cron(0 0 31 2 ? *)", "cron(1-0/9 5,6 1 1 ? *)", "cron(0 0 L,3W * ? *)", "cron(0 0 ? * 3#2 *)", "cron(0 0 ? * 6L *)"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, expression string) {
		next, err := Parse(expression)
		if err != nil {
			return
		}
		after := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		if at := next(after); !at.IsZero() {
			require.True(t, at.After(after))
		}
	})
}
