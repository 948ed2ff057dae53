package conformance

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

// What is as large as it may be passes, and what is larger by one does not.
func testLimitsOfExpressions(t *testing.T, each runner) {
	const prefix = "Invalid ConditionExpression: "
	long := func(sigil string, size int) string { return sigil + strings.Repeat("p", size-1) }
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		remove := func(condition string, names map[string]string, values av) error {
			_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
				TableName: &table, Key: av{"id": s("1")}, ConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values,
			})
			return err
		}
		a := av{":a": n("1")}
		for _, row := range []struct {
			largest, larger error
			message         string
		}{
			{remove("x <> :a"+strings.Repeat(" ", 4089), nil, a), remove("x <> :a"+strings.Repeat(" ", 4090), nil, a),
				prefix + "Expression size has exceeded the maximum allowed size; expression size: 4097"},
			{remove("NOT x=:a"+strings.Repeat(" AND x<>:a", 149), nil, a), remove("NOT NOT x<>:a"+strings.Repeat(" AND x<>:a", 149), nil, a),
				prefix + "The expression contains too many operators; operator count: 301"},
			{remove("x"+strings.Repeat(".y", 31)+" <> :a", nil, a), remove("x"+strings.Repeat(".y", 32)+" <> :a", nil, a),
				prefix + "The document path has too many nesting levels; nesting levels: 33"},
			{remove("x[2147483647] <> :a", nil, a), remove("x[2147483648] <> :a", nil, a),
				prefix + "List index is not within the allowable range; index: [2147483648]"},
			{remove("NOT x IN (:a"+strings.Repeat(",:a", 99)+")", nil, a), remove("NOT x IN (:a"+strings.Repeat(",:a", 100)+")", nil, a),
				prefix + "The IN operator is provided with too many operands; number of operands: 101"},
			{remove("x <> "+long("#", 255), map[string]string{long("#", 255): "y"}, nil), remove("x <> "+long("#", 256), map[string]string{long("#", 256): "y"}, nil),
				"ExpressionAttributeNames contains invalid key: The expression attribute map contains a key that is too long; size of key: 256"},
			{remove("x <> "+long(":", 255), nil, av{long(":", 255): n("1")}), remove("x <> "+long(":", 256), nil, av{long(":", 256): n("1")}),
				"ExpressionAttributeValues contains invalid key: The expression attribute map contains a key that is too long;"},
		} {
			require.NoError(t, row.largest, row.message)
			d.fails(row.larger, validation, row.message)
		}
	})
}

// What all placeholders of a request stand for has 2 MB with them, names and values together.
func testLimitsOfPlaceholders(t *testing.T, each runner) {
	const most = 2 << 20
	each(t, func(t *testing.T, d *door) {
		table := d.table("id:S")
		for _, row := range []struct {
			values, names int
			message       string // none for what fails, but for another reason
		}{
			{most, 0, ""}, {most + 1, 0, "ExpressionAttributeValues exceeds max size"},
			{0, most, ""}, {0, most + 1, "ExpressionAttributeNames exceeds max size"},
			{most / 2, most / 2, ""}, {most / 2, most/2 + 1, "Combined size of ExpressionAttributeNames and ExpressionAttributeValues exceeds max size"},
		} {
			in := &dynamodb.UpdateItemInput{TableName: &table, Key: av{"id": s("1")}, ConditionExpression: new("attribute_exists(y)"), UpdateExpression: new("REMOVE y")}
			if row.names > 0 {
				in.ExpressionAttributeNames = manyNames(row.names)
			}
			if row.values > 0 {
				half := row.values / 2
				in.ConditionExpression, in.UpdateExpression = new("y = :a"), new("SET y = :b")
				in.ExpressionAttributeValues = av{":a": s(strings.Repeat("x", half-2)), ":b": s(strings.Repeat("x", row.values-half-2))}
			}
			_, err := d.UpdateItem(t.Context(), in)
			if row.message == "" {
				require.NotContains(t, err.Error(), "max size")
				continue
			}
			d.fails(err, validation, row.message)
		}
	})
}

// manyNames are names of so many bytes together, each of fewer than it may have.
func manyNames(size int) map[string]string {
	names := map[string]string{}
	for i := range 64 {
		name := string(rune('A'+i/8)) + string(rune('a'+i%8))
		share := size / 64
		if i == 0 {
			share += size % 64
		}
		names["#"+name] = name + strings.Repeat("n", share-5)
	}
	return names
}
