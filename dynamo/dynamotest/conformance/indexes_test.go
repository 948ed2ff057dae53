package conformance

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/stretchr/testify/require"
)

// Whatever is written, each index holds exactly the table's items that have its
// keys, in their order. SEED makes a run come again.
func TestIndexesFollowTheTable(t *testing.T) {
	seed := rand.Uint64()
	if text := os.Getenv("SEED"); text != "" {
		var err error
		seed, err = strconv.ParseUint(text, 10, 64)
		require.NoError(t, err)
	}
	t.Logf("SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	db := dynamotest.New()
	d := &door{Client: db, t: t}
	table := d.indexed()
	model := map[string]av{}
	some := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	for range 2000 {
		key := av{"p": s(some("a", "a\x00", "b")), "s": s(some("1", "1\x00", "1\x00\x01", "2"))}
		item := maps.Clone(key)
		for attr, v := range (av{"g": s(some("G", "G\x00", "H")), "n": n(some("-1.5", "0", "7", "70")), "b": bin(some("\x00", "\x00\x01", "\xff"))}) {
			if r.IntN(3) > 0 {
				item[attr] = v
			}
		}
		id := text(key["p"]) + "/" + text(key["s"])
		if r.IntN(4) == 0 {
			_, err := d.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: &table, Key: key})
			require.NoError(t, err)
			delete(model, id)
			continue
		}
		d.put(table, item)
		model[id] = item
	}
	described, err := d.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &table})
	require.NoError(t, err)
	for _, index := range []struct{ name, keys string }{{"keys", "g n"}, {"some", "g"}, {"all", "b n"}, {"swap", "s p"}} {
		attrs := strings.Fields(index.keys)
		partitions := map[string][]av{}
		for _, item := range model {
			if !slices.ContainsFunc(attrs, func(attr string) bool { return item[attr] == nil }) {
				partitions[fmt.Sprint(item[attrs[0]])] = append(partitions[fmt.Sprint(item[attrs[0]])], item)
			}
		}
		total := 0
		for _, want := range partitions {
			total += len(want)
			out, err := d.Query(t.Context(), &dynamodb.QueryInput{
				TableName: &table, IndexName: &index.name, KeyConditionExpression: aws.String(attrs[0] + " = :v"),
				ExpressionAttributeValues: av{":v": want[0][attrs[0]]},
			})
			require.NoError(t, err)
			require.Len(t, out.Items, len(want))
			require.True(t, slices.IsSortedFunc(out.Items, func(a, b map[string]types.AttributeValue) int {
				return strings.Compare(orderOf(a, attrs), orderOf(b, attrs))
			}), "%s of %s", index.name, index.keys)
		}
		for _, x := range described.Table.GlobalSecondaryIndexes {
			if *x.IndexName == index.name {
				require.EqualValues(t, total, *x.ItemCount)
			}
		}
	}
}

// orderOf is a text that orders as the index key and then the table key do, for
// the values of the test above.
func orderOf(it av, attrs []string) string {
	numbers := map[string]string{"-1.5": "0", "0": "1", "7": "2", "70": "3"}
	var parts []string
	for _, attr := range append(slices.Clone(attrs[1:]), "p", "s") {
		if attr == "n" {
			parts = append(parts, numbers[text(it[attr])])
		} else {
			parts = append(parts, strings.NewReplacer("\x00", "\x02", "\x01", "\x03").Replace(text(it[attr]))+"\x01")
		}
	}
	return strings.Join(parts, "\x01")
}
