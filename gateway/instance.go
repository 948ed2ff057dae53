package gateway

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// errGoneBefore: the instance ended before it took the invocation.
var errGoneBefore = errors.New("gateway: the instance ended before the invocation")

// gracePeriod is what Lambda gives a runtime that registered for SIGTERM (an internal extension) to shut down.
const gracePeriod = 500 * time.Millisecond

// restPauses are those in which what a dead process left behind is read: it is in the kernel's buffers, so that takes no time,
// unless somebody else holds the other end.
const restPauses = int(gracePeriod / pause)

// instance is one process and its Runtime API.
type instance struct {
	p      *Process
	cmd    *exec.Cmd
	server *runtimeServer
	addr   string
	output *lineWriter
	log    instanceLog

	ending  chan struct{} // closed by terminate: SIGTERM, then SIGKILL
	killing chan struct{} // closed by kill: SIGKILL
	exited  chan struct{} // closed once the process is gone and exitErr is set

	dead atomic.Bool // set as soon as the process is over

	terminateOnce, killOnce sync.Once

	retired bool // by Restart; under the lock of p, as is busy
	busy    int  // the invocations of a retired instance

	born      time.Time
	ready     chan struct{} // closed by the first GET next
	readyOnce sync.Once
	readyAt   time.Time // set before ready is closed

	mu       sync.Mutex
	queue    []*invocation          // see delivery.go
	waiting  []*runtimeConn         // the last one came last
	flights  map[string]*invocation // delivered and not answered, by request id
	measured time.Time              // when maxMB was; see usage
	maxMB    int
	initErr  *FunctionError // posted to init/error
	exitErr  *FunctionError
	initDied bool // exitErr is initErr
}

// start prepares an instance; run starts its process.
func (p *Process) start() (*instance, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("gateway: runtime API: %w", err)
	}
	inst := &instance{
		p: p, server: newRuntimeServer(listener, p.perInstance()), addr: listener.Addr().String(),
		ready: make(chan struct{}), flights: make(map[string]*invocation), born: time.Now(),
		ending: make(chan struct{}), killing: make(chan struct{}), exited: make(chan struct{}),
	}
	if p.Output != nil || p.Observe != nil {
		inst.output = &lineWriter{w: p.Output, mu: &p.outputMu, log: &inst.log}
	}
	return inst, nil
}

// run keeps the process until it exits. It owns the process: nobody else waits for it, so its id cannot be another's.
func (i *instance) run() {
	defer keepThread()()
	log := i.p.logger()
	binary, err := filepath.Abs(i.p.binary)
	if err == nil {
		i.cmd = exec.Command(binary)
		i.cmd.Dir = filepath.Dir(binary)
		i.cmd.Env = append(i.p.environ(), "AWS_LAMBDA_RUNTIME_API="+i.addr)
		i.cmd.SysProcAttr = childAttr()
		err = i.output.start(i.cmd)
	}
	if err != nil {
		i.server.close()
		i.exit(newFunctionError("Runtime.InvalidEntrypoint", "Error: "+err.Error(), err))
		return
	}
	log.Info("instance started", "pid", i.cmd.Process.Pid)
	go i.server.serve(i)
	over, signalled := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(signalled)
		i.signalAtEnd(over)
	}()
	err = waitGroup(i.cmd, func() {
		i.dead.Store(true)
		close(over)
		<-signalled
	})
	i.server.drain(i)
	i.output.drain()
	log.Info("instance ended", "pid", i.cmd.Process.Pid, "state", i.cmd.ProcessState.String())
	i.exit(exitError(i.cmd.ProcessState.String(), err))
}

// signalAtEnd asks the process to exit once terminate was called, and kills it if it does not, or if kill was called.
func (i *instance) signalAtEnd(over <-chan struct{}) {
	select {
	case <-over:
		return
	case <-i.killing:
	case <-i.ending:
		i.askToExit(over)
	}
	_ = signalGroup(i.cmd.Process, syscall.SIGKILL)
}

func (i *instance) askToExit(over <-chan struct{}) {
	if signalGroup(i.cmd.Process, syscall.SIGTERM) != nil {
		return
	}
	grace := time.NewTimer(orDefault(i.p.grace, gracePeriod))
	defer grace.Stop()
	select {
	case <-over:
	case <-i.killing:
	case <-grace.C:
	}
}

func exitError(state string, cause error) *FunctionError {
	message := "Error: Runtime exited with error: " + state
	if cause == nil {
		message = "Error: Runtime exited without providing a reason"
	}
	return newFunctionError("Runtime.ExitError", message, cause)
}

// exit publishes the end of the process. An error that it posted before any invocation says more than its exit status.
func (i *instance) exit(err *FunctionError) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.exitErr = err
	if i.initErr != nil {
		i.exitErr, i.initDied = i.initErr, true
	}
	close(i.exited)
}

// terminate lets the process exit; kill ends one that hangs. Neither waits.
func (i *instance) terminate() { i.terminateOnce.Do(func() { close(i.ending) }) }
func (i *instance) kill()      { i.killOnce.Do(func() { close(i.killing) }) }

func (i *instance) isAlive() bool {
	select {
	case <-i.exited:
		return false
	case <-i.ending:
		return false
	case <-i.killing:
		return false
	default:
		return true
	}
}

// isReady marks the end of the init phase.
func (i *instance) isReady() {
	i.readyOnce.Do(func() {
		i.readyAt = time.Now()
		close(i.ready)
	})
}

// initTimeout is how long Lambda lets a function initialise.
const initTimeout = 10 * time.Second

// awaitReady waits for the end of the init phase, which does not count towards the function's time-out. An instance that
// does not get there in time is killed.
func (i *instance) awaitReady(ctx context.Context) error {
	select {
	case <-i.ready: // first: the limit of an older instance has passed as well, and select would choose at random
		return nil
	default:
	}
	limit := orDefault(i.p.InitTimeout, initTimeout)
	timer := time.NewTimer(time.Until(i.born.Add(limit)))
	defer timer.Stop()
	select {
	case <-i.ready:
	case <-i.exited: // which the next step finds
	case <-ctx.Done():
		i.kill()
		return context.Cause(ctx)
	case <-timer.C:
		i.kill()
		return newFunctionError("Sandbox.Timedout", fmt.Sprintf("Init timed out after %.2f seconds", limit.Seconds()), errFunctionTimedOut)
	}
	return nil
}

// invoke hands the invocation over and waits for its result; errGoneBefore means that it was not handed over, and that
// the instance has exited.
func (i *instance) invoke(inv *invocation) ([]byte, error) {
	i.offer(inv)
	select {
	case o := <-inv.result:
		return i.unpack(inv, o)
	case <-inv.ctx.Done():
	case <-i.exited:
	}
	select { // a result that came before counts
	case o := <-inv.result:
		return i.unpack(inv, o)
	default:
	}
	if inv.ctx.Err() != nil {
		return nil, i.abandon(inv)
	}
	if i.withdraw(inv) {
		return nil, errGoneBefore
	}
	return nil, i.exitReason(inv)
}

// exitReason is the error of an invocation during which the process ended. The instance must have exited.
func (i *instance) exitReason(inv *invocation) error {
	if i.p.isClosed() {
		return ErrClosed
	}
	if i.initDied {
		return i.exitErr
	}
	return newFunctionError(i.exitErr.Type, "RequestId: "+inv.id+" "+i.exitErr.Message, i.exitErr.Err)
}

// newsOfExit is how long an answer that broke off may be known before the exit that it broke off by: until then what the
// process left in its output and its connections is read, a gracePeriod each at most.
const newsOfExit = 2 * gracePeriod

// unpack returns what came of an invocation. Where an answer broke off since the process exited, that is what to tell.
func (i *instance) unpack(inv *invocation, o outcome) ([]byte, error) {
	if o.isTruncated {
		timer := time.NewTimer(newsOfExit)
		defer timer.Stop()
		select {
		case <-i.exited:
			return nil, i.exitReason(inv)
		case <-inv.ctx.Done():
		case <-timer.C:
		}
	}
	if o.err != nil {
		return nil, o.err
	}
	return o.payload, nil
}

// abandon ends the instance of an invocation that took too long: Lambda does not reuse it either.
func (i *instance) abandon(inv *invocation) error {
	i.withdraw(inv)
	i.kill()
	cause := context.Cause(inv.ctx)
	if errors.Is(cause, errFunctionTimedOut) {
		text := fmt.Sprintf("%s %s Task timed out after %.2f seconds", inv.deadline.UTC().Format("2006-01-02T15:04:05.000Z"), inv.id, inv.timeout.Seconds())
		return newFunctionError("Sandbox.Timedout", text, cause)
	}
	return cause
}

func (p *Process) isClosed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.closed
}
