package dynamotest_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// The requests of the comparison with DynamoDB Local are made as JSON trees, so
// that they can be wrong in every way that a client of any language can be.
type obj = map[string]any

// A generator makes random requests for the tables of a world. What it makes is
// a function of its seed.
type generator struct {
	*rand.Rand
	prefix string // of the names of tables
	clean  bool   // no intended mistakes for the request that is being made
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

// mistake tells whether something is to be wrong here. Where every chance is
// taken, hardly a request is valid: half of the requests take none.
func (g *generator) mistake(perMille int) bool { return !g.clean && g.IntN(1000) < perMille }

func pick[E any](g *generator, from ...E) E { return from[g.IntN(len(from))] }

var (
	texts   = []string{"", "a", "b", "ab", "abc", "é", "\U0001F600", "a\"\\\n", "N", "S", "SS", "L"}
	binary  = []string{"", "AA==", "AQ==", "AQI=", "/w==", "gIGC"}
	numbers = []string{
		"0", "1", "2", "3", "-1", "10", "1.5", "2.0", "1e2", "-0", "0.10", "+7", "007", ".5", "1E-130", "-1e-130",
		"99999999999999999999999999999999999999", "1.2345678901234567890123456789012345678", "9.9999999999999999999999999999999999999E125",
	}
	notNumbers = []string{
		"", " 1", "1 ", "abc", "1e", "0x10", "NaN", "Infinity", "1e126", "1e-131", "-1e126", "1_0", "--1", "1.2.3",
		"123456789012345678901234567890123456789", "1.23456789012345678901234567890123456789",
	}
	attributes = []string{"a", "b", "c", "l", "m", "n", "g", "h", "size", "name", "x.y", "é"}
)

// value is a random attribute value; depth bounds the nesting.
func (g *generator) value(depth int) any {
	if g.mistake(15) {
		return g.badValue()
	}
	switch k := g.IntN(18); {
	case k < 3:
		return obj{"S": pick(g, texts...)}
	case k < 7:
		return obj{"N": pick(g, numbers...)}
	case k < 8:
		return obj{"B": pick(g, binary...)}
	case k < 9:
		return obj{"BOOL": g.chance(50)}
	case k < 10:
		return obj{"NULL": true}
	case k < 13:
		return g.set(pick(g, "SS", "NS", "BS"))
	case depth <= 0:
		return obj{"S": "leaf"}
	case k < 16:
		list := []any{}
		for range g.IntN(4) {
			list = append(list, g.value(depth-1))
		}
		return obj{"L": list}
	}
	return obj{"M": g.attributes(g.IntN(4), depth-1)}
}

// set is a set without duplicates, or with, as a mistake.
func (g *generator) set(kind string) obj {
	pool := map[string][]string{"SS": texts, "NS": {"1", "2", "3", "-1", "10", "0.1"}, "BS": binary}[kind]
	members := []any{}
	for _, i := range g.Perm(len(pool))[:1+g.IntN(3)] {
		members = append(members, pool[i])
	}
	switch {
	case g.mistake(15):
		members = append(members, members[0])
	case g.mistake(15):
		members = []any{}
	case g.mistake(10):
		members = append(members, nil)
	}
	return obj{kind: members}
}

func (g *generator) attributes(n, depth int) obj {
	out := obj{}
	for range n {
		out[pick(g, attributes...)] = g.value(depth)
	}
	return out
}

// document is a value of one shape, so that paths from [insideDocument] lead somewhere.
func (g *generator) document() obj {
	number := func() obj { return obj{"N": pick(g, numbers...)} }
	inner := obj{"M": obj{"a": number(), "size": g.value(0), "l": obj{"L": []any{g.value(0), number()}}}}
	return obj{"M": obj{"a": number(), "b": g.set(pick(g, "SS", "NS", "BS")), "x.y": g.value(1), "m": inner, "l": obj{"L": []any{number(), g.value(0), inner, g.set("NS")}}}}
}

// insideDocument are paths into a document d, and past what it has.
var insideDocument = []string{
	"d", "d.a", "d.b", "d.x\x00y", "d.m", "d.m.a", "d.m.size", "d.m.l", "d.m.l[0]", "d.m.l[1]", "d.l", "d.l[0]", "d.l[1]", "d.l[2]", "d.l[2].a", "d.l[2].l[1]", "d.l[3]",
	"d.n", "d.m.n", "d.l[4]", "d.l[9]", "d.l[2].n", "d.m.l[7]", "d.a.a", "d.l.a", "d.m[0]",
}

// badValue is no attribute value of DynamoDB's.
func (g *generator) badValue() any {
	return pick[any](g,
		obj{}, obj{"S": "a", "N": "1"}, obj{"NULL": false}, obj{"X": "a"}, obj{"s": "a"}, obj{"SS": []any{}}, obj{"S": nil},
		obj{"NS": []any{"1", "1.0"}}, obj{"NS": []any{"x"}}, obj{"B": "%%%"}, obj{"S": 5}, obj{"N": 5}, obj{"BOOL": "true"}, obj{"BOOL": 1},
		obj{"L": obj{}}, obj{"M": []any{}}, obj{"L": []any{nil}}, obj{"M": obj{"": obj{"S": "a"}}}, obj{"M": nil}, "a", 1, nil, []any{},
		obj{"N": pick(g, notNumbers...)}, obj{"N": pick(g, notNumbers...)}, obj{"N": pick(g, notNumbers...)}, deep(33), deep(31),
	)
}

func deep(n int) obj {
	v := obj{"S": "deep"}
	for range n {
		v = obj{"L": []any{v}}
	}
	return v
}

// keyValue is a key attribute of the type, from a pool so small that requests meet.
func (g *generator) keyValue(kind string) any {
	if g.mistake(8) {
		return pick[any](g, obj{kind: ""}, g.badValue(), obj{"S": strings.Repeat("k", 1025)}, obj{"S": strings.Repeat("k", 2049)}, obj{"N": "1"}, obj{"S": "a"})
	}
	switch kind {
	case "S":
		return obj{"S": pick(g, "a", "b", "ab", "é")}
	case "N":
		return obj{"N": pick(g, "1", "2", "2.0", "-3", "1e2", "0.5")}
	}
	return obj{"B": pick(g, "AA==", "AQ==", "/w==", "AQI=")}
}

// junk replaces any part of a request.
func (g *generator) junk() any {
	return pick[any](g, nil, true, false, 0, -1, 7, 1.5, "", "junk", "ALL_OLD", []any{}, obj{}, []any{nil}, []any{"x"}, obj{"x": nil}, obj{"x": "y"},
		obj{"S": "a"}, strings.Repeat("x", 300), int64(1)<<40)
}

// spoil changes one random part of a request: removed, replaced or repeated in a list.
func (g *generator) spoil(tree any) any {
	switch node := tree.(type) {
	case obj:
		if len(node) == 0 {
			return g.junk()
		}
		names := sortedKeys(node)
		name := names[g.IntN(len(names))]
		switch {
		case g.chance(60):
			node[name] = g.spoil(node[name])
		case g.chance(50):
			delete(node, name)
		case g.chance(20):
			node[strings.ToLower(name)] = node[name]
			delete(node, name)
		default:
			node[name] = g.junk()
		}
		return node
	case []any:
		switch i := g.IntN(len(node) + 1); {
		case i == len(node):
			return append(node, g.junk())
		case g.chance(70):
			node[i] = g.spoil(node[i])
		default:
			return append(node, node[i])
		}
		return node
	case string:
		if g.chance(50) && node != "" {
			i := g.IntN(len(node))
			return strings.ToValidUTF8(node[:i]+pick(g, "", " ", "#", ":", "(", ")", ",", ".", "[", "1", "x", "=", "<")+node[i+g.IntN(2):], "?")
		}
	}
	return g.junk()
}

func (g *generator) table(i int) worldTable {
	t := worldTables[i]
	t.name = fmt.Sprintf("%s-%s", g.prefix, t.name)
	return t
}
