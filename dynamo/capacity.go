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

// read and write count what one request has consumed, if its answer says that.
//
//go:noinline
func (m *meter) read(c *types.ConsumedCapacity) {
	if m != nil && c != nil {
		m.add(&m.into.Read, c.CapacityUnits)
	}
}

//go:noinline
func (m *meter) write(c *types.ConsumedCapacity) {
	if m != nil && c != nil {
		m.add(&m.into.Write, c.CapacityUnits)
	}
}

func (m *meter) reads(answers []types.ConsumedCapacity) {
	for i := range answers {
		m.read(&answers[i])
	}
}

func (m *meter) writes(answers []types.ConsumedCapacity) {
	for i := range answers {
		m.write(&answers[i])
	}
}

func (m *meter) add(sum, units *float64) {
	if units == nil {
		return
	}
	m.mu.Lock()
	*sum += *units
	m.mu.Unlock()
}
