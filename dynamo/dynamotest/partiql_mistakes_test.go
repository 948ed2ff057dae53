package dynamotest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// A statement that is wrong says so and changes nothing. What is quoted are our own words, or
// DynamoDB's where they are known; the differential test compares them with DynamoDB Local.
func TestPartiQLMistakes(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "tab", Partition: dynamotest.S("pk")})
	run := func(statement string, parameters ...types.AttributeValue) (*dynamodb.ExecuteStatementOutput, error) {
		return db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: &statement, Parameters: parameters})
	}
	_, err := run(`INSERT INTO tab VALUE {'pk': 'a', 'n': 1, 'l': [1, 2], 'm': {}}`)
	require.NoError(t, err)
	const malformed = "Statement wasn't well formed"
	update := func(set string) string { return `UPDATE tab SET ` + set + ` WHERE pk = 'a'` }
	for _, tt := range []struct{ statement, want string }{
		{"", "length greater than or equal to 1"},
		{"SELECT * FROM tab WHERE pk = '" + strings.Repeat("x", 8192) + "'", "length less than or equal to 8192"},
		{"SELECT * FROM tab WHERE " + strings.Repeat("(", 300) + "pk = 'a'" + strings.Repeat(")", 300), "nested too deeply"},
		{"SELECT * FROM tab WHERE " + strings.Repeat("NOT ", 300) + "pk = 'a'", "nested too deeply"},
		{"SELECT * FROM tab WHERE pk = 'a' AND x = " + strings.Repeat("[", 300) + strings.Repeat("]", 300), "nested too deeply"},
		{"SELECT * FROM tab WHERE pk IS 5", malformed},
		{"SELECT * FROM tab WHERE contains(pk)", "Incorrect number of operands for operator or function; operator or function: contains"},
		{"SELECT * FROM tab WHERE begins_with(pk, 5)", "Incorrect operand type for operator or function; operator or function: begins_with, operand type: N"},
		{"SELECT * FROM tab WHERE pk = <<>>", "Empty bags are not supported"},
		{"SELECT * FROM tab WHERE pk = )", malformed},
		{"SELECT * FROM tab WHERE pk = 'a' /* no end", malformed},
		{"SELECT * FROM tab WHERE pk = 'a' # comment", malformed},
		{"SELECT * FROM tab WHERE pk = 'a'; SELECT", malformed},
		{"SELECT l['' ] FROM tab", malformed},
		{"SELECT l[x] FROM tab", malformed},
		{"INSERT INTO tab VALUE {5: 'a'}", malformed},
		{"INSERT INTO tab VALUE {'pk': 'b', 'x': 1e999}", ""},
		{"DELETE FROM tab WHERE pk = 'a' RETURNING SOME OLD *", malformed},
		{`UPDATE tab ADD n 1 WHERE pk = 'a'`, malformed},
		{update("n = set_add(l, <<1>>)"), "The first argument of set_add must be the path that is set"},
		{update("n = set_delete(n, 1)"), "Incorrect operand type for operator or function; operator or function: set_delete, operand type: N"},
		{update("n = if_not_exists(1, 2)"), "The first argument of if_not_exists must be a path"},
		{update("n = size(l)"), "The function is not allowed to be used this way in an expression; function: size"},
	} {
		_, err := run(tt.statement)
		require.ErrorContains(t, err, "ValidationException", tt.statement)
		require.ErrorContains(t, err, tt.want, tt.statement)
	}
	_, err = db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM tab"), Parameters: []types.AttributeValue{}})
	require.ErrorContains(t, err, "'parameters' failed to satisfy constraint")
	_, err = run("SELECT * FROM tab WHERE pk = ?", &types.AttributeValueMemberN{Value: "one"})
	require.ErrorContains(t, err, "ValidationException")

	out, err := run("SELECT * FROM tab")
	require.NoError(t, err)
	require.Len(t, out.Items, 1)
	require.Equal(t, `{"l":[1,2],"m":{},"n":1,"pk":"a"}`, plain(t, out.Items[0]))
}

// Comments, numbers and quotes as the language has them.
func TestPartiQLSpelling(t *testing.T) {
	db := dynamotest.New(dynamotest.Table{Name: "tab", Partition: dynamotest.S("pk")})
	_, err := db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: aws.String(
		"INSERT -- the rest of a line\n INTO /* in between */ \"tab\" VALUE {'pk': 'it''s', \"big\": 1.5e+3, 'small': 25E-1, 'e': [], 'm': {}};")})
	require.NoError(t, err)
	out, err := db.ExecuteStatement(t.Context(), &dynamodb.ExecuteStatementInput{Statement: aws.String(`SELECT * FROM "tab" WHERE pk = 'it''s' AND big > 1e3 AND NOT small IN [1, 2]`)})
	require.NoError(t, err)
	require.Len(t, out.Items, 1)
	require.Equal(t, `{"big":1500,"e":[],"m":{},"pk":"it's","small":2.5}`, plain(t, out.Items[0]))
}
