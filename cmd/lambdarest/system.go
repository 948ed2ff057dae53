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
	"strings"
	"sync"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// A system is a template that runs: functions, gateways, a database, and what watches over them.
type system struct {
	flags     startFlags
	app       *sam.App
	stdout    io.Writer
	stderr    io.Writer
	builds    *builder
	functions map[string]*gateway.Process // by logical id
	servers   []*server
	db        *database
	history   *history
	warned    map[string]bool
	removeDir func()
	outMu     sync.Mutex // of stdout and stderr: requests and functions write at once
}

// A server is a gateway at an address.
type server struct {
	api     *sam.API
	gateway *gateway.Gateway
	ln      net.Listener
}

func (s *server) url() string { return "http://" + s.ln.Addr().String() }

// newSystem builds and sets up everything; nothing is served yet. It ends what it has begun where it fails.
func newSystem(ctx context.Context, f startFlags, app *sam.App, stdout, stderr io.Writer) (_ *system, err error) {
	s := &system{flags: f, app: app, functions: make(map[string]*gateway.Process), history: newHistory(), warned: make(map[string]bool)}
	s.stdout, s.stderr = &lockedWriter{w: stdout, mu: &s.outMu}, &lockedWriter{w: stderr, mu: &s.outMu}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if len(app.APIs) == 0 && len(app.Functions) == 0 {
		return nil, fmt.Errorf("%s: no function and no API", f.template)
	}
	if err := s.checkJWTFlags(); err != nil {
		return nil, err
	}
	if err := tryPorts(f.addr, len(app.APIs), f.public); err != nil {
		return nil, err
	}
	dir, remove, err := workFolder()
	if err != nil {
		return nil, err
	}
	s.removeDir = remove
	if s.builds, err = newBuilder(ctx, dir, app.Functions, s.stderr); err != nil {
		return nil, err
	}
	if s.db, err = startDatabase(ctx, f.dynamodb, app.Tables); err != nil {
		return nil, err
	}
	for _, fn := range app.Functions {
		s.functions[fn.ID] = s.process(fn)
	}
	listeners, err := listenAll(f.addr, len(app.APIs), f.public)
	if err != nil {
		return nil, err
	}
	for i, l := range listeners {
		s.servers = append(s.servers, &server{api: app.APIs[i], ln: l})
	}
	if err := s.makeGateways(ctx); err != nil {
		return nil, err
	}
	return s, nil
}

// process is a function as it is deployed, with its output on stderr.
func (s *system) process(fn *sam.Function) *gateway.Process {
	env := map[string]string{
		"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
		"AWS_ENDPOINT_URL_DYNAMODB": s.db.url,
	}
	maps.Copy(env, fn.Env)
	maps.Copy(env, s.flags.env)
	var entries []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		entries = append(entries, name+"="+env[name])
	}
	p := gateway.Function(s.builds.binary(fn), entries)
	p.Name, p.Handler, p.MemoryMB = fn.Name, fn.Handler, fn.MemoryMB
	p.Timeout = time.Duration(fn.Timeout) * time.Second
	p.Concurrency = fn.Concurrency
	p.Output = &prefixWriter{w: s.stderr, prefix: fn.ID + " | "}
	p.Observe = func(i gateway.Invocation) { s.history.invocation(fn.ID, i) }
	return p
}

// makeGateways sets up a gateway for each API.
func (s *system) makeGateways(ctx context.Context) error {
	for _, srv := range s.servers {
		cfg := srv.api.Config
		cfg.Timeout = s.flags.timeout
		cfg.StageVariables = maps.Clone(cfg.StageVariables)
		if cfg.StageVariables == nil {
			cfg.StageVariables = make(map[string]string)
		}
		maps.Copy(cfg.StageVariables, s.flags.variables)
		cfg.APIID = strings.ToLower(srv.api.ID)
		if cfg.Kind == gateway.REST {
			cfg.APIKeys = s.apiKeys(srv.api)
		}
		cfg.Observe = func(e gateway.Exchange) {
			s.reportRequest(s.history.exchange(srv.api.ID, e))
		}
		routes, err := s.routes(ctx, srv.api)
		if err != nil {
			return err
		}
		if srv.gateway, err = gateway.New(cfg, routes...); err != nil {
			return fmt.Errorf("%s: %w", srv.api.ID, err)
		}
	}
	return nil
}

// apiKeys are those of the flags. Where a route requires one and there is none, no key would open it; so there is one.
func (s *system) apiKeys(api *sam.API) []gateway.APIKey {
	if len(s.flags.apiKeys) == 0 && slices.ContainsFunc(api.Routes, func(r sam.Route) bool { return r.KeyRequired }) {
		s.flags.apiKeys = list{"local-key"}
		fmt.Fprintln(s.stderr, "API key for X-Api-Key: local-key (-api-key sets another)")
	}
	var keys []gateway.APIKey
	for i, value := range s.flags.apiKeys {
		keys = append(keys, gateway.APIKey{Value: value, ID: fmt.Sprintf("key%d", i+1)})
	}
	return keys
}

// routes are the gateway's for an API's.
func (s *system) routes(ctx context.Context, api *sam.API) ([]gateway.Route, error) {
	authorizers := &authorizations{s, make(map[*sam.Authorizer]gateway.Authorization)}
	var routes []gateway.Route
	for _, r := range api.Routes {
		authorizer, err := authorizers.of(ctx, r.Authorizer)
		if err != nil {
			return nil, err
		}
		i, err := s.integration(r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Pos, err)
		}
		routes = append(routes, gateway.Route{
			Method: r.Method, Path: r.Path, Integration: i, Authorizer: authorizer, Scopes: r.Scopes, APIKeyRequired: r.KeyRequired,
			Timeout: cmp.Or(s.flags.timeout, r.Timeout),
		})
	}
	return routes, nil
}

func (s *system) integration(r sam.Route) (gateway.Integration, error) {
	switch r.Kind {
	case sam.Proxy:
		return gateway.Proxy(s.functions[r.Function.ID]), nil
	case sam.ProxyV1:
		return gateway.ProxyV1(s.functions[r.Function.ID]), nil
	case sam.Stream:
		return gateway.Stream(s.functions[r.Function.ID].Stream), nil
	case sam.NonProxy:
		return gateway.Lambda(s.functions[r.Function.ID], r.Templates), nil
	case sam.Mock:
		return gateway.Mock(r.Templates), nil
	}
	h, err := forward(r.URL)
	return gateway.HTTPProxy(h), err
}

// serve prints what there is and serves it until ctx ends.
func (s *system) serve(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var running sync.WaitGroup
	for i, srv := range s.servers {
		var h http.Handler = srv.gateway
		if i == 0 && s.flags.console {
			h = s.console(h)
		}
		running.Go(func() {
			if err := gateway.Serve(ctx, srv.ln, h, s.flags.hosts...); err != nil {
				cancel(err)
			}
		})
	}
	if s.flags.watch {
		running.Go(func() { s.watch(ctx) })
	}
	if s.flags.schedules {
		s.runSchedules(ctx, &running)
	}
	s.reportReady()
	if len(s.servers) == 0 {
		<-ctx.Done()
	}
	running.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// close ends all that newSystem has begun, also where it did not get to the end.
func (s *system) close() {
	for _, p := range s.functions {
		_ = p.Close() // waits for the processes
	}
	for _, srv := range s.servers {
		_ = srv.ln.Close()
	}
	if s.db != nil {
		s.db.close()
	}
	if s.removeDir != nil {
		s.removeDir()
	}
}
