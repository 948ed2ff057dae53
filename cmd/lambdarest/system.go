package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// A system is a template that runs: a deployment that is replaced when the template changes, and what stays: addresses,
// a database, a history, and what watches over them.
type system struct {
	flags     startFlags
	stdout    io.Writer
	stderr    io.Writer
	builds    *builder
	db        *database
	lambda    *lambdaServer
	history   *history
	warned    map[string]bool
	removeDir func()
	outMu     sync.Mutex // of stdout and stderr: requests and functions write at once

	mu        sync.RWMutex
	current   *deployment
	processes map[*gateway.Process]bool // all that are not closed

	// What follows belongs to the goroutine that deploys.
	doors  []*door
	firing map[schedule]chan struct{} // closed to end one

	ending sync.Once   // of the first endSoon
	limit  *time.Timer // when the functions are ended

	running sync.WaitGroup          // what serve waits for
	cancel  context.CancelCauseFunc // ends serve
}

// A door is an address. The nth leads to the nth API of the deployment, as after a new start.
type door struct {
	ln    net.Listener
	close context.CancelFunc // nil before it serves
}

func (d *door) url() string { return "http://" + d.ln.Addr().String() }

// newSystem builds and sets up everything; the APIs are not served yet. It ends what it has begun where it fails.
func newSystem(ctx context.Context, f startFlags, app *sam.App, stdout, stderr io.Writer) (_ *system, err error) {
	s := &system{
		flags: f, history: newHistory(), warned: make(map[string]bool),
		processes: make(map[*gateway.Process]bool), firing: make(map[schedule]chan struct{}),
	}
	s.stdout, s.stderr = &lockedWriter{w: stdout, mu: &s.outMu}, &lockedWriter{w: stderr, mu: &s.outMu}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if err := s.check(app); err != nil {
		return nil, err
	}
	if err := tryPorts(f.addr, len(app.APIs), f.public); err != nil {
		return nil, err
	}
	if s.lambda, err = listenLambda(f.lambdaAddr, f.public); err != nil {
		return nil, err
	}
	dir, remove, err := workFolder()
	if err != nil {
		return nil, err
	}
	s.removeDir = remove
	s.builds = newBuilder(dir, s.stderr)
	if s.db, err = startDatabase(f.dynamodb); err != nil {
		return nil, err
	}
	if err := s.deploy(ctx, app); err != nil {
		return nil, err
	}
	s.serveLambda(ctx)
	return s, nil
}

// check refuses a template that cannot run with the flags.
func (s *system) check(app *sam.App) error {
	if len(app.APIs) == 0 && len(app.Functions) == 0 {
		return fmt.Errorf("%s: no function and no API", s.flags.template)
	}
	return s.checkJWTFlags(app)
}

// serve prints what there is and serves it until ctx ends.
func (s *system) serve(ctx context.Context) error {
	ctx, s.cancel = context.WithCancelCause(ctx)
	defer s.cancel(nil)
	s.follow(ctx)
	s.reportReady()
	if s.flags.watch {
		s.running.Go(func() { s.watch(ctx) })
	}
	<-ctx.Done()
	s.endSoon()
	s.running.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// follow begins to serve doors and to fire schedules that are new, and ends those that the deployment has no more.
func (s *system) follow(ctx context.Context) {
	for len(s.doors) > len(s.current.apis) {
		last := s.doors[len(s.doors)-1]
		s.doors = s.doors[:len(s.doors)-1]
		last.close() // what it has begun it finishes
	}
	for i, d := range s.doors {
		if d.close != nil {
			continue
		}
		serving, end := context.WithCancel(ctx)
		d.close = end
		s.running.Go(func() {
			defer end()
			if err := gateway.Serve(serving, d.ln, s.behind(i), s.flags.hosts...); err != nil {
				s.cancel(err)
			}
		})
	}
	if s.flags.schedules {
		s.followSchedules(ctx)
	}
}

// behind is what answers at the nth door.
func (s *system) behind(n int) http.Handler {
	var h http.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := s.use()
		defer d.users.Done()
		if n >= len(d.apis) { // on a connection from before
			http.Error(w, "the template has no API here any more", http.StatusServiceUnavailable)
			return
		}
		d.apis[n].gateway.ServeHTTP(w, r)
	})
	if n == 0 && s.flags.console {
		h = s.console(h)
	}
	return h
}

// grace is what functions have, from the end of the command, for what they have begun: a second less than requests, so that
// these are answered all the same.
const grace = 9 * time.Second

// endSoon ends, after their grace, the functions that still run. Whoever waits for one, a request or another function, has
// its answer then; so all that shuts down one after the other has one grace together. The first call counts.
func (s *system) endSoon() {
	s.ending.Do(func() { s.limit = time.AfterFunc(cmp.Or(s.flags.grace, grace), s.endFunctions) })
}

// endFunctions ends all functions, and waits for their processes. It may be called again.
func (s *system) endFunctions() {
	s.mu.RLock()
	processes := slices.Collect(maps.Keys(s.processes))
	s.mu.RUnlock()
	var all sync.WaitGroup
	for _, p := range processes {
		all.Go(func() { _ = p.Close() })
	}
	all.Wait()
}

// close ends all that newSystem has begun, also where it did not get to the end.
func (s *system) close() {
	s.endSoon()
	defer s.limit.Stop()
	if s.lambda != nil {
		s.lambda.close()
	}
	s.endFunctions()
	if s.lambda != nil {
		s.lambda.underWay.Lock() // waits for requests whose connection was cut; kept, so that no more come
	}
	s.mu.RLock()
	last := s.current
	s.mu.RUnlock()
	if last != nil { // what nobody waited for has ended as well, and is reported
		_ = last.lambda.Wait(context.Background())
	}
	for _, d := range s.doors {
		_ = d.ln.Close()
	}
	if s.db != nil {
		s.db.close()
	}
	if s.removeDir != nil {
		s.removeDir()
	}
}
