package dynamotest

import (
	"maps"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A capacity is what a request consumed of a table and its indexes, in units.
// It is reported where ReturnConsumedCapacity asks for it; nil counts nothing.
type capacity struct {
	table         string
	own           float64 // the table's share
	local, global shares  // those of its indexes
	detailed      bool    // INDEXES: all shares apart
	transactional bool    // reads and writes apart
	write         bool
}

// shares are units by index.
type shares map[string]float64

// newCapacity starts a report, nil where none was asked for.
func newCapacity(mode, table string) *capacity {
	if mode != "TOTAL" && mode != "INDEXES" {
		return nil
	}
	return &capacity{table: table, detailed: mode == "INDEXES"}
}

func (c *capacity) charge(units float64) {
	if c != nil {
		c.own += units
	}
}

func (c *capacity) chargeIndex(x *index, units float64) {
	if c == nil || units == 0 {
		return
	}
	of := &c.local
	if x.global {
		of = &c.global
	}
	if *of == nil {
		*of = shares{}
	}
	(*of)[x.name] += units
}

// chargeRead charges a page.
func (c *capacity) chargeRead(p *page, consistent bool) {
	units := readUnits(p.bytes, consistent)
	if p.view.index == nil {
		c.charge(units)
		return
	}
	c.chargeIndex(p.view.index, units)
	c.charge(p.fetched)
}

// chargeWrite charges a change, several times over in a transaction.
func (c *capacity) chargeWrite(ch *change, times float64) {
	if c == nil {
		return
	}
	c.charge(times * writeUnits(ch.size, 0))
	for _, x := range ch.table.indexes {
		c.chargeIndex(x, times*x.writes(ch.table, ch.old, ch.after))
	}
}

func (c *capacity) total() float64 {
	units := c.own
	for _, of := range []shares{c.local, c.global} {
		for _, u := range of {
			units += u
		}
	}
	return units
}

// readUnits: one unit reads 4 KB strongly consistently; eventually consistent
// reads cost half. A read of nothing costs as the smallest item.
func readUnits(bytes int, consistent bool) float64 {
	units := float64(max(1, (bytes+4095)/4096))
	if !consistent {
		units /= 2
	}
	return units
}

// writeUnits: one unit writes 1 KB, of the larger of the item before and after.
func writeUnits(before, after int) float64 {
	return float64(max(1, (max(before, after)+1023)/1024))
}

func (c *capacity) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"TableName":`...), c.table)
	b = c.appendUnits(append(b, ','), c.total())
	if c.detailed {
		b = append(c.appendUnits(append(b, `,"Table":{`...), c.own), '}')
		b = c.appendShares(b, "LocalSecondaryIndexes", c.local)
		b = c.appendShares(b, "GlobalSecondaryIndexes", c.global)
	}
	return append(b, '}')
}

func (c *capacity) appendShares(b []byte, member string, of shares) []byte {
	if len(of) == 0 {
		return b
	}
	o := object{append(append(append(b, `,"`...), member...), `":{`...)}
	for _, name := range slices.Sorted(maps.Keys(of)) {
		o.member(name)
		o.b = append(c.appendUnits(append(o.b, '{'), of[name]), '}')
	}
	return append(o.b, '}')
}

func (c *capacity) appendUnits(b []byte, u float64) []byte {
	units := strconv.FormatFloat(u, 'f', 1, 64)
	b = append(append(b, `"CapacityUnits":`...), units...)
	if c.transactional {
		b = append(append(append(append(b, `,"`...), c.side()...), `":`...), units...)
	}
	return b
}

func (c *capacity) side() string {
	if c.write {
		return "WriteCapacityUnits"
	}
	return "ReadCapacityUnits"
}

func (c *capacity) sdk() *types.ConsumedCapacity {
	if c == nil {
		return nil
	}
	all := c.sdkUnits(c.total())
	out := &types.ConsumedCapacity{
		TableName: new(c.table), CapacityUnits: all.CapacityUnits,
		ReadCapacityUnits: all.ReadCapacityUnits, WriteCapacityUnits: all.WriteCapacityUnits,
	}
	if c.detailed {
		out.Table = new(c.sdkUnits(c.own))
		out.LocalSecondaryIndexes, out.GlobalSecondaryIndexes = c.sdkShares(c.local), c.sdkShares(c.global)
	}
	return out
}

func (c *capacity) sdkUnits(units float64) (out types.Capacity) {
	out.CapacityUnits = new(units)
	if c.transactional && c.write {
		out.WriteCapacityUnits = new(units)
	} else if c.transactional {
		out.ReadCapacityUnits = new(units)
	}
	return out
}

func (c *capacity) sdkShares(of shares) map[string]types.Capacity {
	if len(of) == 0 {
		return nil
	}
	out := make(map[string]types.Capacity, len(of))
	for name, units := range of {
		out[name] = c.sdkUnits(units)
	}
	return out
}

func sdkCapacities(list []*capacity) []types.ConsumedCapacity {
	if list == nil {
		return nil
	}
	return convert(list, func(c *capacity) types.ConsumedCapacity { return *c.sdk() })
}
