package dynamotest_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// stocked is a DB with something of everything in it.
func stocked(t *testing.T) *dynamotest.DB {
	t.Helper()
	db := dynamotest.New(dynamotest.Table{Name: "empty", Partition: dynamotest.B("id")}, dynamotest.Table{
		Name: "orders", Partition: dynamotest.S("id"), Sort: dynamotest.N("so"),
		Indexes: []dynamotest.Index{
			{Name: "byCity", Partition: dynamotest.S("city"), Sort: dynamotest.N("so"), Projection: "INCLUDE", Include: []string{"l"}},
			{Name: "byName", Local: true, Sort: dynamotest.S("name"), Projection: "KEYS_ONLY"},
		},
	})
	_, err := db.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName: aws.String("provisioned"), DeletionProtectionEnabled: aws.Bool(true),
		ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(4)},
		AttributeDefinitions:  []types.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: "S"}, {AttributeName: aws.String("g"), AttributeType: "S"}},
		KeySchema:             []types.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: "HASH"}},
		Tags:                  []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName: aws.String("byG"), KeySchema: []types.KeySchemaElement{{AttributeName: aws.String("g"), KeyType: "HASH"}},
			Projection:            &types.Projection{ProjectionType: "ALL"},
			ProvisionedThroughput: &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(2)},
		}},
	})
	require.NoError(t, err)
	_, err = db.UpdateTimeToLive(t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String("orders"), TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: aws.Bool(true)},
	})
	require.NoError(t, err)
	for i := range 300 {
		item := av{
			"id": s(fmt.Sprint("order ", i%7, "\n\"\u2028\x00")), "so": n(fmt.Sprint(i)), "city": s("Köln"), "name": s("x"), "b": bin("\x00\xff"),
			"ss": ss("b", "a"), "ns": ns("2", "1"), "l": l(null(), boolean(true), m(av{"z": n("1e-130"), "y": s("")})), "expires": n("4102444800"),
		}
		_, err := db.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String("orders"), Item: item})
		require.NoError(t, err)
	}
	return db
}

func snapshot(t testing.TB, db *dynamotest.DB) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, db.WriteSnapshot(&b))
	return b.Bytes()
}

func TestSnapshot(t *testing.T) {
	db := stocked(t)
	first := snapshot(t, db)
	require.Equal(t, first, snapshot(t, db), "the same contents, the same bytes")
	again, err := dynamotest.ReadSnapshot(bytes.NewReader(first))
	require.NoError(t, err)
	require.Equal(t, string(first), string(snapshot(t, again)))

	for _, table := range []string{"empty", "orders", "provisioned"} {
		a, err := db.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		b, err := again.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
		require.NoError(t, err)
		for _, d := range []*types.TableDescription{a.Table, b.Table} {
			d.CreationDateTime = aws.Time(d.CreationDateTime.Truncate(time.Second))
			if d.BillingModeSummary != nil {
				d.BillingModeSummary.LastUpdateToPayPerRequestDateTime = nil
			}
		}
		require.Equal(t, a.Table, b.Table)
	}
	query := &dynamodb.QueryInput{
		TableName: aws.String("orders"), IndexName: aws.String("byCity"),
		KeyConditionExpression: aws.String("city = :c"), ExpressionAttributeValues: av{":c": s("Köln")},
	}
	a, err := db.Query(t.Context(), query)
	require.NoError(t, err)
	b, err := again.Query(t.Context(), query)
	require.NoError(t, err)
	require.Equal(t, a.Items, b.Items)
	require.Len(t, b.Items, 300)

	tags, err := again.ListTagsOfResource(t.Context(), &dynamodb.ListTagsOfResourceInput{ResourceArn: aws.String("arn:aws:dynamodb:us-east-1:000000000000:table/provisioned")})
	require.NoError(t, err)
	require.Len(t, tags.Tags, 1)
	again.SetClock(func() time.Time { return time.Unix(4102444801, 0) })
	scanned, err := again.Scan(t.Context(), &dynamodb.ScanInput{TableName: aws.String("orders")})
	require.NoError(t, err)
	require.Empty(t, scanned.Items, "time to live is on, and has passed")
}

func TestSaveAndLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "data.jsonl")
	_, err := dynamotest.Load(file)
	require.ErrorIs(t, err, fs.ErrNotExist)
	db := stocked(t)
	for range 2 { // over what is there
		require.NoError(t, db.Save(file))
	}
	loaded, err := dynamotest.Load(file)
	require.NoError(t, err)
	require.Equal(t, snapshot(t, db), snapshot(t, loaded))

	require.Error(t, db.Save(filepath.Join(file, "x")))
	files, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	require.Len(t, files, 1, "nothing is left over")
	require.NoError(t, os.WriteFile(file, []byte("{}\n"), 0o600))
	_, err = dynamotest.Load(file)
	require.ErrorIs(t, err, dynamotest.ErrSnapshot)
	require.ErrorContains(t, err, "data.jsonl")
}

type failing struct{ after int }

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, errors.New("disk full")
	}
	return len(b), nil
}

func TestSnapshotToAFullDisk(t *testing.T) {
	require.ErrorContains(t, stocked(t).WriteSnapshot(&failing{after: 1000}), "disk full")
}

// Whatever happens to a file, it is not taken for a snapshot that is whole.
func TestDamagedSnapshots(t *testing.T) {
	whole := snapshot(t, stocked(t))
	lines := strings.SplitAfter(strings.TrimSpace(string(whole)), "\n")
	for name, text := range map[string]string{
		"empty":           "",
		"not ours":        "{\"format\":\"other\"}\n",
		"not JSON":        "hello\n",
		"a later version": strings.Replace(string(whole), `"version":1`, `"version":2`, 1),
		"without its end": strings.Join(lines[:len(lines)-1], ""),
		"with more":       string(whole) + "x\n",
		"an item changed": strings.Replace(string(whole), "Köln", "Bonn", 1),
		"an item less":    strings.Join(append(append([]string{}, lines[:5]...), lines[6:]...), ""),
		"an item twice":   strings.Join(append(append([]string{}, lines[:6]...), lines[5:]...), ""),
		"a bad table":     strings.Replace(string(whole), `"AttributeType":"B"`, `"AttributeType":"L"`, 1),
		"a bad item":      strings.Replace(string(whole), `"so":{"N":"7"}`, `"so":{"S":"7"}`, 1),
	} {
		_, err := dynamotest.ReadSnapshot(strings.NewReader(text))
		require.ErrorIs(t, err, dynamotest.ErrSnapshot, name)
		require.Regexp(t, `^dynamotest: read a snapshot: not a snapshot that can be read: line \d+: `, err.Error(), name)
		require.NotContains(t, err.Error(), "Köln")
	}
	for i := 0; i < len(whole); i += 997 {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 4
		_, err := dynamotest.ReadSnapshot(bytes.NewReader(damaged))
		require.Error(t, err, i)
		_, err = dynamotest.ReadSnapshot(bytes.NewReader(whole[:i]))
		require.Error(t, err, i)
	}
}

// A snapshot that can be read is one that could have been written.
func FuzzReadSnapshot(f *testing.F) {
	db := usersDB()
	f.Add(snapshot(f, db))
	_, err := db.PutItem(f.Context(), &dynamodb.PutItemInput{TableName: aws.String(users), Item: av{"id": s("a"), "l": l(n("1"), m(av{"x": null()}))}})
	require.NoError(f, err)
	f.Add(snapshot(f, db))
	f.Add([]byte("{\"format\":\"dynamotest\",\"version\":1}\n{\"tables\":0,\"crc32\":0}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		db, err := dynamotest.ReadSnapshot(bytes.NewReader(text))
		if err != nil {
			return
		}
		once := snapshot(t, db)
		again, err := dynamotest.ReadSnapshot(bytes.NewReader(once))
		require.NoError(t, err)
		require.Equal(t, once, snapshot(t, again))
	})
}
