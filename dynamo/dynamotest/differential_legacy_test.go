package dynamotest_test

// The parameters that expressions have replaced, as the requests that use them.

var comparisons = []string{"EQ", "NE", "LE", "LT", "GE", "GT", "NOT_NULL", "NULL", "CONTAINS", "NOT_CONTAINS", "BEGINS_WITH", "IN", "BETWEEN"}

// legacyCondition compares with as many values as the operator takes, but for a mistake.
func (g *generator) legacyCondition(operator string, value func() any) obj {
	n := map[string]int{"NOT_NULL": 0, "NULL": 0, "BETWEEN": 2, "IN": 1 + g.IntN(3)}
	count, ok := n[operator]
	if !ok {
		count = 1
	}
	if g.mistake(30) {
		count = g.IntN(4)
	}
	list := []any{}
	for range count {
		list = append(list, value())
	}
	c := obj{"ComparisonOperator": operator}
	if count > 0 || g.chance(20) {
		c["AttributeValueList"] = list
	}
	return c
}

func (g *generator) scalar() any {
	return pick[any](g, obj{"S": pick(g, texts...)}, obj{"N": pick(g, numbers...)}, obj{"N": pick(g, "0", "1", "2")}, obj{"B": pick(g, binary...)}, g.value(0))
}

// legacyConditions is a QueryFilter, ScanFilter or the new form of Expected.
func (g *generator) legacyConditions() obj {
	out := obj{}
	for range 1 + g.IntN(2) {
		out[pick(g, attributes...)] = g.legacyCondition(pick(g, comparisons...), g.scalar)
	}
	return out
}

func (g *generator) conditional(in obj, conditions obj) {
	if len(conditions) > 1 && g.chance(50) || g.mistake(20) {
		in["ConditionalOperator"] = pick(g, "AND", "OR")
	}
}

func (g *generator) expected(in obj) {
	if !g.chance(50) {
		return
	}
	e := g.legacyConditions()
	if g.chance(30) {
		e[pick(g, attributes...)] = obj{"Exists": false}
	}
	if g.chance(30) {
		e[pick(g, attributes...)] = obj{"Value": g.scalar()}
	}
	in["Expected"] = e
	g.conditional(in, e)
}

// legacy makes a request of the old kind.
func (g *generator) legacy(t worldTable) wireRequest {
	switch g.IntN(6) {
	case 0:
		in := obj{"TableName": g.tableName(t), "Item": g.item(t)}
		g.expected(in)
		g.option(in, "ReturnValues", "NONE", "ALL_OLD")
		return wireRequest{"PutItem", in}
	case 1:
		in := obj{"TableName": g.tableName(t), "Key": g.key(t)}
		g.expected(in)
		g.option(in, "ReturnValues", "NONE", "ALL_OLD")
		return wireRequest{"DeleteItem", in}
	case 2:
		in := obj{"TableName": g.tableName(t), "Key": g.key(t), "AttributeUpdates": g.attributeUpdates()}
		g.expected(in)
		g.option(in, "ReturnValues", "NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW")
		return wireRequest{"UpdateItem", in}
	case 3:
		in := obj{"TableName": g.tableName(t), "Key": g.key(t), "AttributesToGet": g.attributesToGet()}
		return wireRequest{"GetItem", in}
	case 4:
		in := obj{"TableName": g.tableName(t)}
		in["ScanFilter"] = g.legacyConditions()
		g.conditional(in, in["ScanFilter"].(obj))
		return wireRequest{"Scan", in}
	}
	return g.legacyQuery(t)
}

func (g *generator) legacyQuery(t worldTable) wireRequest {
	in := obj{"TableName": g.tableName(t)}
	keys := g.index(t, in)
	conditions := obj{keys[0].name: g.legacyCondition("EQ", func() any { return g.keyValue(keys[0].kind) })}
	if len(keys) > 1 && g.chance(60) {
		operator := pick(g, "EQ", "LE", "LT", "GE", "GT", "BEGINS_WITH", "BETWEEN")
		conditions[keys[1].name] = g.legacyCondition(operator, func() any { return g.keyValue(keys[1].kind) })
	}
	in["KeyConditions"] = conditions
	if g.chance(30) {
		in["QueryFilter"] = g.legacyConditions()
		g.conditional(in, in["QueryFilter"].(obj))
	}
	if g.chance(20) {
		in["AttributesToGet"] = g.attributesToGet()
	}
	return wireRequest{"Query", in}
}

func (g *generator) attributesToGet() []any {
	list := []any{"a"}
	for range g.IntN(3) {
		list = append(list, pick(g, append([]string{"id", "so", "b"}, attributes...)...))
	}
	return list
}

// attributeUpdates always names the action; see [unnamedAction].
func (g *generator) attributeUpdates() obj {
	out := obj{}
	for range 1 + g.IntN(3) {
		u := obj{"Action": pick(g, "PUT", "ADD", "DELETE"), "Value": g.scalar()}
		switch {
		case u["Action"] == "DELETE" && g.chance(60):
			delete(u, "Value")
		case u["Action"] != "PUT" && g.chance(60):
			u["Value"] = pick[any](g, g.set("SS"), g.set("NS"), obj{"N": "1"}, obj{"L": []any{g.value(0)}})
		}
		out[pick(g, attributes...)] = u
	}
	return out
}
