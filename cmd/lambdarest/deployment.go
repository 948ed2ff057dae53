package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// A deployment is one state of the template with all that runs of it. It never changes. When the template does, another
// takes its place at once for all APIs, schedules and authorizers: a request belongs to the one that was there when it
// came, which lives on until the last of its requests is answered. Functions whose definition has not changed are
// handed over, with the instances that are warm; so one ends when no deployment that has it is in use any more, and
// since each hands over to the next, that is when the last one that has it is not, nor any before.
type deployment struct {
	number    int // 1 for the first
	app       *sam.App
	functions map[string]*function // by logical id
	apis      []*servedAPI
	lambda    *gateway.InvokeAPI
	users     sync.WaitGroup  // requests and invocations under way
	before    <-chan struct{} // closed when no deployment before has users any more; nil for the first
	over      chan struct{}   // closed when neither it has
}

type servedAPI struct {
	api     *sam.API
	gateway *gateway.Gateway
	url     string
}

// A function is a process with what it was made of.
type function struct {
	*gateway.Process
	made definition
}

// A definition is all of a template and the flags that a function's instances can notice.
type definition struct {
	binary, name, handler         string
	memoryMB, timeout, concurrent int
	env                           string
}

// use returns the current deployment; whoever has it calls users.Done in the end.
func (s *system) use() *deployment {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.current.users.Add(1) // under the lock: none is added when it is no longer current
	return s.current
}

// deploy builds and sets up what a template describes, and puts it in the place of what has run. Where it fails nothing
// has changed, but for tables that it may have added.
func (s *system) deploy(ctx context.Context, app *sam.App) error {
	if err := s.build(ctx, app); err != nil {
		return err
	}
	opened, err := s.openDoors(len(app.APIs))
	if err != nil {
		return err
	}
	d, err := s.newDeployment(ctx, app, slices.Concat(s.doors, opened))
	if err == nil {
		err = s.db.makeTables(ctx, app.Tables, s.stderr)
	}
	if err != nil {
		for _, door := range opened {
			_ = door.ln.Close()
		}
		return err
	}
	s.doors = append(s.doors, opened...)
	s.replace(d)
	return nil
}

// build builds the functions that run for the first time, one after the other: the go command uses all processors for
// each. The sources of the others are watched.
func (s *system) build(ctx context.Context, app *sam.App) error {
	for _, fn := range app.Functions {
		if s.current != nil && s.current.hasCode(fn) {
			continue
		}
		if err := s.builds.build(ctx, fn); err != nil {
			return err
		}
	}
	return nil
}

// hasCode reports whether a function of that name has been built from the same folder.
func (d *deployment) hasCode(fn *sam.Function) bool {
	own := d.app.Function(fn.ID)
	return own != nil && own.ID == fn.ID && own.CodeURI == fn.CodeURI
}

// openDoors listens at the addresses that n APIs need beyond those that are open.
func (s *system) openDoors(n int) ([]*door, error) {
	addr := s.flags.addr
	if open := len(s.doors); open > 0 {
		if host, port, _ := net.SplitHostPort(addr); port != "0" {
			addr = net.JoinHostPort(host, strconv.Itoa(s.doors[open-1].ln.Addr().(*net.TCPAddr).Port+1))
		}
	}
	listeners, err := listenAll(addr, n-len(s.doors), s.flags.public)
	var opened []*door
	for _, l := range listeners {
		opened = append(opened, &door{ln: l})
	}
	return opened, err
}

func (s *system) newDeployment(ctx context.Context, app *sam.App, doors []*door) (*deployment, error) {
	d := &deployment{number: 1, app: app, functions: make(map[string]*function), over: make(chan struct{})}
	if s.current != nil {
		d.number = s.current.number + 1
	}
	for _, fn := range app.Functions {
		d.functions[fn.ID] = s.function(fn)
	}
	d.lambda = s.invokeAPI(d)
	authorizers := &authorizations{s, d, make(map[*sam.Authorizer]gateway.Authorization)}
	for i, api := range app.APIs {
		routes, err := d.routes(ctx, authorizers, api)
		if err != nil {
			return nil, err
		}
		g, err := gateway.New(s.config(api), routes...)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", api.ID, err)
		}
		d.apis = append(d.apis, &servedAPI{api, g, doors[i].url()})
	}
	return d, nil
}

// replace makes a deployment the current one, and ends what only the one before has had, when nobody uses it any more.
func (s *system) replace(d *deployment) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.current
	s.current = d
	for _, f := range d.functions {
		s.processes[f.Process] = true
	}
	if old == nil {
		return
	}
	d.before = old.over
	go func() { // not awaited: close ends the processes, and with them those who use them
		old.users.Wait()
		_ = old.lambda.Wait(context.Background())
		if old.before != nil {
			<-old.before
		}
		close(old.over)
		for id, f := range old.functions {
			if kept := d.functions[id]; kept == nil || kept.Process != f.Process {
				_ = f.Close()
				s.forget(f.Process)
			}
		}
	}()
}

func (s *system) forget(p *gateway.Process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.processes, p)
}

// function is a function as it is deployed, with its output on stderr: the one that runs, unless its definition has
// changed.
func (s *system) function(fn *sam.Function) *function {
	env := map[string]string{
		"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_SESSION_TOKEN": "local",
		"AWS_ENDPOINT_URL_DYNAMODB": s.db.url, "AWS_ENDPOINT_URL_LAMBDA": s.lambda.url(),
	}
	maps.Copy(env, fn.Env)
	for _, variables := range s.flags.envVars.of(fn) {
		maps.Copy(env, variables)
	}
	maps.Copy(env, s.flags.env)
	var entries []string
	for _, name := range slices.Sorted(maps.Keys(env)) {
		entries = append(entries, name+"="+env[name])
	}
	made := definition{s.builds.binary(fn), fn.Name, fn.Handler, fn.MemoryMB, fn.Timeout, fn.Concurrency, strings.Join(entries, "\x00")}
	if s.current != nil {
		if f := s.current.functions[fn.ID]; f != nil && f.made == made {
			return f
		}
	}
	p := gateway.Function(made.binary, entries)
	p.Name, p.Handler, p.MemoryMB = fn.Name, fn.Handler, fn.MemoryMB
	p.Timeout = time.Duration(fn.Timeout) * time.Second
	p.Concurrency = fn.Concurrency
	p.Output = &prefixWriter{w: s.stderr, prefix: fn.ID + " | "}
	p.Observe = func(i gateway.Invocation) { s.history.invocation(fn.ID, i) }
	return &function{p, made}
}

// config is the gateway's for an API.
func (s *system) config(api *sam.API) gateway.Config {
	cfg := api.Config
	cfg.Timeout = s.flags.timeout
	if cfg.Kind != gateway.FunctionURL { // which has no custom domain
		cfg.BasePath = s.flags.basePath
	}
	cfg.StageVariables = maps.Clone(cfg.StageVariables)
	if cfg.StageVariables == nil {
		cfg.StageVariables = make(map[string]string)
	}
	maps.Copy(cfg.StageVariables, s.flags.variables)
	cfg.APIID = strings.ToLower(api.ID)
	if cfg.Kind == gateway.REST {
		cfg.APIKeys = s.apiKeys(api)
	}
	cfg.Observe = func(e gateway.Exchange) {
		s.reportRequest(s.history.exchange(api.ID, e))
	}
	return cfg
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
func (d *deployment) routes(ctx context.Context, authorizers *authorizations, api *sam.API) ([]gateway.Route, error) {
	var routes []gateway.Route
	for _, r := range api.Routes {
		authorizer, err := authorizers.of(ctx, r.Authorizer)
		if err != nil {
			return nil, err
		}
		routes = append(routes, gateway.Route{
			Method: r.Method, Path: r.Path, Integration: d.integration(r), Authorizer: authorizer, Scopes: r.Scopes, APIKeyRequired: r.KeyRequired,
			Timeout: cmp.Or(authorizers.s.flags.timeout, r.Timeout), Validation: r.Validation,
		})
	}
	return routes, nil
}

func (d *deployment) integration(r sam.Route) gateway.Integration {
	i := d.unmapped(r)
	if r.IsMapped() {
		i = gateway.Mapped(i, r.Mapping)
	}
	return i
}

// unmapped is an integration without its parameter mapping.
func (d *deployment) unmapped(r sam.Route) gateway.Integration {
	switch r.Kind {
	case sam.Proxy:
		return gateway.Proxy(d.functions[r.Function.ID].Process)
	case sam.ProxyV1:
		return gateway.ProxyV1(d.functions[r.Function.ID].Process)
	case sam.Stream:
		return gateway.Stream(d.functions[r.Function.ID].Stream)
	case sam.NonProxy:
		return gateway.Lambda(d.functions[r.Function.ID].Process, r.Templates)
	case sam.Mock:
		return gateway.Mock(r.Templates)
	case sam.HTTP:
		return gateway.Backend(r.URL, r.BackendMethod, r.Templates)
	}
	return gateway.BackendProxy(r.URL, r.BackendMethod, r.Templates.Parameters)
}
