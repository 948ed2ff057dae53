// Package handover says whose an event is. Whoever invokes a function may use the event's memory again once the
// function has returned, as Lambda's own runtime does, so a function that keeps parts of the event has to copy it. The
// gateway, which makes each event anew, gives it away for good instead, and leaves it in the context; router, which
// keeps the event, finds it there. Neither imports the other.
package handover

import "context"

// Key is the key of the event in a context: a *[]byte.
type Key struct{}

// IsOwn reports whether event is the one that ctx gives away: nobody else will write to it, now or later.
func IsOwn(ctx context.Context, event []byte) bool {
	given, ok := ctx.Value(Key{}).(*[]byte)
	return ok && len(event) > 0 && len(*given) == len(event) && &(*given)[0] == &event[0]
}
