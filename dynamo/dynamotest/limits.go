package dynamotest

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

// What AWS's tools ask of a service before they use it.

type noRequest struct{}

func (*noRequest) table() string { return "" }

type limitsResult struct {
	AccountMaxReadCapacityUnits, AccountMaxWriteCapacityUnits int
	TableMaxReadCapacityUnits, TableMaxWriteCapacityUnits     int
}

func (r *limitsResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

// describeLimits answers the quotas of a new account.
func describeLimits(*DB, *noRequest) (*limitsResult, *fault) {
	return &limitsResult{80_000, 80_000, 40_000, 40_000}, nil
}

type endpointsResult struct{ Endpoints []endpoint }

type endpoint struct {
	Address              string
	CachePeriodInMinutes int
}

func (r *endpointsResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

func describeEndpoints(*DB, *noRequest) (*endpointsResult, *fault) {
	return &endpointsResult{[]endpoint{{"dynamodb.us-east-1.amazonaws.com", 1440}}}, nil
}

type backupsResult struct {
	ContinuousBackupsDescription backupsDescription
}

type backupsDescription struct {
	ContinuousBackupsStatus        string
	PointInTimeRecoveryDescription struct{ PointInTimeRecoveryStatus string }
}

func (r *backupsResult) appendWire(b []byte) []byte { return appendJSON(b, r) }

// describeBackups answers for every table that nobody turned recovery on.
func describeBackups(db *DB, r *tableRequest) (*backupsResult, *fault) {
	c := &constraints{}
	c.tableName("tableName", r.TableName, 1)
	if f := c.fault(); f != nil {
		return nil, f
	}
	db.mu.RLock()
	defer db.mu.RUnlock()
	if _, ok := db.tables[*r.TableName]; !ok {
		return nil, &fault{kind: faultNoTable, message: "Table not found: " + *r.TableName}
	}
	res := &backupsResult{backupsDescription{ContinuousBackupsStatus: "ENABLED"}}
	res.ContinuousBackupsDescription.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus = "DISABLED"
	return res, nil
}

// DescribeLimits is DynamoDB's DescribeLimits: the quotas of a new account. None
// of them is enforced.
func (db *DB) DescribeLimits(ctx context.Context, in *dynamodb.DescribeLimitsInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeLimitsOutput, error) {
	return db.Client().DescribeLimits(ctx, in, opts...)
}

// DescribeEndpoints is DynamoDB's DescribeEndpoints.
func (db *DB) DescribeEndpoints(ctx context.Context, in *dynamodb.DescribeEndpointsInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeEndpointsOutput, error) {
	return db.Client().DescribeEndpoints(ctx, in, opts...)
}

// DescribeContinuousBackups is DynamoDB's DescribeContinuousBackups: recovery is
// off for every table.
func (db *DB) DescribeContinuousBackups(ctx context.Context, in *dynamodb.DescribeContinuousBackupsInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeContinuousBackupsOutput, error) {
	return db.Client().DescribeContinuousBackups(ctx, in, opts...)
}
