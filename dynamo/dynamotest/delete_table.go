package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// deleteTable drops a table with all of its items.
func deleteTable(db *DB, r *tableRequest) (*tableResult, *fault) {
	db.mu.Lock()
	defer db.mu.Unlock()
	t, f := db.managed(r.TableName)
	if f != nil {
		return nil, f
	}
	switch status := db.status(t.settling); {
	case t.settings.protected:
		return nil, validation("Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.")
	case status == statusCreating || status == statusUpdating:
		return nil, &fault{kind: faultTableInUse, message: "Attempt to change a resource which is still in use: Table is being " +
			map[string]string{statusCreating: "created", statusUpdating: "updated"}[status] + ": " + t.name}
	case status != statusDeleting:
		t.settling = db.settle(statusDeleting)
		db.disableStream(t)
	}
	d := db.describe(t)
	d.TableStatus = statusDeleting
	db.sweep()
	return &tableResult{TableDescription: d}, nil
}

// DeleteTable is DynamoDB's DeleteTable. The table is gone at once, unless
// [DB.SetDelay] says otherwise.
func (db *DB) DeleteTable(ctx context.Context, in *dynamodb.DeleteTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DeleteTableOutput, error) {
	return db.Client().DeleteTable(ctx, in, opts...)
}
