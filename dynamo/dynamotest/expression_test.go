package dynamotest

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func FuzzExpressions(f *testing.F) {
	for _, seed := range []string{
		"a = :a AND NOT (b.c[0] <> #n OR size(d) < :a)", "attribute_type(a, :a)", "a BETWEEN :a AND :b", "a IN (:a, b)", "((a = :a))",
		"SET a = if_not_exists(b, :a) + :b, l[1] = list_append(l, :l) REMOVE x.y ADD n :a DELETE ss :ss", "a.b[3], #n.c", "(((", "a = '", ":", "#", "[01]", "é",
	} {
		f.Add(seed)
	}
	it := item{
		"a": {kind: kindN, text: "1"}, "l": {kind: kindL, list: []value{{kind: kindS, text: "x"}}},
		"b": {kind: kindM, attr: item{"c": {kind: kindS, text: "y"}}}, "ss": {kind: kindSS, list: []value{{kind: kindS, text: "m"}}},
	}
	f.Fuzz(func(t *testing.T, source string) {
		holders := func() *placeholders {
			h, f := newPlaceholders(map[string]string{"#n": "name"}, item{
				":a": {kind: kindN, text: "1"}, ":b": {kind: kindS, text: "z"}, ":l": {kind: kindL}, ":ss": {kind: kindSS, list: []value{{kind: kindS, text: "m"}}},
			})
			require.Nil(t, f)
			return h
		}
		before := it.size()
		if c, fault := parseCondition("ConditionExpression", source, holders()); fault == nil {
			require.NotEqual(t, c.holds(it), (&expr{kind: exprNot, args: []*expr{c}}).holds(it))
			_, _ = keyConditions(c)
		}
		if u, fault := parseUpdate(source, holders()); fault == nil {
			after, fault := u.apply(it)
			require.Equal(t, fault == nil, after != nil)
			require.True(t, after.sound())
		}
		if paths, fault := parseProjection(source, holders()); fault == nil {
			require.LessOrEqual(t, project(paths).of(it).size(), before)
		}
		require.Equal(t, before, it.size())
	})
}

func TestDeepParenthesesAreRefused(t *testing.T) {
	for _, open := range []string{"(", "size(", "NOT "} {
		source := strings.Repeat(open, maxExpression/len(open)-10)
		h, _ := newPlaceholders(nil, nil)
		_, f := parseCondition("ConditionExpression", source, h)
		require.NotNil(t, f)
		_, f = parseUpdate("SET a = "+source, h)
		require.NotNil(t, f)
	}
}

// The work grows with the square of an expression's length at most, and that
// is bounded: the worst expressions take milliseconds.
func TestCrowdedExpressionsAreQuick(t *testing.T) {
	for _, source := range []string{"REMOVE " + strings.Repeat("a,", 2040) + "a", "REMOVE a" + strings.Repeat("[0]", 1300), "SET a = " + strings.Repeat("(", 4000)} {
		quickest := time.Hour
		for try := 0; try < 10 && quickest > time.Second/2; try++ { // the collector may have things to do
			start := processorTime()
			h, _ := newPlaceholders(nil, nil)
			_, f := parseUpdate(source, h)
			require.NotNil(t, f)
			quickest = min(quickest, processorTime()-start)
		}
		require.Less(t, quickest, time.Second/2)
	}
}
