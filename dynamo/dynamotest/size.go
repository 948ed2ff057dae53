package dynamotest

import (
	"encoding/base64"
	"strings"
)

// The limits that count bytes, "Quotas in Amazon DynamoDB".
const (
	maxItemSize     = 400 << 10
	maxPageSize     = 1 << 20
	maxBatchGetSize = 16 << 20
	maxTransactSize = 4 << 20
	maxPartitionKey = 2048
	maxSortKey      = 1024
	maxNesting      = 31 // lists and maps around a scalar: 32 levels with it
	maxPath         = 32
	maxName         = 65535
)

// size is what an item weighs against the 400 KB limit, the 1 MB page and the
// capacity units: its values and the UTF-8 bytes of its attribute names.
func (it item) size() int {
	n := 0
	for name, v := range it {
		n += len(name) + v.size()
	}
	return n
}

func (v value) size() int {
	switch v.kind {
	case kindS, kindB:
		return len(v.text)
	case kindN:
		return v.decimal().size()
	case kindBOOL, kindNULL:
		return 1
	case kindM: // 3 bytes for the map, 1 for each entry
		return 3 + len(v.attr) + v.attr.size()
	case kindL: // 3 bytes for the list, 1 for each element
		n := 3 + len(v.list)
		for _, e := range v.list {
			n += e.size()
		}
		return n
	}
	n := 0
	for _, m := range v.list {
		n += m.size()
	}
	return n
}

// depth is how many lists and maps lie inside one another, the value's own included.
func (v value) depth() int {
	deepest := 0
	for _, e := range v.list {
		deepest = max(deepest, e.depth())
	}
	for _, e := range v.attr {
		deepest = max(deepest, e.depth())
	}
	if v.kind == kindL || v.kind == kindM {
		deepest++
	}
	return deepest
}

// listText shows a list as DynamoDB's messages do: [a, b].
func listText(list []value) string {
	return bracketed(convert(list, func(v value) string {
		if v.kind == kindB {
			return base64.StdEncoding.EncodeToString([]byte(v.text))
		}
		return v.text
	}))
}

func bracketed(texts []string) string { return "[" + strings.Join(texts, ", ") + "]" }
