package dynamotest

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item collection metrics are answered for tables with a local index. The size
// of a collection is an estimate in gigabytes, and here always between 0 and 1.

// collectionKey is the partition key of a change's item, nil where no metrics
// are asked for, or the table has none.
func (c *change) collectionKey(mode string) item {
	if mode != "SIZE" || !c.table.hasLocal() {
		return nil
	}
	it := c.after
	if it == nil {
		it = c.target
	}
	name := c.table.keys[0].name
	return item{name: it[name]}
}

// collections are the metrics of many writes, by table; each collection once.
type collections map[string][]item

func (of *collections) add(c *change, mode string) {
	key := c.collectionKey(mode)
	if key == nil {
		return
	}
	if *of == nil {
		*of = collections{}
	}
	name := c.table.name
	if !slices.ContainsFunc((*of)[name], key.equal) {
		(*of)[name] = append((*of)[name], key)
	}
}

func appendCollection(b []byte, key item) []byte {
	o := object{append(b, '{')}
	o.item("ItemCollectionKey", key)
	o.member("SizeEstimateRangeGB")
	return append(o.b, "[0.0,1.0]}"...)
}

func (o *object) collection(key item) {
	if key != nil {
		o.member("ItemCollectionMetrics")
		o.b = appendCollection(o.b, key)
	}
}

func (o *object) collections(of collections) {
	if of == nil {
		return
	}
	o.member("ItemCollectionMetrics")
	inner := object{append(o.b, '{')}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		inner.member(name)
		inner.b = appendList(inner.b, of[name], appendCollection)
	}
	o.b = append(inner.b, '}')
}

func sdkCollection(key item) *types.ItemCollectionMetrics {
	if key == nil {
		return nil
	}
	return &types.ItemCollectionMetrics{ItemCollectionKey: key.sdk(), SizeEstimateRangeGB: []float64{0, 1}}
}

func (of collections) sdk() map[string][]types.ItemCollectionMetrics {
	if of == nil {
		return nil
	}
	out := make(map[string][]types.ItemCollectionMetrics, len(of))
	for name, keys := range of {
		out[name] = convert(keys, func(key item) types.ItemCollectionMetrics { return *sdkCollection(key) })
	}
	return out
}
