package dynamo

import (
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Consumed is what calls have used, in capacity units: a read unit is 4 KB read
// strongly consistently, a write unit 1 KB written ("Read and write operations",
// developer guide). Indexes are counted with their table.
type Consumed struct {
	Read, Write float64
}

// CapacityOption is a [ReadOption], a [WriteOption] and a [BatchOption]; see
// [Capacity].
type CapacityOption struct{ into *Consumed }

// Capacity adds what a call consumes to into: the sum over all of its requests,
// those of every page and batch included. What DynamoDB does not tell is not in
// it: requests that fail, and attempts that the SDK has repeated.
//
// Read into when the call has returned, or when the loop over its sequence has
// ended. One Consumed may serve several calls, one after the other.
func Capacity(into *Consumed) CapacityOption { return CapacityOption{into} }

var errNoConsumed = errors.New("Capacity needs a *Consumed")

func (o CapacityOption) read(c *readConfig) {
	c.use("Capacity")
	if o.into == nil {
		c.bad(errNoConsumed)
	}
	c.meter = &meter{into: o.into}
}

func (o CapacityOption) write(c *writeConfig) {
	c.use("Capacity")
	if o.into == nil {
		c.bad(errNoConsumed)
	}
	c.meter = &meter{into: o.into}
}

func (o CapacityOption) batch(c *batchConfig) {
	if o.into == nil {
		c.bad(errNoConsumed)
	}
	c.meter = &meter{into: o.into}
}

// meter adds up what the requests of one call consume. They may run at once.
// A nil meter does nothing.
type meter struct {
	mu   sync.Mutex
	into *Consumed
}

// wanted is what a request has to ask for.
func (m *meter) wanted() types.ReturnConsumedCapacity {
	if m == nil {
		return ""
	}
	return types.ReturnConsumedCapacityTotal
}

func (m *meter) reads(answers ...types.ConsumedCapacity) {
	m.add(answers, func(units float64) { m.into.Read += units })
}

func (m *meter) writes(answers ...types.ConsumedCapacity) {
	m.add(answers, func(units float64) { m.into.Write += units })
}

func (m *meter) add(answers []types.ConsumedCapacity, add func(float64)) {
	if m == nil {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range answers {
		if c.CapacityUnits != nil {
			add(*c.CapacityUnits)
		}
	}
}

// orNone is *c, or nothing.
func orNone(c *types.ConsumedCapacity) types.ConsumedCapacity {
	if c == nil {
		return types.ConsumedCapacity{}
	}
	return *c
}
