package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/gateway"
)

// lambdaName is what stands for an API where Lambda's own is meant. No logical id has a space.
const lambdaName = "AWS Lambda"

// A lambdaServer is where functions are invoked by name, by one another and from outside, as by Lambda's API. The address
// stays when the template changes.
type lambdaServer struct {
	ln    net.Listener
	close func() // stops serving when the invocations that somebody waits for are done, or after a while

	underWay sync.RWMutex // each request reads
}

// listenLambda listens; nothing is served yet.
func listenLambda(addr string, public bool) (*lambdaServer, error) {
	ln, err := listen(addr, public)
	if errors.Is(err, syscall.EADDRINUSE) {
		err = fmt.Errorf("%w; -lambda-addr chooses another one", err)
	}
	if err != nil {
		return nil, err
	}
	return &lambdaServer{ln: ln, close: func() { _ = ln.Close() }}, nil
}

// url is where functions find it.
func (l *lambdaServer) url() string {
	at := l.ln.Addr().(*net.TCPAddr)
	host := at.IP.String()
	if at.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(at.Port))
}

// serveLambda serves until close. It outlives the APIs, whose last requests may need it.
func (s *system) serveLambda(ctx context.Context) {
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	s.lambda.close = func() {
		end()
		<-ended
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.lambda.underWay.TryRLock() {
			http.Error(w, "the functions have ended", http.StatusServiceUnavailable)
			return
		}
		defer s.lambda.underWay.RUnlock()
		d := s.use()
		defer d.users.Done()
		d.lambda.ServeHTTP(w, r)
	})
	go func() {
		defer close(ended)
		if err := gateway.Serve(serving, s.lambda.ln, h, s.flags.hosts...); err != nil {
			fmt.Fprintf(s.stderr, "functions cannot be invoked by name any more: %v\n", err)
		}
	}()
}

// invokeAPI is Lambda's API for the functions of a deployment, by their names and, as sam local has it, by their logical ids.
func (s *system) invokeAPI(d *deployment) *gateway.InvokeAPI {
	functions := make(map[string]lambda.Handler)
	for _, fn := range d.app.Functions {
		functions[fn.ID] = d.functions[fn.ID].Process
	}
	for _, fn := range d.app.Functions {
		functions[fn.Name] = d.functions[fn.ID].Process
	}
	return &gateway.InvokeAPI{Functions: functions, Observe: func(e gateway.Exchange) {
		s.reportRequest(s.history.exchange(lambdaName, e))
	}}
}

// A lambdaInfo is Lambda's API for -o json.
type lambdaInfo struct {
	URL       string   `json:"url"`
	Functions []string `json:"functions"`
}

func (s *system) lambdaInfo(d *deployment) lambdaInfo {
	names := []string{}
	for _, fn := range d.app.Functions {
		names = append(names, fn.Name)
	}
	return lambdaInfo{s.lambda.url(), names}
}

// consoleInfo is Lambda's API for the console, as if it were one of the template's.
func (s *system) consoleInfo(d *deployment) apiInfo {
	a := apiInfo{ID: lambdaName, Kind: "functions by name", URL: s.lambda.url()}
	for _, id := range slices.Sorted(maps.Keys(d.functions)) {
		a.Routes = append(a.Routes, routeInfo{http.MethodPost, "/2015-03-31/functions/" + d.app.Function(id).Name + "/invocations", id})
	}
	return a
}
