package dynamotest

import (
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// A capacity is what a request consumed of a table, in units. It is reported
// where ReturnConsumedCapacity asks for it.
type capacity struct {
	table         string
	units         float64
	detailed      bool // INDEXES: the table's own share apart
	transactional bool // reads and writes apart
	write         bool
}

// consumption makes the report, nil where none was asked for.
func consumption(mode, table string, units float64) *capacity {
	if mode != "TOTAL" && mode != "INDEXES" {
		return nil
	}
	return &capacity{table: table, units: units, detailed: mode == "INDEXES"}
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
	b = c.appendUnits(append(b, ','))
	if c.detailed {
		b = append(c.appendUnits(append(b, `,"Table":{`...)), '}')
	}
	return append(b, '}')
}

func (c *capacity) appendUnits(b []byte) []byte {
	units := strconv.FormatFloat(c.units, 'f', 1, 64)
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
	units := func() *float64 { u := c.units; return &u }
	out := &types.ConsumedCapacity{TableName: new(c.table), CapacityUnits: units()}
	if c.detailed {
		out.Table = &types.Capacity{CapacityUnits: units()}
	}
	if c.transactional && c.write {
		out.WriteCapacityUnits = units()
	} else if c.transactional {
		out.ReadCapacityUnits = units()
	}
	if out.Table != nil {
		out.Table.ReadCapacityUnits, out.Table.WriteCapacityUnits = out.ReadCapacityUnits, out.WriteCapacityUnits
	}
	return out
}

func sdkCapacities(list []*capacity) []types.ConsumedCapacity {
	if list == nil {
		return nil
	}
	return convert(list, func(c *capacity) types.ConsumedCapacity { return *c.sdk() })
}
