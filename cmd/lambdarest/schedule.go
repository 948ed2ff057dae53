package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/cron"
	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// A schedule is a function's. One that a new template still has goes on, as if nothing had happened.
type schedule struct {
	function string // logical id
	sam.Schedule
}

// followSchedules begins to fire the schedules of the deployment that do not fire yet, until ctx ends, and ends those
// that it has no more.
func (s *system) followSchedules(ctx context.Context) {
	current := make(map[schedule]bool)
	for _, fn := range s.current.app.Functions {
		for _, sch := range fn.Schedules {
			current[schedule{fn.ID, sch}] = true
		}
	}
	for sch, end := range s.firing {
		if !current[sch] {
			close(end)
			delete(s.firing, sch)
		}
	}
	for sch := range current {
		if s.firing[sch] != nil {
			continue
		}
		next, err := cron.Parse(sch.Expression)
		if err != nil {
			fmt.Fprintf(s.stderr, "schedule %s of %s does not fire: %v\n", sch.Name, sch.function, err)
			continue
		}
		end := make(chan struct{})
		s.firing[sch] = end
		s.running.Go(func() { s.fire(ctx, end, sch, next) })
	}
}

// fire sends events until ctx ends or end is closed; what is under way then ends with ctx only. As in AWS, a function that
// is still busy with one event gets the next all the same, in another instance.
func (s *system) fire(ctx context.Context, end <-chan struct{}, sch schedule, next func(time.Time) time.Time) {
	for after := time.Now(); ; {
		at := next(after)
		if at.IsZero() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-end:
			return
		case <-time.After(time.Until(at)):
		}
		if after = time.Now(); after.Before(at) { // the clock was set back: what has fired does not fire again
			after = at
		}
		s.running.Go(func() { s.send(ctx, sch, at) })
	}
}

// send sends one event to the function as it is deployed now.
func (s *system) send(ctx context.Context, sch schedule, at time.Time) {
	d := s.use()
	defer d.users.Done()
	f := d.functions[sch.function]
	if f == nil {
		return // deployed without it in this moment
	}
	event := []byte(sch.Input)
	if sch.Input == "" {
		event = scheduledEvent(sch.Name, at)
	}
	id := newID()
	begin := time.Now()
	_, err := f.Invoke(lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: id}), event)
	s.reportSchedule(sch.Name, sch.function, id, begin, err)
}

// scheduledEvent is the event of an EventBridge rule.
func scheduledEvent(name string, at time.Time) []byte {
	event, _ := json.Marshal(map[string]any{ // strings and a list of one cannot fail
		"version": "0", "id": newID(), "detail-type": "Scheduled Event", "source": "aws.events", "account": "123456789012",
		"time": at.UTC().Format(time.RFC3339), "region": "us-east-1", "detail": map[string]any{},
		"resources": []string{"arn:aws:events:us-east-1:123456789012:rule/" + strings.ReplaceAll(name, " ", "-")},
	})
	return event
}

// newID returns a random UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
