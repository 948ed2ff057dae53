package dynamotest_test

import (
	"fmt"
	"maps"
	"slices"
)

// A worldTable is a table that the requests are about.
type worldTable struct {
	name    string
	keys    []worldKey
	indexes []worldIndex
}

type worldKey struct{ name, kind string }

type worldIndex struct {
	name       string
	local      bool
	keys       []worldKey
	projection string // ALL, KEYS_ONLY, or the attribute that is INCLUDEd
}

var worldTables = []worldTable{
	{name: "one", keys: []worldKey{{"id", "S"}}, indexes: []worldIndex{
		{name: "byG", keys: []worldKey{{"g", "S"}}, projection: "a"},
	}},
	{name: "two", keys: []worldKey{{"id", "S"}, {"so", "N"}}, indexes: []worldIndex{
		{name: "byGN", keys: []worldKey{{"g", "S"}, {"n", "N"}}, projection: "ALL"},
		{name: "byH", local: true, keys: []worldKey{{"id", "S"}, {"h", "S"}}, projection: "KEYS_ONLY"},
	}},
	{name: "three", keys: []worldKey{{"id", "N"}, {"so", "B"}}, indexes: []worldIndex{
		{name: "byC", local: true, keys: []worldKey{{"id", "N"}, {"c", "N"}}, projection: "ALL"},
		{name: "byM", keys: []worldKey{{"m", "B"}}, projection: "KEYS_ONLY"},
	}},
	{name: "four", keys: []worldKey{{"id", "B"}, {"so", "S"}}},
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// A wireRequest is an operation and its JSON.
type wireRequest struct {
	operation string
	body      any
}

func (g *generator) any() worldTable { return g.table(g.IntN(len(worldTables))) }

// tableName is the table's, or that of none.
func (g *generator) tableName(t worldTable) any {
	if g.mistake(5) {
		return pick[any](g, g.prefix+"-none", "x", "bad name", nil, 5)
	}
	return t.name
}

func (g *generator) key(t worldTable) obj {
	key := obj{}
	for _, k := range t.keys {
		key[k.name] = g.keyValue(k.kind)
	}
	switch {
	case g.mistake(10):
		delete(key, t.keys[g.IntN(len(t.keys))].name)
	case g.mistake(10):
		key["a"] = g.value(0)
	}
	return key
}

func (g *generator) item(t worldTable) obj {
	item := g.attributes(g.IntN(6), 2)
	if g.chance(60) {
		item["d"] = g.document()
	}
	maps.Copy(item, g.key(t))
	for _, index := range t.indexes {
		for _, k := range index.keys {
			_, has := item[k.name]
			if !slices.Contains(t.keys, k) && (has || g.chance(60)) && !g.mistake(100) {
				item[k.name] = g.keyValue(k.kind)
			}
		}
	}
	return item
}

// request makes one random request.
func (g *generator) request() wireRequest {
	g.clean = g.chance(60)
	r := g.valid()
	if g.mistake(80) {
		r.body = g.spoil(r.body)
		if body, ok := r.body.(obj); ok && r.operation == "CreateTable" {
			body["TableName"] = g.any().name // no further table is to come into being
		}
	}
	return r
}

func (g *generator) valid() wireRequest {
	t := g.any()
	if g.chance(15) {
		return g.legacy(t)
	}
	switch k := g.IntN(100); {
	case k < 20:
		return g.put(t)
	case k < 45:
		return g.update(t)
	case k < 52:
		return g.delete(t)
	case k < 60:
		return wireRequest{"GetItem", g.read(t, obj{"TableName": g.tableName(t), "Key": g.key(t)})}
	case k < 74:
		return g.query(t)
	case k < 80:
		return g.scan(t)
	case k < 84:
		return g.batchGet()
	case k < 89:
		return g.batchWrite()
	case k < 95:
		return g.transactWrite()
	case k < 98:
		return g.transactGet()
	}
	return g.tableRequest(t)
}

// option sets a member to one of its values in one request of three.
func (g *generator) option(in obj, name string, values ...string) {
	switch {
	case g.mistake(5):
		in[name] = "NONSENSE"
	case g.chance(33):
		in[name] = pick(g, values...)
	}
}

func (g *generator) condition(t worldTable, in obj) *expressions {
	e := g.expressions(t)
	if g.chance(30) {
		in["ConditionExpression"] = e.condition(2)
		g.option(in, "ReturnValuesOnConditionCheckFailure", "ALL_OLD", "NONE")
	}
	return e
}

func (g *generator) put(t worldTable) wireRequest {
	in := obj{"TableName": g.tableName(t), "Item": g.item(t)}
	g.condition(t, in).into(in)
	g.option(in, "ReturnValues", "NONE", "ALL_OLD")
	if g.mistake(5) {
		in["ReturnValues"] = "UPDATED_NEW"
	}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"PutItem", in}
}

func (g *generator) update(t worldTable) wireRequest {
	in := obj{"TableName": g.tableName(t), "Key": g.key(t)}
	e := g.condition(t, in)
	if g.chance(97) {
		in["UpdateExpression"] = e.update()
	}
	e.into(in)
	g.option(in, "ReturnValues", "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"UpdateItem", in}
}

func (g *generator) delete(t worldTable) wireRequest {
	in := obj{"TableName": g.tableName(t), "Key": g.key(t)}
	g.condition(t, in).into(in)
	g.option(in, "ReturnValues", "NONE", "ALL_OLD")
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"DeleteItem", in}
}

// read adds to a request what reads share.
func (g *generator) read(t worldTable, in obj) obj {
	if g.chance(25) {
		e := g.expressions(t)
		in["ProjectionExpression"] = e.projection()
		e.into(in)
	}
	if g.chance(50) {
		in["ConsistentRead"] = g.chance(50)
	}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return in
}

// page adds to a request what Query and Scan share.
func (g *generator) page(t worldTable, e *expressions, in obj) {
	if g.chance(30) {
		in["FilterExpression"] = e.condition(1)
	}
	if g.chance(20) {
		in["ProjectionExpression"] = e.projection()
	}
	if g.chance(15) || g.mistake(50) {
		in["Select"] = pick(g, "COUNT", "ALL_ATTRIBUTES", "SPECIFIC_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	}
	if g.chance(30) {
		in["Limit"] = 1 + g.IntN(4)
	} else if g.mistake(10) {
		in["Limit"] = pick[any](g, 0, -1, "1", 1.5)
	}
	if g.chance(40) {
		in["ConsistentRead"] = g.chance(50)
	}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	e.into(in)
}

// index puts an index of the table into a request and returns the keys to ask it by.
func (g *generator) index(t worldTable, in obj) []worldKey {
	switch {
	case g.mistake(10):
		in["IndexName"] = pick[any](g, "none", "x", 5)
	case len(t.indexes) > 0 && g.chance(50):
		index := t.indexes[g.IntN(len(t.indexes))]
		in["IndexName"] = index.name
		return index.keys
	}
	return t.keys
}

func (g *generator) query(t worldTable) wireRequest {
	in, e := obj{"TableName": g.tableName(t)}, g.expressions(t)
	keys := g.index(t, in)
	in["KeyConditionExpression"] = e.keyCondition(keys)
	g.page(t, e, in)
	if g.chance(40) {
		in["ScanIndexForward"] = g.chance(40)
	}
	if len(in) > 0 && in["IndexName"] == nil && g.chance(5) {
		in["ExclusiveStartKey"] = g.key(t)
	}
	return wireRequest{"Query", in}
}

func (g *generator) scan(t worldTable) wireRequest {
	in, e := obj{"TableName": g.tableName(t)}, g.expressions(t)
	g.index(t, in)
	g.page(t, e, in)
	switch {
	case g.chance(20):
		in["TotalSegments"], in["Segment"] = 1+g.IntN(3), 0
	case g.mistake(20):
		in["TotalSegments"] = pick[any](g, 0, 2, 1000001)
	case g.mistake(20):
		in["Segment"] = pick[any](g, 0, 5, -1)
	}
	return wireRequest{"Scan", in}
}

func (g *generator) batchGet() wireRequest {
	tables := obj{}
	for range 1 + g.IntN(2) {
		t := g.any()
		keys := []any{}
		for range 1 + g.IntN(4) {
			keys = append(keys, g.key(t))
		}
		of := obj{"Keys": unique(g, keys)}
		if g.chance(25) {
			e := g.expressions(t)
			of["ProjectionExpression"] = e.projection()
			e.into(of)
		}
		if g.chance(30) {
			of["ConsistentRead"] = g.chance(50)
		}
		tables[fmt.Sprint(g.tableName(t))] = of
	}
	in := obj{"RequestItems": tables}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"BatchGetItem", in}
}

// unique leaves duplicates out, but for a mistake. Equal numbers may still differ in text.
func unique(g *generator, keys []any) []any {
	seen, out := map[string]bool{}, []any{}
	for _, key := range keys {
		if text := fmt.Sprint(key); !seen[text] || g.mistake(300) {
			seen[text] = true
			out = append(out, key)
		}
	}
	return out
}

func (g *generator) batchWrite() wireRequest {
	tables := obj{}
	for range 1 + g.IntN(2) {
		t := g.any()
		seen, writes := map[string]bool{}, []any{}
		for range 1 + g.IntN(4) {
			key := g.key(t)
			if text := fmt.Sprint(key); seen[text] && !g.mistake(300) {
				continue
			} else {
				seen[text] = true
			}
			if g.chance(70) {
				item := g.item(t)
				for _, k := range t.keys {
					delete(item, k.name)
				}
				maps.Copy(item, key)
				writes = append(writes, obj{"PutRequest": obj{"Item": item}})
			} else {
				writes = append(writes, obj{"DeleteRequest": obj{"Key": key}})
			}
		}
		tables[fmt.Sprint(g.tableName(t))] = writes
	}
	in := obj{"RequestItems": tables}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"BatchWriteItem", in}
}

func (g *generator) transactWrite() wireRequest {
	items := []any{}
	for range 1 + g.IntN(4) {
		t := g.any()
		switch g.IntN(4) {
		case 0:
			in := obj{"TableName": g.tableName(t), "Item": g.item(t)}
			g.condition(t, in).into(in)
			items = append(items, obj{"Put": in})
		case 1:
			in := obj{"TableName": g.tableName(t), "Key": g.key(t)}
			e := g.condition(t, in)
			in["UpdateExpression"] = e.update()
			e.into(in)
			items = append(items, obj{"Update": in})
		case 2:
			in := obj{"TableName": g.tableName(t), "Key": g.key(t)}
			g.condition(t, in).into(in)
			items = append(items, obj{"Delete": in})
		case 3:
			in, e := obj{"TableName": g.tableName(t), "Key": g.key(t)}, g.expressions(t)
			in["ConditionExpression"] = e.condition(1)
			e.into(in)
			items = append(items, obj{"ConditionCheck": in})
		}
	}
	in := obj{"TransactItems": items}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"TransactWriteItems", in}
}

func (g *generator) transactGet() wireRequest {
	items := []any{}
	for range 1 + g.IntN(4) {
		t := g.any()
		get := obj{"TableName": g.tableName(t), "Key": g.key(t)}
		if g.chance(25) {
			e := g.expressions(t)
			get["ProjectionExpression"] = e.projection()
			e.into(get)
		}
		items = append(items, obj{"Get": get})
	}
	in := obj{"TransactItems": items}
	g.option(in, "ReturnConsumedCapacity", "NONE", "TOTAL", "INDEXES")
	return wireRequest{"TransactGetItems", in}
}

// tableRequest is about tables; it leaves those of the world as they are.
func (g *generator) tableRequest(t worldTable) wireRequest {
	switch g.IntN(3) {
	case 0:
		return wireRequest{"DescribeTable", obj{"TableName": g.tableName(t)}}
	case 1:
		return wireRequest{"DeleteTable", obj{"TableName": g.prefix + "-none"}}
	}
	return wireRequest{"CreateTable", t.create()} // it is there
}

// create is the request that makes the table.
func (t worldTable) create() obj {
	schema := func(keys []worldKey) (out []any) {
		for i, k := range keys {
			out = append(out, obj{"AttributeName": k.name, "KeyType": []string{"HASH", "RANGE"}[i]})
		}
		return out
	}
	kinds := map[string]string{}
	for _, k := range t.keys {
		kinds[k.name] = k.kind
	}
	in := obj{"TableName": t.name, "KeySchema": schema(t.keys), "BillingMode": "PAY_PER_REQUEST"}
	for _, index := range t.indexes {
		member := "GlobalSecondaryIndexes"
		if index.local {
			member = "LocalSecondaryIndexes"
		}
		projection := obj{"ProjectionType": index.projection}
		if index.projection != "ALL" && index.projection != "KEYS_ONLY" {
			projection = obj{"ProjectionType": "INCLUDE", "NonKeyAttributes": []any{index.projection}}
		}
		list, _ := in[member].([]any)
		in[member] = append(list, obj{"IndexName": index.name, "KeySchema": schema(index.keys), "Projection": projection})
		for _, k := range index.keys {
			kinds[k.name] = k.kind
		}
	}
	definitions := []any{}
	for _, name := range sortedKeys(kinds) {
		definitions = append(definitions, obj{"AttributeName": name, "AttributeType": kinds[name]})
	}
	in["AttributeDefinitions"] = definitions
	return in
}
