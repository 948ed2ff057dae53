package sam

// A Table is a DynamoDB table, as the API's CreateTable takes it.
type Table struct {
	ID, Name string
	// Request has the members of a CreateTable request.
	Request map[string]any
	// TTL is the attribute that holds the time to live; "" for none.
	TTL string
}

// requestMembers are the properties of AWS::DynamoDB::Table that CreateTable has, too.
var requestMembers = []string{
	"AttributeDefinitions", "KeySchema", "BillingMode", "ProvisionedThroughput", "GlobalSecondaryIndexes", "LocalSecondaryIndexes",
}

func (t *template) readTable(r *resource) {
	props := t.properties(r)
	table := Table{ID: r.id, Name: t.physicalName(r), Request: map[string]any{"TableName": t.physicalName(r)}}
	if r.kind == typeSimpleTable {
		t.readSimpleTable(props, &table)
		t.Tables = append(t.Tables, table)
		return
	}
	if len(props.get("KeySchema").list()) == 0 || len(props.get("AttributeDefinitions").list()) == 0 {
		t.fail(r.node, "Resources."+r.id, "expected KeySchema and AttributeDefinitions")
		return
	}
	for _, name := range requestMembers {
		if v := props.get(name); v.exists() {
			table.Request[name] = withNumbers(v)
		}
	}
	if table.Request["ProvisionedThroughput"] == nil {
		table.Request["BillingMode"] = "PAY_PER_REQUEST"
	}
	ttl := props.get("TimeToLiveSpecification")
	if ttl.get("Enabled").boolean(false) {
		table.TTL = ttl.get("AttributeName").text()
	}
	t.Tables = append(t.Tables, table)
}

// readSimpleTable reads the primary key of a table that has no sort key; a string called id where nothing is said.
func (t *template) readSimpleTable(props value, table *Table) {
	name, kind := "id", "S"
	if key := props.get("PrimaryKey"); key.exists() {
		if name = key.get("Name").text(); name == "" {
			key.fail("expected Name and Type")
		}
		kind = map[string]string{"String": "S", "Number": "N", "Binary": "B", "": "S"}[key.get("Type").oneOf("String", "String", "Number", "Binary")]
	}
	table.Request["AttributeDefinitions"] = []any{map[string]any{"AttributeName": name, "AttributeType": kind}}
	table.Request["KeySchema"] = []any{map[string]any{"AttributeName": name, "KeyType": "HASH"}}
	table.Request["BillingMode"] = "PAY_PER_REQUEST"
}

// withNumbers returns the value with capacities as numbers: parameters are strings.
func withNumbers(v value) any {
	for _, name := range []string{"ReadCapacityUnits", "WriteCapacityUnits"} {
		if v.isMap() && v.get(name).exists() {
			return map[string]any{
				"ReadCapacityUnits":  v.get("ReadCapacityUnits").number(1, 1, 1_000_000),
				"WriteCapacityUnits": v.get("WriteCapacityUnits").number(1, 1, 1_000_000),
			}
		}
	}
	if v.isMap() {
		m := make(map[string]any)
		for key, item := range v.all() {
			m[key] = withNumbers(item)
		}
		return m
	}
	if !v.isScalar() {
		list := []any{}
		for _, item := range v.list() {
			list = append(list, withNumbers(item))
		}
		return list
	}
	return v.text()
}
