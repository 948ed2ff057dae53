package gateway

import (
	"errors"
	"slices"
	"time"
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

// A flight is an invocation that was delivered and not answered.
type flight struct {
	inv         *invocation
	carrier     *runtimeConn // the connection to which it was written
	carrierGone bool
}

// maxInline is the largest event, in bytes, that an Invoke writes itself: it fits into the buffers of a connection that
// has nothing else in them. A larger one may take as long as the runtime pleases, which must not keep an Invoke from its
// time-out.
const maxInline = 32 << 10

// offer queues an invocation and delivers it if the runtime waits for one.
func (i *instance) offer(inv *invocation) {
	i.mu.Lock()
	i.queue = append(i.queue, inv)
	i.mu.Unlock()
	if len(inv.message) > maxInline || i.p.perInstance() > 1 || !i.delivery.TryLock() {
		go i.dispatch() // which may take long, as may what else is in the queue and what goes on already
		return
	}
	defer i.delivery.Unlock()
	i.dispatchLocked()
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
// reads it. So much later it must have come.
const (
	newsTime  = 100 * time.Millisecond
	newsPause = time.Millisecond
)

// park is GET next: the connection waits from now on, unless the instance has all that it takes.
func (i *instance) park(c *runtimeConn) error {
	i.isReady()
	for begin := time.Now(); !i.tryPark(c); time.Sleep(newsPause) {
		if time.Since(begin) >= newsTime {
			return errBusy
		}
	}
	return nil
}

// tryPark parks a connection if there is room. Where a delivery is under way, which may fail, it waits for its end.
func (i *instance) tryPark(c *runtimeConn) bool {
	i.delivery.Lock()
	defer i.delivery.Unlock()
	if !i.hasRoom(c) {
		return false
	}
	i.dispatchLocked()
	return true
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
	for id, f := range i.flights {
		if f.carrierGone && len(i.flights) >= i.p.perInstance() {
			delete(i.flights, id)
			i.queue = slices.Insert(i.queue, 0, f.inv)
		}
	}
}

// dispatch delivers until there is nothing to match. Between the process's end and the news of it nothing is delivered.
func (i *instance) dispatch() {
	i.delivery.Lock()
	defer i.delivery.Unlock()
	i.dispatchLocked()
}

func (i *instance) dispatchLocked() {
	for {
		c, inv := i.match()
		if c == nil {
			return
		}
		if _, err := c.conn.Write(inv.message); err != nil {
			i.putBack(inv)
		}
	}
}

// match takes a connection and an invocation for it; the connection that has come last is the one most likely to live.
// Ids are the callers': while one is in flight, another invocation with it waits, since answers name nothing else.
func (i *instance) match() (*runtimeConn, *invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	at := slices.IndexFunc(i.queue, func(inv *invocation) bool { return i.flights[inv.id] == nil })
	if len(i.waiting) == 0 || at < 0 || i.dead.Load() {
		return nil, nil
	}
	last := len(i.waiting) - 1
	c, inv := i.waiting[last], i.queue[at]
	i.waiting[last], i.waiting = nil, i.waiting[:last]
	i.queue = slices.Delete(i.queue, at, at+1)
	i.flights[inv.id] = &flight{inv: inv, carrier: c}
	return c, inv
}

func (i *instance) putBack(inv *invocation) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.flights[inv.id] == nil {
		return // answered, of all things
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
	for _, f := range i.flights {
		if f.carrier == c {
			f.carrierGone = true
		}
	}
}

// take ends the flight of the invocation with that id and returns it; nil where it is not in flight.
func (i *instance) take(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	f := i.flights[id]
	if f == nil {
		return nil
	}
	delete(i.flights, id)
	return f.inv
}
