package dynamotest_test

import (
	"fmt"
	"strings"
)

// An expressions makes the expressions of one request, with the placeholders
// that they share.
type expressions struct {
	*generator
	keys   []string // key attributes
	names  obj
	values obj
}

func (g *generator) expressions(t worldTable) *expressions {
	e := &expressions{generator: g, names: obj{}, values: obj{}}
	for _, k := range t.keys {
		e.keys = append(e.keys, k.name)
	}
	return e
}

// into adds the placeholders to a request.
func (e *expressions) into(request obj) {
	if e.mistake(15) {
		e.names["#unused"] = "a"
	}
	if e.mistake(15) {
		e.values[":unused"] = obj{"S": "a"}
	}
	if len(e.names) > 0 || e.mistake(10) {
		request["ExpressionAttributeNames"] = e.names
	}
	if len(e.values) > 0 || e.mistake(10) {
		request["ExpressionAttributeValues"] = e.values
	}
}

// name is an attribute's name, or a placeholder for it where it needs or gets one.
func (e *expressions) name(of string) string {
	plain := !strings.ContainsAny(of, ".é") && of != "size" && of != "name"
	if plain && e.chance(60) || e.mistake(10) {
		return of
	}
	for placeholder, name := range e.names {
		if name == of {
			return placeholder
		}
	}
	placeholder := fmt.Sprintf("#%c%d", "nxZ"[e.IntN(3)], len(e.names))
	if !e.mistake(10) {
		e.names[placeholder] = of
	}
	return placeholder
}

func (e *expressions) bind(v any) string {
	placeholder := fmt.Sprintf(":v%d", len(e.values))
	if !e.mistake(10) {
		e.values[placeholder] = v
	}
	return placeholder
}

// attribute is a name for the start of a path: of a key now and then.
func (e *expressions) attribute(keyPercent int) string {
	if e.chance(keyPercent) {
		return e.keys[e.IntN(len(e.keys))]
	}
	return pick(e.generator, attributes...)
}

func (e *expressions) path(keyPercent int) string {
	if e.chance(25) {
		return e.inside(pick(e.generator, insideDocument...))
	}
	first := e.attribute(keyPercent)
	p := e.name(first)
	for range 2 {
		if first == e.keys[0] && !e.mistake(20) || e.chance(65) {
			break
		}
		if e.chance(50) {
			p += fmt.Sprintf("[%d]", e.IntN(4))
		} else {
			p += "." + e.name(pick(e.generator, attributes...))
		}
	}
	return p
}

// inside is a path with its names replaced as others are; \x00 is a dot within a name.
func (e *expressions) inside(path string) string {
	steps := strings.Split(path, ".")
	for i, step := range steps {
		name, index, indexed := strings.Cut(strings.ReplaceAll(step, "\x00", "."), "[")
		if steps[i] = e.name(name); indexed {
			steps[i] += "[" + index
		}
	}
	return strings.Join(steps, ".")
}

func (e *expressions) operand() string {
	switch k := e.IntN(10); {
	case k < 5:
		return e.path(10)
	case k < 9:
		return e.bind(e.value(1))
	}
	return "size(" + e.path(5) + ")"
}

// condition is a condition or filter of at most the given depth.
func (e *expressions) condition(depth int) string {
	if depth > 0 && e.chance(35) {
		switch e.IntN(4) {
		case 0:
			return e.condition(depth-1) + pick(e.generator, " AND ", " and ") + e.condition(depth-1)
		case 1:
			return e.condition(depth-1) + pick(e.generator, " OR ", " or ") + e.condition(depth-1)
		case 2:
			return pick(e.generator, "NOT ", "not ") + e.condition(depth-1)
		}
		return "(" + e.condition(depth-1) + ")"
	}
	switch e.IntN(9) {
	case 0:
		return e.path(5) + " BETWEEN " + e.bind(obj{"N": pick(e.generator, "0", "1")}) + " AND " + e.bind(obj{"N": pick(e.generator, "2", "3")})
	case 1:
		return e.operand() + " BETWEEN " + e.operand() + " AND " + e.operand()
	case 2:
		list := []string{e.operand()}
		for range e.IntN(3) {
			list = append(list, e.operand())
		}
		return e.operand() + " IN (" + strings.Join(list, ", ") + ")"
	case 3, 4, 5:
		return e.function()
	}
	return e.operand() + pick(e.generator, " = ", "=", " <> ", " < ", " <= ", " > ", " >= ") + e.operand()
}

func (e *expressions) function() string {
	g := e.generator
	if e.mistake(20) {
		return pick(g, "size", "attribute_exists", "contains", "begins_with", "unknown") + "(" + e.operand() + pick(g, ")", ", "+e.operand()+")")
	}
	switch e.IntN(5) {
	case 0:
		return "attribute_exists(" + e.path(25) + ")"
	case 1:
		return "attribute_not_exists(" + e.path(25) + ")"
	case 2:
		return "attribute_type(" + e.path(10) + ", " + e.bind(obj{"S": pick(g, "S", "N", "B", "SS", "NS", "BS", "BOOL", "NULL", "L", "M", "S")}) + ")"
	case 3:
		return "contains(" + e.path(10) + ", " + e.operand() + ")"
	}
	return "begins_with(" + e.path(10) + ", " + e.bind(pick[any](g, obj{"S": "a"}, obj{"S": ""}, obj{"B": "AQ=="}, obj{"S": "ab"})) + ")"
}

// update is an UpdateExpression.
func (e *expressions) update() string {
	if e.chance(35) {
		return e.documentUpdate()
	}
	clauses := []string{}
	for _, i := range e.Perm(4)[:1+e.IntN(2)] {
		var one func() string
		switch i {
		case 0:
			one = func() string { return e.path(1) + " = " + e.assigned() }
		case 1:
			one = func() string { return e.path(1) }
		case 2:
			one = func() string {
				return e.path(1) + " " + e.bind(pick[any](e.generator, obj{"N": pick(e.generator, numbers...)}, e.set("NS"), e.set("SS"), e.value(0)))
			}
		case 3:
			one = func() string {
				return e.path(1) + " " + e.bind(pick[any](e.generator, e.set("SS"), e.set("NS"), e.value(0)))
			}
		}
		actions := []string{one()}
		for range e.IntN(3) {
			actions = append(actions, one())
		}
		clauses = append(clauses, []string{"SET ", "REMOVE ", "ADD ", "DELETE "}[i]+strings.Join(actions, ", "))
	}
	return strings.Join(clauses, " ")
}

// documentUpdate changes parts of a document that do not overlap, in ways that it mostly allows.
func (e *expressions) documentUpdate() string {
	g, actions := e.generator, map[string][]string{}
	add := func(verb, format string, args ...any) {
		actions[verb] = append(actions[verb], fmt.Sprintf(format, args...))
	}
	number := func() string { return e.bind(obj{"N": pick(g, numbers...)}) }
	for _, i := range e.Perm(8)[:1+e.IntN(3)] {
		switch i {
		case 0:
			add("ADD", "%s %s", e.inside("d.a"), number())
		case 1:
			add(pick(g, "ADD", "DELETE"), "%s %s", e.inside("d.b"), e.bind(e.set(pick(g, "SS", "NS", "BS"))))
		case 2:
			add("SET", "%s = %s %s %s", e.inside("d.m.a"), e.inside(pick(g, "d.a", "d.m.a", "d.l[0]")), pick(g, "+", "-"), number())
		case 3:
			add("REMOVE", "%s", e.inside(pick(g, "d.x\x00y", "d.m.size", "d.n", "d.m.n")))
		case 4:
			add("SET", "%s = list_append(%s, %s)", e.inside("d.m.l"), e.inside(pick(g, "d.m.l", "d.l")), e.bind(obj{"L": []any{e.value(0)}}))
		case 5:
			add("REMOVE", "%s", e.inside(pick(g, "d.l[0]", "d.l[1]", "d.l[8]")))
		case 6:
			add("SET", "%s = %s", e.inside(pick(g, "d.l[2].a", "d.l[2].n", "d.l[4]", "d.l[9]")), e.bind(e.value(1)))
		case 7:
			add("SET", "%s = if_not_exists(%s, %s)", e.inside("d.m.b"), e.inside(pick(g, "d.m.b", "d.l[2].l[1]", "d.n")), number())
		}
	}
	clauses := []string{}
	for _, verb := range sortedKeys(actions) {
		clauses = append(clauses, verb+" "+strings.Join(actions[verb], ", "))
	}
	return strings.Join(clauses, " ")
}

// assigned is the right side of a SET action.
func (e *expressions) assigned() string {
	number := func() string { return e.bind(obj{"N": pick(e.generator, numbers...)}) }
	switch e.IntN(8) {
	case 0:
		return e.path(3) + pick(e.generator, " + ", " - ") + number()
	case 1:
		return "if_not_exists(" + e.path(3) + ", " + number() + ")" + pick(e.generator, " + ", " - ") + number()
	case 2:
		return "if_not_exists(" + e.path(3) + ", " + e.bind(e.value(1)) + ")"
	case 3:
		return "list_append(" + e.path(0) + ", " + e.bind(obj{"L": []any{e.value(0)}}) + ")"
	case 4:
		return "list_append(" + e.bind(obj{"L": []any{e.value(0)}}) + ", if_not_exists(" + e.path(0) + ", " + e.bind(obj{"L": []any{}}) + "))"
	case 5:
		return e.path(3)
	}
	return e.bind(e.value(2))
}

func (e *expressions) projection() string {
	paths := []string{e.path(20)}
	for range e.IntN(3) {
		paths = append(paths, e.path(20))
	}
	return strings.Join(paths, pick(e.generator, ", ", ","))
}

// keyCondition is a KeyConditionExpression for the keys, partition first.
func (e *expressions) keyCondition(keys []worldKey) string {
	g := e.generator
	c := e.name(keys[0].name) + pick(g, " = ", "=") + e.bind(e.keyValue(keys[0].kind))
	if e.mistake(20) {
		c = e.condition(1)
	}
	if len(keys) == 1 || e.chance(35) {
		return c
	}
	sort, v := e.name(keys[1].name), func() string { return e.bind(e.keyValue(keys[1].kind)) }
	switch e.IntN(3) {
	case 0:
		c += " AND " + sort + " BETWEEN " + v() + " AND " + v()
	case 1:
		c += " AND begins_with(" + sort + ", " + v() + ")"
	default:
		c += " and " + sort + pick(g, " = ", " < ", " <= ", " > ", " >= ") + v()
	}
	if e.mistake(20) {
		c += " AND " + e.condition(0)
	}
	return c
}
