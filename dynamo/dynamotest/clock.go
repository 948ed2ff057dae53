package dynamotest

import "time"

// SetClock makes the DB tell the time by now instead of time.Now: the age of
// idempotency tokens, the expiry of items, and the creation dates of tables
// follow it. Call it before the DB is used, or from one goroutine at a time
// with whatever moves the clock; now itself may be called concurrently. In a
// bubble of testing/synctest there is no need for it.
func (db *DB) SetClock(now func() time.Time) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.clock = now
}

// SetDelay makes tables and indexes take d, by the DB's clock, to be created,
// changed and deleted, with the statuses that they have meanwhile on DynamoDB,
// for code that waits. The default is 0: all is done when the call returns.
func (db *DB) SetDelay(d time.Duration) {
	db.mu.Lock()
	defer db.mu.Unlock()
	db.delay = d
}

// Statuses of a table or index.
const (
	statusActive   = "ACTIVE"
	statusCreating = "CREATING"
	statusUpdating = "UPDATING"
	statusDeleting = "DELETING"
	statusGone     = "" // deleted, and not yet swept away
)

// settling is the change that a table or index is in, until it is done. The
// zero settling is of one that is ACTIVE.
type settling struct {
	status string
	until  time.Time
}

// settle starts a change. The caller holds the lock.
func (db *DB) settle(status string) settling {
	if db.delay <= 0 && status != statusDeleting {
		return settling{}
	}
	return settling{status, db.clock().Add(db.delay)}
}

// status is the status by now. The caller holds the lock.
func (db *DB) status(s settling) string {
	switch {
	case s.status == "":
		return statusActive
	case db.clock().Before(s.until):
		return s.status
	case s.status == statusDeleting:
		return statusGone
	}
	return statusActive
}

// sweep removes what is deleted by now. The caller holds the lock for writing.
func (db *DB) sweep() {
	for name, t := range db.tables {
		if db.status(t.settling) == statusGone {
			delete(db.tables, name)
			continue
		}
		t.sweepIndexes(func(x *index) bool { return db.status(x.settling) == statusGone })
	}
}
