package cron

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A dayRule says whether a day fits that no number names, since it depends on the month:
//
//	L in day       the last day of the month
//	3W in day      the day from Monday to Friday that is closest to the third, within the month
//	L in weekday   the last day of the week, Saturday
//	6L in weekday  the last Friday of the month
//	3#2 in weekday the second Tuesday of the month
type dayRule func(at time.Time) bool

// dayRule returns the rule that a part of the field stands for, nil for a part that is none.
func (f field) dayRule(part string) (dayRule, error) {
	switch {
	case f.name == "day" && part == "L":
		return func(at time.Time) bool { return at.Day() == lastDay(at) }, nil
	case f.name == "day" && strings.HasSuffix(part, "W"):
		day, err := f.value(strings.TrimSuffix(part, "W"))
		return func(at time.Time) bool { return at.Day() == closestWeekday(at, day) }, err
	case f.name == "weekday" && part == "L":
		return func(at time.Time) bool { return at.Weekday() == time.Saturday }, nil
	case f.name == "weekday" && strings.HasSuffix(part, "L"):
		day, err := f.value(strings.TrimSuffix(part, "L"))
		return func(at time.Time) bool { return int(at.Weekday())+1 == day && at.Day()+7 > lastDay(at) }, err
	case f.name == "weekday" && strings.Contains(part, "#"):
		return f.nthWeekday(part)
	}
	return nil, nil
}

func (f field) nthWeekday(part string) (dayRule, error) {
	name, nth, _ := strings.Cut(part, "#")
	day, err := f.value(name)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(nth)
	if err != nil || n < 1 || n > 5 {
		return nil, fmt.Errorf("expected a number from 1 to 5 after #, got %q", nth)
	}
	return func(at time.Time) bool { return int(at.Weekday())+1 == day && (at.Day()-1)/7+1 == n }, nil
}

// lastDay is the number of days in the month of at.
func lastDay(at time.Time) int {
	return time.Date(at.Year(), at.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

// closestWeekday returns a day from Monday to Friday; 0 where the month has no such day.
func closestWeekday(at time.Time, day int) int {
	last := lastDay(at)
	if day > last {
		return 0
	}
	switch time.Date(at.Year(), at.Month(), day, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if day == 1 {
			return 3
		}
		return day - 1
	case time.Sunday:
		if day == last {
			return day - 2
		}
		return day + 1
	}
	return day
}
