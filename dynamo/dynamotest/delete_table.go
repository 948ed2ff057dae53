package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// deleteTable drops a table with all of its items, at once.
func deleteTable(db *DB, r *tableRequest) (*tableResult, *fault) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, f := r.find(db)
	if f != nil {
		return nil, f
	}
	if t.protected {
		return nil, validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	}
	delete(db.tables, t.name)
	return &tableResult{member: "TableDescription", tableDescription: t.describe("DELETING")}, nil
}

// DeleteTable is DynamoDB's DeleteTable. The table is gone at once.
func (db *DB) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, _ ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	if in == nil {
		in = &dynamodb.DeleteTableInput{}
	}
	res, err := run(ctx, db, "DeleteTable", deleteTable, &tableRequest{TableName: in.TableName})
	if err != nil {
		return nil, sdkError("DeleteTable", err)
	}
	return &dynamodb.DeleteTableOutput{TableDescription: res.sdk()}, nil
}
