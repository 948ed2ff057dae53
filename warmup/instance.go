package warmup

import (
	"context"
	"crypto/rand"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lambdarest/lambdarest/internal/coldstart"
)

// An Instance is what a process knows of itself: the execution environment that
// Lambda made of the function. Wrap makes one, unless [Config].Instance shares
// yours, which you need to ask it something. The zero value is ready to use, an
// Instance must not be copied, and all methods are safe for concurrent use.
type Instance struct {
	_       incomparable
	warm    atomic.Bool // invoked already, or initialised ahead of the first invocation
	real    atomic.Bool // has had an invocation that was no ping
	settled atomic.Bool // such an invocation has ended
	last    atomic.Int64
	idle    atomic.Int64
	once    sync.Once
	id      string
}

// ID returns a random name of the process, 26 letters and digits. It is made by
// the first call: calls during initialisation would give all copies of a snapshot
// (SnapStart) the same one.
func (i *Instance) ID() string {
	i.once.Do(func() { i.id = rand.Text() })
	return i.id
}

// Idle returns how long before the latest invocation, ping or not, the one before
// it began, and whether there was one. It follows the wall clock, which goes on
// while Lambda has the process frozen.
func (i *Instance) Idle() (time.Duration, bool) {
	idle := i.idle.Load()
	return time.Duration(max(0, idle-1)), idle > 0
}

// InitType is how Lambda initialised the process: "on-demand",
// "provisioned-concurrency", "snap-start" or "lambda-managed-instances", or ""
// outside Lambda.
func (i *Instance) InitType() string { return coldstart.InitType() }

// touch notes that an invocation begins.
func (i *Instance) touch() {
	now := time.Now().UnixNano()
	if before := i.last.Swap(now); before != 0 {
		i.idle.Store(max(0, now-before) + 1) // one more, to tell no time from never
	}
}

// cold reports, once, that nothing was invoked before. The Load keeps concurrent
// invocations from fighting over the cache line.
func (i *Instance) cold() bool {
	return !i.warm.Load() && i.warm.CompareAndSwap(false, true)
}

// mark returns ctx with what a request is to the process. Once a request has ended
// (see settle), later ones are nothing special and their contexts pass untouched;
// until then those that run beside the first one learn that they are not it.
func (i *Instance) mark(ctx context.Context) (_ context.Context, marked bool) {
	if i.settled.Load() {
		return ctx, false
	}
	if s, _ := coldstart.From(ctx); s.Primed {
		return ctx, false
	}
	s := coldstart.Start{First: i.real.CompareAndSwap(false, true)}
	s.Cold = s.First && i.cold()
	return coldstart.With(ctx, s), true
}

// settle notes that a request has ended.
func (i *Instance) settle() { i.settled.Store(true) }
