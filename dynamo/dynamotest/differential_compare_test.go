package dynamotest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// unordered tells that the order of the answer, and with it where its pages end,
// is the engine's own: a Scan, or a Query of an index, where items can tie.
func (x exchange) unordered() bool {
	in, ok := x.body.(obj)
	return ok && (x.operation == "Scan" || x.operation == "Query" && in["IndexName"] != nil)
}

// drain reads all pages and segments and puts them into one answer: the items in
// an order of their own, counts and capacities as totals.
func drain(e engine, x exchange) reply {
	in := maps.Clone(x.body.(obj))
	segments := 1
	if n, ok := in["TotalSegments"].(int); ok && in["Segment"] != nil && n > 0 && n < 10 {
		segments = n
	}
	items, count, scanned := []any{}, 0.0, 0.0
	for s := range segments {
		if segments > 1 {
			in["Segment"] = s
		}
		delete(in, "ExclusiveStartKey")
		if start, ok := x.body.(obj)["ExclusiveStartKey"]; ok {
			in["ExclusiveStartKey"] = start
		}
		for page := 0; ; page++ {
			text, _ := json.Marshal(in)
			r := e(x.operation, text)
			body, ok := r.body.(obj)
			if r.status != http.StatusOK || !ok || page > 1000 {
				return r
			}
			list, _ := body["Items"].([]any)
			items = append(items, list...)
			n, _ := body["Count"].(float64)
			seen, _ := body["ScannedCount"].(float64)
			if limit, ok := in["Limit"].(int); ok && seen > float64(limit) {
				return reply{kind: "more than Limit on a page"}
			}
			count, scanned = count+n, scanned+seen
			if body["LastEvaluatedKey"] == nil {
				break
			}
			in["ExclusiveStartKey"] = body["LastEvaluatedKey"]
		}
	}
	return reply{status: http.StatusOK, body: obj{"AllItems": items, "Count": count, "ScannedCount": scanned}}
}

// equal compares the answers: of an error its type and what it carries, of a
// success everything that DynamoDB defines.
func (x exchange) equal() bool {
	if !x.succeeded() {
		return x.engine.status == x.local.status && x.engine.kind == x.local.kind && reflect.DeepEqual(details(x.engine), details(x.local))
	}
	return reflect.DeepEqual(canonical("", x.engine.body), canonical("", x.local.body))
}

func (x exchange) succeeded() bool {
	return x.engine.status == http.StatusOK && x.local.status == http.StatusOK
}

// kind tells differences apart, roughly.
func (x exchange) kind() string {
	k := fmt.Sprintf("%s %d %s %d %s", x.operation, x.engine.status, x.engine.kind, x.local.status, x.local.kind)
	for _, r := range []reply{x.engine, x.local} {
		body, _ := r.body.(obj)
		if r.status != http.StatusOK {
			k += fmt.Sprintf(" %.60s", fmt.Sprint(body["message"], body["Message"]))
		}
	}
	if x.engine.status == x.local.status {
		e, _ := canonical("", x.engine.body).(obj)
		l, _ := canonical("", x.local.body).(obj)
		for _, name := range slices.Compact(slices.Sorted(slices.Values(append(sortedKeys(e), sortedKeys(l)...)))) {
			if !reflect.DeepEqual(e[name], l[name]) {
				k += " " + name
			}
		}
	}
	return k
}

// details are what an error carries besides its message.
func details(r reply) any {
	body, _ := r.body.(obj)
	list, _ := body["CancellationReasons"].([]any)
	codes := []any{canonical("", body["Item"])}
	for _, reason := range list {
		one, _ := reason.(obj)
		codes = append(codes, one["Code"], canonical("", one["Item"]))
	}
	return codes
}

// volatile are members that differ from one table to the next of the same making.
var volatile = []string{
	"CreationDateTime", "TableId", "TableArn", "IndexArn",
	"LastUpdateToPayPerRequestDateTime", "LastDecreaseDateTime", "LastIncreaseDateTime",
}

// canonical sorts what has no order of its own: the members of sets, the items of
// a batch, the reports of capacity.
func canonical(name string, tree any) any {
	switch node := tree.(type) {
	case obj:
		out := obj{}
		for member, v := range node {
			if !slices.Contains(volatile, member) {
				out[member] = canonical(member, v)
			}
		}
		if responses, ok := out["Responses"].(obj); ok {
			for table, list := range responses {
				responses[table] = sorted(list.([]any))
			}
		}
		return out
	case []any:
		out := make([]any, len(node))
		for i, e := range node {
			out[i] = canonical("", e)
		}
		switch name {
		case "SS", "NS", "BS", "ConsumedCapacity", "AllItems", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes":
			return sorted(out)
		}
		return out
	}
	return tree
}

func sorted(list []any) []any {
	text := func(v any) string { b, _ := json.Marshal(canonical("", v)); return string(b) }
	list = slices.Clone(list)
	slices.SortFunc(list, func(a, b any) int { return strings.Compare(text(a), text(b)) })
	return list
}

// says tells whether the message of an error contains a text.
func (r reply) says(text string) bool {
	return r.status != http.StatusOK && strings.Contains(fmt.Sprint(r.body), text)
}
