// Package cron tells when an AWS schedule expression fires next: rate(5 minutes), or cron(minute hour day month weekday
// year), in UTC.
//
// Source: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html and
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cron-expressions.html.
package cron

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	rate = regexp.MustCompile(`^rate\(([1-9]\d{0,5}) (minute|hour|day)s?\)$`)
	call = regexp.MustCompile(`^cron\((.*)\)$`)
)

// Parse returns a function that gives the first time after another at which the expression fires; the zero time where
// it never does.
func Parse(expression string) (func(after time.Time) time.Time, error) {
	if m := rate.FindStringSubmatch(expression); m != nil {
		n, _ := strconv.Atoi(m[1])
		unit := map[string]time.Duration{"minute": time.Minute, "hour": time.Hour, "day": 24 * time.Hour}[m[2]]
		return func(after time.Time) time.Time { return after.Add(time.Duration(n) * unit) }, nil
	}
	m := call.FindStringSubmatch(expression)
	if m == nil {
		return nil, fmt.Errorf("cron: expected rate(5 minutes) or cron(0 12 * * ? *), got %q", expression)
	}
	parts := strings.Fields(m[1])
	if len(parts) != len(fields) {
		return nil, fmt.Errorf("cron: expected six fields in %q", expression)
	}
	var t table
	for i, f := range fields {
		var err error
		if t[i], err = f.parse(parts[i]); err != nil {
			return nil, fmt.Errorf("cron: %s %q: %w", f.name, parts[i], err)
		}
	}
	if (parts[2] == "?") == (parts[4] == "?") {
		return nil, fmt.Errorf("cron: expected a ? for either the day or the weekday in %q", expression)
	}
	return t.next, nil
}

// A field is one of the six, with its range and the names of its values.
type field struct {
	name        string
	least, most int
	names       string // separated by spaces, the first stands for least
}

var fields = [6]field{
	{"minute", 0, 59, ""}, {"hour", 0, 23, ""}, {"day", 1, 31, ""},
	{"month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"},
	{"weekday", 1, 7, "SUN MON TUE WED THU FRI SAT"}, {"year", 1970, 2199, ""},
}

// table has for each field what fits.
type table [6]values

// values are the values of a field that fit, and days that depend on the month.
type values struct {
	set  map[int]bool
	days []dayRule
}

func (v values) fit(value int, at time.Time) bool {
	return v.set[value] || slices.ContainsFunc(v.days, func(r dayRule) bool { return r(at) })
}

func (f field) parse(text string) (values, error) {
	v := values{set: make(map[int]bool)}
	for part := range strings.SplitSeq(text, ",") {
		rule, err := f.dayRule(part)
		if err == nil && rule == nil {
			err = f.addSpan(v.set, part)
		}
		if err != nil {
			return v, err
		}
		if rule != nil {
			v.days = append(v.days, rule)
		}
	}
	if strings.Contains(text, "#") && strings.Contains(text, ",") {
		return v, errors.New("expected one value only beside a #")
	}
	return v, nil
}

// addSpan adds what a part without L, W and # stands for: 5, 1-5, 0/15, *.
func (f field) addSpan(set map[int]bool, part string) error {
	span, stepText, hasStep := strings.Cut(part, "/")
	step := 1
	if hasStep {
		var err error
		if step, err = strconv.Atoi(stepText); err != nil || step < 1 {
			return fmt.Errorf("expected a step above 0, got %q", stepText)
		}
	}
	from, to := f.least, f.most
	if span != "*" && span != "?" {
		low, high, isRange := strings.Cut(span, "-")
		var err error
		if from, err = f.value(low); err != nil {
			return err
		}
		if !hasStep {
			to = from
		}
		if isRange {
			if to, err = f.value(high); err != nil {
				return err
			}
		}
	}
	if to < from { // FRI-MON
		to += f.most - f.least + 1
	}
	for v := from; v <= to; v += step {
		set[f.least+(v-f.least)%(f.most-f.least+1)] = true
	}
	return nil
}

func (f field) value(text string) (int, error) {
	for i, name := range strings.Fields(f.names) {
		if strings.EqualFold(name, text) {
			return f.least + i, nil
		}
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < f.least || n > f.most {
		return 0, fmt.Errorf("expected a value from %d to %d, got %q", f.least, f.most, text)
	}
	return n, nil
}

// next skips months, days and hours that do not fit, so that it looks at a few thousand times at most.
func (t table) next(after time.Time) time.Time {
	at := after.UTC().Truncate(time.Minute).Add(time.Minute)
	for at.Year() <= fields[5].most {
		switch {
		case !t[5].set[at.Year()]:
			at = time.Date(at.Year()+1, 1, 1, 0, 0, 0, 0, time.UTC)
		case !t[3].set[int(at.Month())]:
			at = time.Date(at.Year(), at.Month()+1, 1, 0, 0, 0, 0, time.UTC)
		case !t[2].fit(at.Day(), at) || !t[4].fit(int(at.Weekday())+1, at):
			at = time.Date(at.Year(), at.Month(), at.Day()+1, 0, 0, 0, 0, time.UTC)
		case !t[1].set[at.Hour()]:
			at = at.Truncate(time.Hour).Add(time.Hour)
		case !t[0].set[at.Minute()]:
			at = at.Add(time.Minute)
		default:
			return at
		}
	}
	return time.Time{}
}
