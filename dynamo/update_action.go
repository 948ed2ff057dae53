package dynamo

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// What an update does, read from the text that the SDK's builder makes. It has
// one clause a line, and a placeholder for every name and value:
//
//	ADD #0 :0
//	REMOVE #1, #2.#3[4]
//	SET #4 = :1, #5 = if_not_exists(#5, :2) + :3

// action is one change of one attribute, in placeholders.
type action struct {
	clause string // SET, REMOVE, ADD or DELETE
	path   string // "#2.#3[4]"
	value  string // what comes after the path
}

// parseUpdate lists the actions of an update expression.
func parseUpdate(text string) []action {
	var out []action
	for line := range strings.Lines(text) {
		clause, list, _ := strings.Cut(strings.TrimSpace(line), " ")
		for _, one := range splitList(list) {
			path, value, _ := strings.Cut(one, " ")
			out = append(out, action{clause, path, strings.TrimPrefix(value, "= ")})
		}
	}
	return out
}

// splitList splits at commas that are not inside parentheses.
func splitList(list string) []string {
	var out []string
	depth, start := 0, 0
	for i, c := range list {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case c == ',' && depth == 0:
			out = append(out, strings.TrimSpace(list[start:i]))
			start = i + 1
		}
	}
	return append(out, strings.TrimSpace(list[start:]))
}

func everyAction(actions []action, is func(action) bool) bool {
	return !slices.ContainsFunc(actions, func(a action) bool { return !is(a) })
}

// attribute is the placeholder of the attribute that a changes, or changes a
// part of.
func (a action) attribute() string {
	if i := strings.IndexAny(a.path, ".["); i >= 0 {
		return a.path[:i]
	}
	return a.path
}

// constant tells whether the attribute is set to a value of the request.
func (a action) constant() bool {
	return a.clause == "SET" && strings.HasPrefix(a.value, ":") && !strings.ContainsAny(a.value, " ")
}

// first tells whether the attribute is set only if it is not there, to a value.
func (a action) first() bool {
	value, ok := strings.CutPrefix(a.value, "if_not_exists("+a.path+", :")
	return a.clause == "SET" && ok && strings.IndexByte(value, ')') == len(value)-1
}

// idempotent tells whether doing a twice comes to the same as doing it once.
// Elements of lists move when one is removed, and setting one behind the end
// appends it.
func (a action) idempotent(values item) bool {
	if strings.Contains(a.path, "[") {
		return false
	}
	switch a.clause {
	case "REMOVE", "DELETE":
		return true
	case "ADD":
		_, number := values[a.value].(*types.AttributeValueMemberN)
		return !number
	}
	return a.constant() || a.first()
}

// visible tells whether an item shows that a was done to it. Of what is inside
// an attribute, and of sets and counters, it cannot.
func (a action) visible(now item, e *expressions) bool {
	got, there := now[e.names[a.path]]
	switch {
	case a.path != a.attribute():
		return false
	case a.constant():
		return there && sameItem(item{"": got}, item{"": e.values[a.value]})
	case a.clause == "REMOVE":
		return !there
	}
	return a.first() && there
}

// append adds SET actions to the update.
func (e *expressions) append(own []action) {
	if len(own) == 0 {
		return
	}
	var list []string
	for _, a := range own {
		list = append(list, a.path+" = "+a.value)
	}
	added := strings.Join(list, ", ")
	lines := strings.Split(strings.TrimSuffix(*e.update, "\n"), "\n")
	i := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "SET ") })
	if i >= 0 {
		lines[i] += ", " + added
	} else {
		lines = append(lines, "SET "+added)
	}
	text := strings.Join(lines, "\n")
	e.update = &text
}
