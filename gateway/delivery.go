package gateway

import (
	"errors"
	"io"
	"math"
	"slices"
)

// How invocations and GET next meet. Connections on which the runtime waits for its next invocation are in waiting,
// invocations for which there is none yet in queue; dispatch brings both together, called by whoever adds to one of
// them. What is delivered is in flight until its answer comes.
//
//	Invoke ──→ queue ──┐
//	                   ├─ dispatch ─→ flights ─→ POST response
//	GET next → waiting ┘        ↖──── lost ┘
//
// An invocation gets lost where its connection breaks. A failed write tells at once, and the invocation goes back to the
// head of the queue. The last bytes sent are lost without an error, and that a connection closes proves nothing: a
// runtime may answer on another one. Only when the runtime asks again, and its flights say that it is busy, were those
// lost whose connection is gone.

// Sizes of events, in bytes. One of maxInline fits into the buffers of a connection that has nothing else in them; a
// larger one may take as long as the runtime pleases, which must not keep an Invoke from its time-out.
const (
	maxInline = 32 << 10
	anySize   = math.MaxInt
)

// offer queues an invocation and delivers it if the runtime waits for one. What may take long is left to a goroutine.
func (i *instance) offer(inv *invocation) {
	i.mu.Lock()
	i.queue = append(i.queue, inv)
	i.mu.Unlock()
	if !i.dispatch(maxInline) {
		go i.dispatch(anySize)
	}
}

// withdraw takes an invocation back and reports whether it was still in the queue.
func (i *instance) withdraw(inv *invocation) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := slices.Index(i.queue, inv)
	if at < 0 {
		return false
	}
	i.queue = slices.Delete(i.queue, at, at+1)
	return true
}

// errBusy is the answer to a runtime that asks before it has answered.
var errBusy = errors.New("gateway: the invocation before has not been answered")

// The news that a connection is gone may come after the first request on the one that replaces it: another goroutine
// reads it. So many pauses later it must have come.
const newsPauses = 100

// park is GET next: the connection waits from now on, unless the instance has all that it takes. A delivery that is under
// way counts, until it fails.
func (i *instance) park(c *runtimeConn) error {
	i.isReady()
	if !await(newsPauses, func() bool { return i.hasRoom(c) }) {
		return errBusy
	}
	i.dispatch(anySize)
	return nil
}

// hasRoom puts a connection into waiting, if the instance takes another invocation.
func (i *instance) hasRoom(c *runtimeConn) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.reclaim()
	if len(i.flights) >= i.p.perInstance() {
		return false
	}
	i.waiting = append(i.waiting, c)
	return true
}

// reclaim puts the invocations back whose connection is gone, where there is no room for another. Where there is room, a
// connection that has closed says nothing: a runtime with several closes those that it has too many of.
func (i *instance) reclaim() {
	for id, inv := range i.flights {
		if inv.carrierGone && len(i.flights) >= i.p.perInstance() {
			delete(i.flights, id)
			i.queue = slices.Insert(i.queue, 0, inv)
		}
	}
}

// dispatch delivers until there is nothing to match, or an event is larger than the limit, where it reports false.
func (i *instance) dispatch(limit int) bool {
	for {
		c, inv, fits := i.match(limit)
		if c == nil {
			return fits
		}
		if i.p.deliver(inv, c.conn) != nil {
			i.putBack(inv, c)
		}
	}
}

// deliver writes an invocation, in one go, from memory that is used for the next one.
func (p *Process) deliver(inv *invocation, to io.Writer) error {
	buf, _ := p.messages.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	*buf = inv.appendMessage((*buf)[:0])
	_, err := to.Write(*buf)
	if cap(*buf) <= 2*maxInline { // the memory of a large one is not held on to
		p.messages.Put(buf)
	}
	return err
}

// match takes a connection and an invocation for it; the connection that has come last is the one most likely to live.
// Ids are the callers': while one is in flight, another invocation with it waits, since answers name nothing else.
// Between the process's end and the news of it nothing is delivered.
func (i *instance) match(limit int) (c *runtimeConn, inv *invocation, fits bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.waiting) == 0 || len(i.queue) == 0 || i.dead.Load() {
		return nil, nil, true
	}
	at := slices.IndexFunc(i.queue, func(inv *invocation) bool { return i.flights[inv.id] == nil })
	if at < 0 || i.queue[at].size() > limit {
		return nil, nil, at < 0
	}
	last := len(i.waiting) - 1
	c, inv = i.waiting[last], i.queue[at]
	i.waiting[last], i.waiting = nil, i.waiting[:last]
	i.queue = slices.Delete(i.queue, at, at+1)
	inv.carrier, inv.carrierGone = c, false
	i.flights[inv.id] = inv
	return c, inv, true
}

// putBack queues an invocation again that could not be written, unless it was answered, of all things, or reclaimed.
func (i *instance) putBack(inv *invocation, c *runtimeConn) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.flights[inv.id] != inv || inv.carrier != c {
		return
	}
	delete(i.flights, inv.id)
	i.queue = slices.Insert(i.queue, 0, inv)
}

// waits reports whether a connection waits for an invocation.
func (i *instance) waits(c *runtimeConn) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Contains(i.waiting, c)
}

// connClosed is called at the end of a connection.
func (i *instance) connClosed(c *runtimeConn) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if at := slices.Index(i.waiting, c); at >= 0 {
		i.waiting = slices.Delete(i.waiting, at, at+1)
	}
	for _, inv := range i.flights {
		if inv.carrier == c {
			inv.carrierGone = true
		}
	}
}

// take ends the flight of the invocation with that id and returns it; nil where it is not in flight.
func (i *instance) take(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	inv := i.flights[id]
	delete(i.flights, id)
	return inv
}

// collected returns the invocation with that id if it is in flight and its answer is collected, not passed on.
func (i *instance) collected(id []byte) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	inv := i.flights[string(id)]
	if inv == nil || inv.sink != nil {
		return nil
	}
	return inv
}

// land ends the flight of an invocation and reports whether it was still under way.
func (i *instance) land(inv *invocation) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.flights[inv.id] != inv {
		return false
	}
	delete(i.flights, inv.id)
	return true
}
