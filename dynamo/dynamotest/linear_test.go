package dynamotest_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// Whatever clients do at the same time, through any door, is as if it had been
// done one after the other: single writes, conditional ones, increments, deletes,
// transactions, and batches of reads. CAMPAIGN is how many
// histories there are, SEED makes their requests come again; how they overlap is
// up to the machine.
func TestLinearizable(t *testing.T) {
	histories, seed := campaign(t, 60), seed(t)
	eachDoor(t, func(t *testing.T, db *dynamotest.DB, c client, door string) {
		for h := range histories / 3 {
			run := &linearRun{t: t, c: c, table: users, prefix: fmt.Sprint(door, h)}
			history := run.record(seed+uint64(h), 4, 12)
			if !linearizable(history, pair{}) {
				slices.SortFunc(history, func(a, b event) int { return int(a.called - b.called) })
				var text strings.Builder
				for _, e := range history {
					fmt.Fprintf(&text, "%4d to %4d: %s\n", e.called, e.returned, e.text)
				}
				t.Fatalf("history %d of seed %d is not linearizable:\n%s", h, seed, &text)
			}
		}
	})
}

// A linearRun makes one history.
type linearRun struct {
	t             *testing.T
	c             client
	table, prefix string
	clock         atomic.Int64
}

func (r *linearRun) record(seed uint64, clients, each int) []event {
	events := make([][]event, clients)
	var wg sync.WaitGroup
	for i := range clients {
		random := rand.New(rand.NewPCG(seed, uint64(i)))
		wg.Go(func() {
			for n := range each {
				events[i] = append(events[i], r.one(random, 1000*(i+1)+n))
			}
		})
	}
	wg.Wait()
	return slices.Concat(events...)
}

func (r *linearRun) key(i int) av { return av{"id": s(r.prefix + string(rune('a'+i)))} }

func (r *linearRun) item(i, v int) av { return av{"id": r.key(i)["id"], "v": n(strconv.Itoa(v))} }

// number is the v of an item, 0 for none.
func (r *linearRun) number(item av) int {
	if item == nil {
		return 0
	}
	v, err := strconv.Atoi(text(item["v"]))
	r.must(err)
	return v
}

func (r *linearRun) must(err error) {
	if err != nil {
		r.t.Error(err)
	}
}

// timed notes when a call began and ended.
func (r *linearRun) timed(name string, call func() (text string, apply func(pair) (pair, bool))) event {
	e := event{called: r.clock.Add(1)}
	e.text, e.apply = call()
	e.returned, e.text = r.clock.Add(1), name+" "+e.text
	return e
}

// one does one random operation; fresh is a number that no other writes.
func (r *linearRun) one(random *rand.Rand, fresh int) event {
	i := random.IntN(2)
	switch random.IntN(9) {
	case 0:
		return r.timed("put", func() (string, func(pair) (pair, bool)) { return r.put(i, fresh) })
	case 1:
		return r.timed("put if absent", func() (string, func(pair) (pair, bool)) { return r.putIfAbsent(i, fresh) })
	case 2:
		return r.timed("add", func() (string, func(pair) (pair, bool)) { return r.add(i) })
	case 3:
		return r.timed("delete", func() (string, func(pair) (pair, bool)) { return r.delete(i) })
	case 4:
		return r.timed("transact", func() (string, func(pair) (pair, bool)) { return r.transact(i, fresh) })
	case 5:
		return r.timed("get both", r.getBoth)
	case 6:
		return r.timed("batch", r.batch)
	}
	return r.timed("get", func() (string, func(pair) (pair, bool)) { return r.get(i) })
}

func (r *linearRun) get(i int) (string, func(pair) (pair, bool)) {
	out, err := r.c.GetItem(r.t.Context(), &dynamodb.GetItemInput{TableName: &r.table, Key: r.key(i)})
	r.must(err)
	v := r.number(out.Item)
	return fmt.Sprint(i, " is ", v), func(s pair) (pair, bool) { return s, s[i] == v }
}

// put learns what was there before.
func (r *linearRun) put(i, v int) (string, func(pair) (pair, bool)) {
	out, err := r.c.PutItem(r.t.Context(), &dynamodb.PutItemInput{TableName: &r.table, Item: r.item(i, v), ReturnValues: types.ReturnValueAllOld})
	r.must(err)
	old := r.number(out.Attributes)
	return fmt.Sprint(i, " to ", v, ", was ", old), func(s pair) (pair, bool) {
		explains := s[i] == old
		s[i] = v
		return s, explains
	}
}

func (r *linearRun) putIfAbsent(i, v int) (string, func(pair) (pair, bool)) {
	_, err := r.c.PutItem(r.t.Context(), &dynamodb.PutItemInput{TableName: &r.table, Item: r.item(i, v), ConditionExpression: aws.String("attribute_not_exists(id)")})
	done := err == nil
	if !conditionFailed(err) {
		r.must(err)
	}
	return fmt.Sprint(i, " to ", v, ": ", done), func(s pair) (pair, bool) {
		explains := (s[i] == 0) == done
		if done {
			s[i] = v
		}
		return s, explains
	}
}

func (r *linearRun) add(i int) (string, func(pair) (pair, bool)) {
	out, err := r.c.UpdateItem(r.t.Context(), &dynamodb.UpdateItemInput{
		TableName: &r.table, Key: r.key(i), UpdateExpression: aws.String("ADD v :one"), ExpressionAttributeValues: av{":one": n("1")}, ReturnValues: types.ReturnValueAllNew,
	})
	r.must(err)
	v := r.number(out.Attributes)
	return fmt.Sprint(i, " makes ", v), func(s pair) (pair, bool) { s[i]++; return s, s[i] == v }
}

func (r *linearRun) delete(i int) (string, func(pair) (pair, bool)) {
	_, err := r.c.DeleteItem(r.t.Context(), &dynamodb.DeleteItemInput{TableName: &r.table, Key: r.key(i)})
	r.must(err)
	return fmt.Sprint(i), func(s pair) (pair, bool) { s[i] = 0; return s, true }
}

// transact puts one item if the other is there, and adds to that.
func (r *linearRun) transact(i, v int) (string, func(pair) (pair, bool)) {
	_, err := r.c.TransactWriteItems(r.t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{
		{Put: &types.Put{TableName: &r.table, Item: r.item(i, v)}},
		{Update: &types.Update{
			TableName: &r.table, Key: r.key(1 - i), UpdateExpression: aws.String("ADD v :one"), ExpressionAttributeValues: av{":one": n("1")},
			ConditionExpression: aws.String("attribute_exists(id)"),
		}},
	}})
	done := err == nil
	if !done && !strings.Contains(err.Error(), "[None, ConditionalCheckFailed]") {
		r.must(err)
	}
	return fmt.Sprint(i, " to ", v, ": ", done), func(s pair) (pair, bool) {
		explains := (s[1-i] != 0) == done
		if done {
			s[i], s[1-i] = v, s[1-i]+1
		}
		return s, explains
	}
}

func (r *linearRun) getBoth() (string, func(pair) (pair, bool)) {
	get := func(i int) types.TransactGetItem {
		return types.TransactGetItem{Get: &types.Get{TableName: &r.table, Key: r.key(i)}}
	}
	out, err := r.c.TransactGetItems(r.t.Context(), &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{get(0), get(1)}})
	r.must(err)
	saw := pair{r.number(out.Responses[0].Item), r.number(out.Responses[1].Item)}
	return fmt.Sprint(saw), func(s pair) (pair, bool) { return s, s == saw }
}

// batch reads both items; the engine promises for it, too, what DynamoDB does not.
func (r *linearRun) batch() (string, func(pair) (pair, bool)) {
	out, err := r.c.BatchGetItem(r.t.Context(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		r.table: {Keys: []map[string]types.AttributeValue{r.key(0), r.key(1)}},
	}})
	r.must(err)
	var saw pair
	for _, item := range out.Responses[r.table] {
		for i := range saw {
			if text(item["id"]) == text(r.key(i)["id"]) {
				saw[i] = r.number(item)
			}
		}
	}
	return fmt.Sprint(saw), func(s pair) (pair, bool) { return s, s == saw }
}
