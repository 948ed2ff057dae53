package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/cron"
	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// runSchedules fires schedules until ctx ends. As in AWS, a function that is still busy with one event gets the next
// all the same, in another instance.
func (s *system) runSchedules(ctx context.Context, running *sync.WaitGroup) {
	for _, fn := range s.app.Functions {
		for _, sch := range fn.Schedules {
			next, err := cron.Parse(sch.Expression)
			if err != nil {
				fmt.Fprintf(s.stderr, "%s: schedule %s of %s does not fire: %v\n", fn.Pos, sch.Name, fn.ID, err)
				continue
			}
			running.Go(func() { s.fire(ctx, running, fn, sch, next) })
		}
	}
}

func (s *system) fire(ctx context.Context, running *sync.WaitGroup, fn *sam.Function, sch sam.Schedule, next func(time.Time) time.Time) {
	for after := time.Now(); ; {
		at := next(after)
		if at.IsZero() {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(at)):
		}
		if after = time.Now(); after.Before(at) { // the clock was set back: what has fired does not fire again
			after = at
		}
		running.Go(func() {
			event := []byte(sch.Input)
			if sch.Input == "" {
				event = scheduledEvent(sch.Name, at)
			}
			id := newID()
			begin := time.Now()
			_, err := s.functions[fn.ID].Invoke(lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: id}), event)
			s.reportSchedule(sch.Name, fn.ID, id, begin, err)
		})
	}
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
