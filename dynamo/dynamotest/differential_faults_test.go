package dynamotest_test

import (
	"bytes"
	"math"
	"math/big"
	"net/http"
	"reflect"
	"regexp"
	"strings"
)

// A faultOfLocal is a known fault of DynamoDB Local, or a choice that DynamoDB
// leaves open and the two make differently. Nothing but these is excused.
//
// One either mends both answers in what it is about, so that all else in them is
// still compared, or says that it explains the whole difference.
type faultOfLocal struct {
	name     string
	mend     func(x *exchange) // the answers are copies
	explains func(x exchange) bool
}

var faultsOfLocal = []faultOfLocal{
	{name: "numbers in documents keep the text that they came in", mend: func(x *exchange) {
		x.engine.body, x.local.body = numbersByValue(x.engine.body, true), numbersByValue(x.local.body, false)
	}},
	{name: "no capacity for a page of nothing", mend: func(x *exchange) {
		if x.operation == "Query" && x.local.number("ScannedCount") == 0 && x.local.units() == 0 {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "no capacity for items that a batch does not find", mend: func(x *exchange) {
		if x.operation == "BatchGetItem" && x.local.units() < x.engine.units() {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "no shares of reads and writes in the capacity of a transaction, and half for deletes of nothing", mend: func(x *exchange) {
		if strings.HasPrefix(x.operation, "Transact") && x.local.units() <= x.engine.units() {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "the capacity of a delete that finds nothing, unasked", mend: func(x *exchange) {
		if x.operation == "DeleteItem" && x.engine.units() == 0 && x.local.units() == 1 {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "the capacity of deletes that find nothing, in batches", mend: func(x *exchange) {
		if x.operation == "BatchWriteItem" && x.local.units() > x.engine.units() {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "no key to go on from after the only item of a partition", mend: func(x *exchange) {
		in, _ := x.body.(obj)
		body, _ := x.local.body.(obj)
		if limit, ok := in["Limit"].(int); ok && x.operation == "Query" && float64(limit) == x.local.number("ScannedCount") && body["LastEvaluatedKey"] == nil {
			x.without("LastEvaluatedKey")
		}
	}},
	{name: "an empty ReturnConsumedCapacity reports it", mend: func(x *exchange) {
		if bytes.Contains(x.text, []byte(`"ReturnConsumedCapacity":""`)) {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "charges an index for items that have but a part of its key", mend: func(x *exchange) {
		if (strings.HasSuffix(x.operation, "Item") || x.operation == "TransactWriteItems") && x.local.units() > x.engine.units() && x.engine.units() > 0 {
			x.without("ConsumedCapacity")
		}
	}},
	{name: "UPDATED_OLD and UPDATED_NEW give the whole attribute", mend: func(x *exchange) {
		in, _ := x.body.(obj)
		if values, _ := in["ReturnValues"].(string); x.operation == "UpdateItem" && strings.HasPrefix(values, "UPDATED_") && x.succeeded() {
			engine, _ := x.engine.body.(obj)["Attributes"].(obj)
			local, _ := x.local.body.(obj)["Attributes"].(obj)
			for name := range local {
				if part, ok := engine[name]; ok && isPart(part, local[name]) {
					local[name] = part
				}
			}
		}
	}},
	{name: "no throughput in the description of an index that is paid by request", mend: func(x *exchange) {
		if body, ok := x.engine.body.(obj); ok && strings.HasSuffix(x.operation, "Table") {
			withoutInIndexes(body, "ProvisionedThroughput")
		}
	}},
	{name: "the size of an index counts what it does not project", mend: func(x *exchange) {
		for _, r := range []reply{x.engine, x.local} {
			if body, ok := r.body.(obj); ok && strings.HasSuffix(x.operation, "Table") {
				withoutInIndexes(body, "IndexSizeBytes")
			}
		}
	}},
	{name: "the size of a number that arithmetic has rounded, by a byte", mend: func(x *exchange) {
		size := func(r reply) float64 {
			body, _ := r.body.(obj)
			table, _ := body["Table"].(obj)
			n, _ := table["TableSizeBytes"].(float64)
			return n
		}
		if x.operation == "DescribeTable" && math.Abs(size(x.engine)-size(x.local)) == 1 {
			x.local.body.(obj)["Table"].(obj)["TableSizeBytes"] = size(x.engine)
		}
	}},
	{name: "refuses to delete members from a set that an index key can never be", explains: func(x exchange) bool {
		return x.local.says("Updates on index keys must be of the same data type") && bytes.Contains(x.text, []byte("AttributeUpdates")) && x.engine.status == http.StatusOK
	}},
	{name: "the types of index keys in updates", explains: func(x exchange) bool {
		return x.engine.says("Type mismatch for Index Key") && bytes.Contains(x.text, []byte("UpdateExpression")) && x.local.status == http.StatusOK
	}},
	{name: "filters of a Scan on what the index does not project", explains: func(x exchange) bool {
		return x.operation == "Scan" && x.engine.says("does not project one or more filter attributes")
	}},
	{name: "an empty AttributesToGet is none", explains: func(x exchange) bool {
		return x.engine.says("ttributesToGet' failed to satisfy constraint: Member must have length greater") && x.local.status == http.StatusOK
	}},
	{name: "of two tables of a batch that are at fault, another one first", explains: func(x exchange) bool {
		in, _ := x.body.(obj)
		tables, _ := in["RequestItems"].(obj)
		return strings.HasPrefix(x.operation, "Batch") && len(tables) > 1 && x.engine.kind == "ResourceNotFoundException" && x.local.kind == "ValidationException"
	}},
	{name: "refuses names of one or two characters as such", explains: func(x exchange) bool {
		return x.local.says("must be between 3 and 255 characters long") && x.engine.kind == "ResourceNotFoundException"
	}},
	{name: "500 for JSON of the wrong shape", explains: func(x exchange) bool {
		return x.local.kind == "InternalFailure" && x.engine.status == http.StatusBadRequest
	}},
	{name: "takes any scalar for a text, and lax base64", explains: func(x exchange) bool {
		return x.engine.kind == "SerializationException" && (x.engine.says("_VALUE cannot be converted to") || x.engine.says("Unexpected token") || x.engine.says("Base64"))
	}},
	{name: "does not check enumerations", explains: func(x exchange) bool {
		return x.engine.says("Member must satisfy enum value set")
	}},
	{name: "placeholders that are there and empty", explains: func(x exchange) bool {
		return x.engine.says("can only be specified when using expressions") && bytes.Contains(x.text, []byte(`s":{}`))
	}},
	{name: "checks the condition before what an update is about", explains: func(x exchange) bool {
		return x.local.kind == "ConditionalCheckFailedException" &&
			(x.engine.says("This attribute is part of the key") || x.engine.says("Key attributes must be scalars") ||
				x.engine.kind == "ValidationException" && bytes.Contains(x.text, []byte("AttributeUpdates")))
	}},
	{name: "counts levels of nesting otherwise, and not at all in the values of expressions", explains: func(x exchange) bool {
		return x.local.says("Nesting Levels have exceeded") || x.engine.says("Nesting Levels have exceeded")
	}},
	{name: "size is not reserved", explains: func(x exchange) bool {
		return x.engine.says("reserved keyword: size")
	}},
	{name: "looks for the table before it has checked the request", explains: func(x exchange) bool {
		return x.engine.kind == "ValidationException" && x.local.kind == "ResourceNotFoundException"
	}},
	{name: "wants 3 characters of a table's name, where DynamoDB finds none", explains: func(x exchange) bool {
		return x.engine.kind == "ResourceNotFoundException" && x.local.says("Invalid table/index name")
	}},
	{name: "paths into keys in a ConditionCheck", explains: func(x exchange) bool {
		return x.operation == "TransactWriteItems" && x.engine.says("Key attributes must be scalars")
	}},
	{name: "equal numbers of different text are different keys of a batch", explains: func(x exchange) bool {
		return x.engine.says("Provided list of item keys contains duplicates") && x.local.status == http.StatusOK
	}},
	{name: "a transaction's repeated items after its conditions, or not at all", explains: func(x exchange) bool {
		return x.engine.says("multiple operations on one item") && (x.local.kind == "TransactionCanceledException" || x.local.status == http.StatusOK)
	}},
	{name: "refuses to go on after the last key that the condition allows", explains: func(x exchange) bool {
		return x.local.says("starting key does not match the range key predicate") && x.engine.status == http.StatusOK && x.engine.number("Count") == 0
	}},
	{name: "key conditions on keys that are too long", explains: func(x exchange) bool {
		return x.operation == "Query" && x.engine.says("has exceeded the") && x.local.status == http.StatusOK
	}},
	{name: "a faulty operation fails its transaction without reasons", explains: func(x exchange) bool {
		return x.engine.kind == "TransactionCanceledException" && x.engine.says("ValidationError") && x.local.status == http.StatusBadRequest
	}},
	{name: "carries one operation of a transaction out before it has checked the next", explains: func(x exchange) bool {
		return x.operation == "TransactWriteItems" &&
			(x.engine.kind == "ValidationException" && x.local.kind == "TransactionCanceledException" && x.local.says("ValidationError") ||
				x.engine.kind == "ResourceNotFoundException" && x.local.kind == "ValidationException")
	}},
	{name: "the keys of TransactGetItems before anything else", explains: func(x exchange) bool {
		return x.operation == "TransactGetItems" && x.engine.status == http.StatusBadRequest && x.local.kind == "TransactionCanceledException" && !x.local.says("reasons")
	}},
}

// unnamedAction is a fault that no answer shows: where an entry of AttributeUpdates
// names no action, DynamoDB Local does nothing, and DynamoDB puts.
const unnamedAction = "an update that names no action does nothing"

func (x exchange) unnamedAction() bool {
	in, _ := x.body.(obj)
	updates, _ := in["AttributeUpdates"].(obj)
	for _, u := range updates {
		if u, ok := u.(obj); ok && u["Action"] == nil {
			return x.operation == "UpdateItem" && x.succeeded()
		}
	}
	return false
}

// explain tells whether known faults explain the difference, and which.
func (x exchange) explain() (names []string, ok bool) {
	for _, f := range faultsOfLocal {
		if f.explains != nil {
			if f.explains(x) {
				return []string{f.name}, true
			}
			continue
		}
		before := x.kind()
		x.engine.body, x.local.body = canonical("", x.engine.body), canonical("", x.local.body)
		if f.mend(&x); x.kind() != before {
			names = append(names, f.name)
		}
		if x.equal() {
			return append(names, f.name)[:max(1, len(names))], true
		}
	}
	return nil, false
}

// isPart tells whether a tree is the whole with some members of its objects left out.
func isPart(part, whole any) bool {
	p, isObject := part.(obj)
	w, _ := whole.(obj)
	if !isObject {
		return reflect.DeepEqual(part, whole)
	}
	for name := range p {
		if other, ok := w[name]; !ok || !isPart(p[name], other) {
			return false
		}
	}
	return true
}

// without takes a member out of both answers.
func (x *exchange) without(member string) {
	for _, r := range []reply{x.engine, x.local} {
		if body, ok := r.body.(obj); ok {
			delete(body, member)
		}
	}
}

func withoutInIndexes(body obj, member string) {
	for _, description := range body {
		table, _ := description.(obj)
		for _, kind := range []string{"GlobalSecondaryIndexes", "LocalSecondaryIndexes"} {
			indexes, _ := table[kind].([]any)
			for _, index := range indexes {
				delete(index.(obj), member)
			}
		}
	}
}

// number is a number at the top of an answer.
func (r reply) number(name string) float64 {
	body, _ := r.body.(obj)
	n, _ := body[name].(float64)
	return n
}

// units is the capacity that an answer reports, of all tables together.
func (r reply) units() float64 {
	body, _ := r.body.(obj)
	reports, ok := body["ConsumedCapacity"].([]any)
	if !ok {
		reports = []any{body["ConsumedCapacity"]}
	}
	sum := 0.0
	for _, report := range reports {
		of, _ := report.(obj)
		n, _ := of["CapacityUnits"].(float64)
		sum += n
	}
	return sum
}

// canonicalNumber is how DynamoDB writes numbers: no exponent, no zero that is not needed.
var canonicalNumber = regexp.MustCompile(`^(0|-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?)$`)

// numbersByValue puts values in the place of the texts of numbers. Where they
// are to be canonical, one that is not stays apart.
func numbersByValue(tree any, canonical bool) any {
	byValue := func(v any) any {
		text, _ := v.(string)
		n, ok := new(big.Rat).SetString(text)
		if !ok || canonical && !canonicalNumber.MatchString(text) {
			return "not canonical: " + text
		}
		return n.String()
	}
	switch node := tree.(type) {
	case obj:
		out := obj{}
		for name, v := range node {
			switch list, isList := v.([]any); {
			case name == "N" && len(node) == 1:
				out[name] = byValue(v)
			case name == "NS" && len(node) == 1 && isList:
				members := make([]any, len(list))
				for i, m := range list {
					members[i] = byValue(m)
				}
				out[name] = members
			default:
				out[name] = numbersByValue(v, canonical)
			}
		}
		return out
	case []any:
		out := make([]any, len(node))
		for i, e := range node {
			out[i] = numbersByValue(e, canonical)
		}
		return out
	}
	return tree
}
