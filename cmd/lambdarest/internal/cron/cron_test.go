package cron

import (
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

func TestErrors(t *testing.T) {
	for _, expression := range []string{
		"", "rate(0 minutes)", "rate(5 weeks)", "cron(0 12 * * ?)", "cron(60 12 * * ? *)", "cron(0 12 L * ? *)", "cron(0 12 * * * *)",
		"cron(0 12 ? * ? *)", "cron(0/0 12 * * ? *)", "cron(a 12 * * ? *)", "cron(0 12 ? * 2#1 *)",
	} {
		_, err := Parse(expression)
		require.ErrorContains(t, err, "cron: ", expression)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{"rate(5 minutes)", "cron(0/15 * ? * MON-FRI 2026)", "cron(0 0 31 2 ? *)", "cron(1-0/9 5,6 1 1 ? *)"} {
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
