package gateway

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// The Runtime API (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html), as far as a runtime needs it to
// answer one invocation after the other, and of the Extensions API what aws-lambda-go uses to be told of SIGTERM.
// Left out: telemetry, and extensions that are processes of their own. Whether an answer is passed on as it comes or
// collected is decided by who invokes ([Process.Stream] or [Process.Invoke]), not by the runtime: some stream everything.

const runtimePath = "/2018-06-01/runtime/"

// serveRuntime answers a request, or returns false where the connection is left to the next invocation, or to none.
func (i *instance) serveRuntime(c *runtimeConn, r *http.Request) (answered bool) {
	w := &c.answer
	switch isGet := r.Method == http.MethodGet; {
	case !i.isOwn(r):
		apiError(w, http.StatusForbidden, "Forbidden", "not from this instance")
		return true
	case isGet && r.URL.Path == "/2020-01-01/extension/event/next":
		return false // for good: the only event would be the shutdown, and that comes as SIGTERM
	case !isGet || r.URL.Path != runtimePath+"invocation/next":
		i.serveOther(w, r)
		return true
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, maxAnswer)) // from now on the connection is not ours
	if i.park(c) != nil {
		errTooEarly(w)
		return true
	}
	return false
}

// serveOther answers what is answered at once.
func (i *instance) serveOther(w http.ResponseWriter, r *http.Request) {
	invocation, isInvocation := strings.CutPrefix(r.URL.Path, runtimePath+"invocation/")
	id, what, _ := strings.Cut(invocation, "/")
	r.SetPathValue("id", id)
	isPost := r.Method == http.MethodPost
	switch {
	case isPost && isInvocation && what == "response":
		i.response(w, r)
	case isPost && isInvocation && what == "error":
		i.invocationError(w, r)
	case isPost && r.URL.Path == runtimePath+"init/error":
		i.initError(w, r)
	case isPost && r.URL.Path == "/2020-01-01/extension/register":
		i.registerExtension(w, r)
	default:
		apiError(w, http.StatusNotFound, "NotFound", "The Runtime API has no such method and path.")
	}
}

// isOwn keeps web pages out that guess the port: a browser says where a request comes from, and a name that was
// rebound to 127.0.0.1 is not the address that the instance was given.
func (i *instance) isOwn(r *http.Request) bool {
	return r.Host == i.addr && r.Header.Get("Origin") == "" && r.Header.Get("Sec-Fetch-Site") == ""
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
	limit := int64(maxAnswer)
	if gwevent.MediaType(r.Header.Get("Content-Type")) == streamedType {
		limit = maxStreamed
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, limit))
	switch {
	case errors.As(err, new(*http.MaxBytesError)):
		inv.finish(outcome{err: errResponseTooLarge(limit)})
		apiError(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", limit))
	case err != nil:
		inv.finish(truncated(err))
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
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxAnswer))
	if err != nil {
		return newFunctionError(orDefault(kind, "Runtime.Unknown"), "the error broke off", err)
	}
	return parseFunctionError(body, orDefault(kind, "Runtime.Unknown"))
}

func (i *instance) registerExtension(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Lambda-Extension-Identifier", "internal")
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{
		"functionName": i.p.name(), "functionVersion": "$LATEST", "handler": orDefault(i.p.Handler, "bootstrap"),
	})
}

func errUnknownID(w http.ResponseWriter) {
	apiError(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
}

func errTooEarly(w http.ResponseWriter) {
	apiError(w, http.StatusForbidden, "InvalidStateTransition", "The invocation before has not been answered.")
}

// acceptedMessage is what accepted answers.
var acceptedMessage = []byte("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"OK\"}")

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
