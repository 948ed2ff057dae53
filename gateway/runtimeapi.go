package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strconv"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// The Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), as far as a runtime needs it to
// answer one invocation after the other, and of the Extensions API what aws-lambda-go uses to be told of SIGTERM.
// Left out: telemetry, and extensions that are processes of their own. Whether an answer is passed on as it comes or
// collected is decided by who invokes ([Process.Stream] or [Process.Invoke]), not by the runtime: some stream everything.

const runtimePath = "/2018-06-01/runtime/"

// runtimeAPI serves one instance.
func (i *instance) runtimeAPI() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+runtimePath+"invocation/next", i.next)
	mux.HandleFunc("POST "+runtimePath+"invocation/{id}/response", i.response)
	mux.HandleFunc("POST "+runtimePath+"invocation/{id}/error", i.invocationError)
	mux.HandleFunc("POST "+runtimePath+"init/error", i.initError)
	mux.HandleFunc("POST /2020-01-01/extension/register", i.registerExtension)
	mux.HandleFunc("GET /2020-01-01/extension/event/next", i.extensionEvent)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !i.isOwn(r) {
			apiError(w, http.StatusForbidden, "Forbidden", "not from this instance")
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// isOwn keeps web pages out that guess the port: a browser says where a request comes from, and a name that was
// rebound to 127.0.0.1 is not the address that the instance was given.
func (i *instance) isOwn(r *http.Request) bool {
	return r.Host == i.addr && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
}

// next blocks until there is an invocation. A runtime must answer one before it gets another, unless it takes several
// at a time; but where the connection of one broke, it comes back for the same one.
func (i *instance) next(w http.ResponseWriter, r *http.Request) {
	i.isReady()
	if !i.reclaim() {
		apiError(w, http.StatusForbidden, "InvalidStateTransition", "The invocation before has not been answered.")
		return
	}
	select {
	case inv := <-i.work:
		if i.dead.Load() || r.Context().Err() != nil || i.deliver(w, r, inv) != nil {
			inv.finish(outcome{undelivered: true})
		}
	case <-r.Context().Done():
	case <-i.exited:
	}
}

// A flight is an invocation that was delivered and not answered.
type flight struct {
	inv         *invocation
	carrier     net.Conn // the connection to which it was written
	carrierGone bool
}

// reclaim reports whether there is room for another flight. It waits for one that is just being written, which may
// fail. Where there is no room, those end whose connection has closed since: the last bytes sent are lost without an
// error, and a runtime would not ask if it had them all. Where there is room, a closed connection says nothing: a
// runtime with several closes those that it has too many of.
func (i *instance) reclaim() bool {
	i.delivery.Lock()
	defer i.delivery.Unlock()
	i.mu.Lock()
	defer i.mu.Unlock()
	for id, f := range i.flights {
		if f.carrierGone && len(i.flights) >= i.p.perInstance() {
			f.inv.finish(outcome{undelivered: true})
			delete(i.flights, id)
		}
	}
	return len(i.flights) < i.p.perInstance()
}

// connKey is the key of a request's net.Conn in its context.
type connKey struct{}

func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// watchConn is told of the states of connections. That one closes proves nothing by itself: a runtime may use another
// for its answer.
func (i *instance) watchConn(c net.Conn, state http.ConnState) {
	if state != http.StateClosed {
		return
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, f := range i.flights {
		if f.carrier == c {
			f.carrierGone = true
		}
	}
}

// deliver writes an invocation, which is in flight from its first byte on, and not at all if there is an error.
func (i *instance) deliver(w http.ResponseWriter, r *http.Request, inv *invocation) error {
	i.delivery.Lock()
	defer i.delivery.Unlock()
	carrier, _ := r.Context().Value(connKey{}).(net.Conn)
	i.mu.Lock()
	i.flights[inv.id] = &flight{inv: inv, carrier: carrier}
	i.mu.Unlock()
	header := w.Header()
	maps.Copy(header, inv.header)
	header.Set("Content-Length", strconv.Itoa(len(inv.payload)))
	_, err := w.Write(inv.payload)
	if err == nil {
		err = http.NewResponseController(w).Flush() // or the error would come after the handler
	}
	if err != nil {
		i.take(inv.id)
	}
	return err
}

// streamedType is the Content-Type of an answer whose prelude holds status and headers, as runtimes post it.
const streamedType = "application/vnd.awslambda.http-integration-response"

func (i *instance) response(w http.ResponseWriter, r *http.Request) {
	inv := i.take(r.PathValue("id"))
	if inv == nil {
		errUnknownID(w)
		return
	}
	if inv.sink != nil {
		inv.sink.take(inv, w, r)
		return
	}
	limit := int64(maxPayload)
	if gwevent.MediaType(r.Header.Get("Content-Type")) == streamedType {
		limit = maxStreamed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		inv.finish(outcome{err: errResponseTooLarge(limit)})
		apiError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", limit))
	case err != nil:
		inv.finish(outcome{err: newFunctionError("Runtime.TruncatedResponse", "the answer broke off", err)})
		apiError(w, http.StatusBadRequest, "Runtime.TruncatedResponse", "the answer broke off")
	default:
		inv.finish(outcome{payload: body, err: trailerError(r)})
		accepted(w)
	}
}

// trailerError is the error of a handler that failed after the first bytes of its answer; runtimes send it in trailers.
func trailerError(r *http.Request) *FunctionError {
	kind := r.Trailer.Get("Lambda-Runtime-Function-Error-Type")
	if kind == "" {
		return nil
	}
	payload, _ := base64.StdEncoding.DecodeString(r.Trailer.Get("Lambda-Runtime-Function-Error-Body"))
	return parseFunctionError(payload, kind)
}

func (i *instance) invocationError(w http.ResponseWriter, r *http.Request) {
	inv := i.take(r.PathValue("id"))
	if inv == nil {
		errUnknownID(w)
		return
	}
	inv.finish(outcome{err: postedError(w, r)})
	accepted(w)
}

// initError is posted by a runtime that cannot start; it exits afterwards.
func (i *instance) initError(w http.ResponseWriter, r *http.Request) {
	fe := postedError(w, r)
	i.mu.Lock()
	i.initErr = fe
	i.mu.Unlock()
	accepted(w)
}

func postedError(w http.ResponseWriter, r *http.Request) *FunctionError {
	kind := r.Header.Get("Lambda-Runtime-Function-Error-Type")
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayload))
	if err != nil {
		return newFunctionError(orDefault(kind, "Runtime.Unknown"), "the error broke off", err)
	}
	return parseFunctionError(body, orDefault(kind, "Runtime.Unknown"))
}

// take ends the flight of the invocation with that id and returns it; nil where it is not in flight.
func (i *instance) take(id string) *invocation {
	i.mu.Lock()
	defer i.mu.Unlock()
	f := i.flights[id]
	if f == nil {
		return nil
	}
	delete(i.flights, id)
	return f.inv
}

func (i *instance) registerExtension(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Lambda-Extension-Identifier", "internal")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{
		"functionName": i.p.name(), "functionVersion": "$LATEST", "handler": orDefault(i.p.Handler, "bootstrap"),
	})
}

// extensionEvent blocks: the only event would be the shutdown, and that comes as SIGTERM.
func (i *instance) extensionEvent(_ http.ResponseWriter, r *http.Request) {
	select {
	case <-r.Context().Done():
	case <-i.exited:
	}
}

func errUnknownID(w http.ResponseWriter) {
	apiError(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
}

func accepted(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`)
}

func apiError(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(newFunctionError(kind, message, nil).Payload)
}
