package gateway

import (
	"sync"
	"time"
)

// deadlines are those of the tasks of a route. All are equally far off when they are added, so they pass in the order in
// which they came, and one timer for the oldest does. It is not moved when a task ends, as nearly all do long before: it
// rings early, then, and is set to the one that has become the oldest.
type deadlines struct {
	limit time.Duration // from a task's begin to its deadline

	mu             sync.Mutex
	oldest, newest *task
	timer          *time.Timer // nil until the first task
	isSet          bool        // the timer is, to the oldest deadline or to an earlier time
}

// add gives a task its deadline.
func (d *deadlines) add(t *task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t.deadline = time.Now().Add(d.limit)
	if t.older = d.newest; t.older == nil {
		d.oldest = t
	} else {
		t.older.newer = t
	}
	d.newest = t
	switch {
	case d.isSet:
		return
	case d.timer == nil:
		d.timer = time.AfterFunc(d.limit, d.ring)
	default:
		d.timer.Reset(d.limit)
	}
	d.isSet = true
}

// remove takes out a task that has ended.
func (d *deadlines) remove(t *task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.unlink(t)
}

// unlink takes a task out, unless it is out already.
func (d *deadlines) unlink(t *task) {
	switch {
	case t.older != nil:
		t.older.newer = t.newer
	case d.oldest == t:
		d.oldest = t.newer
	default:
		return
	}
	if t.newer != nil {
		t.newer.older = t.older
	} else {
		d.newest = t.older
	}
	t.older, t.newer = nil, nil
}

// ring expires the tasks whose deadline has passed.
func (d *deadlines) ring() {
	for _, t := range d.takePassed() {
		t.expire()
	}
}

func (d *deadlines) takePassed() (passed []*task) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	for t := d.oldest; t != nil && !t.deadline.After(now); t = d.oldest {
		passed = append(passed, t)
		d.unlink(t)
	}
	if d.isSet = d.oldest != nil; d.isSet {
		d.timer.Reset(d.oldest.deadline.Sub(now))
	}
	return passed
}
