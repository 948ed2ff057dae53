package gateway

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"
)

// ErrClosed is returned by Invoke after Close.
var ErrClosed = errors.New("gateway: function is closed")

// Process runs an unmodified bootstrap binary as Lambda does and is a lambda.Handler. The binary is started by the
// first Invoke and serves one invocation after the other; while it is busy, another Invoke starts another instance, up
// to Concurrency. An instance that exits is replaced by the next Invoke.
//
// Every instance has a Runtime API server of its own on a port of 127.0.0.1. The fields may be set before the first
// Invoke, not later; the methods are safe for concurrent use.
type Process struct {
	// Name is AWS_LAMBDA_FUNCTION_NAME; the name of the binary's folder, or of the binary unless it is "bootstrap",
	// where empty.
	Name string
	// Handler is _HANDLER; "bootstrap" where empty.
	Handler string
	// Region is AWS_REGION; "us-east-1" where empty.
	Region string
	// MemoryMB is AWS_LAMBDA_FUNCTION_MEMORY_SIZE; 128 where zero. It is not enforced.
	MemoryMB int
	// Timeout is the function's own time-out: an invocation that takes longer is a *FunctionError, and its instance is
	// killed. Zero means the context's deadline, or 15 minutes, the longest in Lambda, where it has none.
	Timeout time.Duration
	// InitTimeout is how long an instance may take from its start until it asks for its first invocation; 10 s, as in
	// Lambda, where zero. It does not count towards Timeout.
	InitTimeout time.Duration
	// Concurrency is how many instances may run side by side; 10 where zero. An Invoke beyond that waits (Lambda would
	// start up to the account's limit, and then refuse with 429).
	Concurrency int
	// PerInstance is how many invocations an instance takes at a time, AWS_LAMBDA_MAX_CONCURRENCY of managed instances;
	// 1 where zero. A time-out ends the instance with all that it has.
	PerInstance int
	// Output gets what the instances write to stdout and stderr, a line at a time; nil discards it.
	Output io.Writer
	// Log gets a line when an instance starts and when it ends; nil is silent.
	Log *slog.Logger
	// Observe is called after each invocation, from the goroutine of its Invoke; nil is none.
	Observe func(Invocation)

	binary string
	env    []string
	grace  time.Duration // from SIGTERM to SIGKILL; gracePeriod where zero

	once        sync.Once // for what stands until stop
	fullName    string
	functionARN string
	slots       chan struct{}

	stop chan struct{} // closed by Close

	mu      sync.Mutex
	closed  bool
	idle    []*instance // the last one was used last
	all     map[*instance]bool
	running sync.WaitGroup

	outputMu sync.Mutex
	messages sync.Pool // of *[]byte, see deliver
}

// Function returns the binary as a handler. The instances see the environment that Lambda sets and env, whose entries
// have the form "KEY=value" and win; nothing is inherited but PATH and TMPDIR. Close must be called in the end.
//
// An Invoke that fails in the function returns a *FunctionError: the error that the function posted, a panic, an exit
// in mid-invocation (Type "Runtime.ExitError", with the exit status), or a binary that cannot be started.
func Function(binary string, env []string) *Process {
	return &Process{binary: binary, env: env, stop: make(chan struct{}), all: make(map[*instance]bool)}
}

func (p *Process) init() {
	p.once.Do(func() {
		n := p.Concurrency
		if n <= 0 {
			n = 10
		}
		p.slots = make(chan struct{}, n*p.perInstance())
		p.fullName = p.findName()
		p.functionARN = "arn:aws:lambda:" + orDefault(p.Region, "us-east-1") + ":123456789012:function:" + p.fullName
	})
}

// Invoke runs the function once. The context's deadline reaches the function as its own; when it passes, or when ctx
// is cancelled, the instance is killed, and the error is the context's.
//
// The request id, the function's ARN, the client context and the Cognito identity are taken from the lambdacontext in
// ctx, where there is one.
func (p *Process) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	return p.invoke(ctx, payload, nil, nil)
}

// invoke invokes the function; an answer goes to the sink as it comes, unless that is nil. What became of the invocation
// is told to seen, unless that is nil, and before Invoke returns.
func (p *Process) invoke(ctx context.Context, payload []byte, to *sink, seen func(Invocation)) ([]byte, error) {
	p.init()
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-p.stop:
		return nil, ErrClosed
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	for {
		inst, isNew, err := p.acquire()
		if err != nil {
			return nil, err
		}
		if err := inst.awaitReady(ctx); err != nil {
			return nil, err
		}
		out, err := p.invokeOn(ctx, inst, isNew, payload, to, seen)
		if err == errGoneBefore && !isNew {
			continue // it ended between two invocations, this one was never delivered
		}
		return out, err
	}
}

// invokeOn runs one invocation on an instance that is ready, or has exited.
func (p *Process) invokeOn(ctx context.Context, inst *instance, isNew bool, payload []byte, to *sink, tell func(Invocation)) ([]byte, error) {
	inv, cancel := p.newInvocation(ctx, payload)
	inv.sink, inv.seen = to, tell
	defer cancel()
	seen := p.observe(inst, inv, isNew)
	out, err := inst.invoke(inv)
	if err == errGoneBefore {
		if !isNew {
			return nil, err
		}
		err = inst.exitReason(inv)
	}
	seen(out, err)
	if inst.isAlive() { // one that is about to exit does no harm: the next Invoke finds it gone
		p.release(inst)
	}
	return out, err
}

// acquire takes the instance that was used last, or makes one. An instance stands in the list once for each invocation
// that it can still take.
func (p *Process) acquire() (inst *instance, isNew bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, false, ErrClosed
	}
	if n := len(p.idle); n > 0 {
		inst = p.idle[n-1]
		p.idle = p.idle[:n-1]
		return inst, false, nil
	}
	inst, err = p.grow()
	return inst, err == nil, err
}

// grow starts an instance, which its caller uses once at a time; the others find it in the list. The lock is held.
func (p *Process) grow() (*instance, error) {
	inst, err := p.start()
	if err != nil {
		return nil, err
	}
	p.all[inst] = true
	for range p.perInstance() - 1 {
		p.idle = append(p.idle, inst)
	}
	p.running.Go(func() {
		inst.run()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.all, inst)
	})
	return inst, nil
}

func (p *Process) release(inst *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if inst.retired {
		if inst.busy--; inst.busy <= 0 {
			inst.terminate()
		}
		return
	}
	p.idle = append(p.idle, inst)
}

func (p *Process) perInstance() int { return max(p.PerInstance, 1) }

// Restart makes every Invoke from now on run on new instances, as a deployment does: those that are idle end at once,
// those that are busy after their invocations.
func (p *Process) Restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	free := make(map[*instance]int)
	for _, inst := range p.idle {
		free[inst]++
	}
	p.idle = nil
	for inst := range p.all {
		inst.retired = true
		if inst.busy = p.perInstance() - free[inst]; inst.busy == 0 {
			inst.terminate()
		}
	}
}

// Close ends all instances, waits for them, and makes every Invoke return ErrClosed. An instance has half a second
// from SIGTERM to exit, then it is killed. Nothing but what Invoke started is touched.
func (p *Process) Close() error {
	p.mu.Lock()
	if !p.closed {
		p.closed = true
		close(p.stop)
	}
	for inst := range p.all {
		inst.terminate()
	}
	p.mu.Unlock()
	p.running.Wait()
	return nil
}

// environ returns what an instance sees, without the address of its Runtime API.
func (p *Process) environ() []string {
	root := filepath.Dir(p.binary)
	env := map[string]string{
		"AWS_LAMBDA_FUNCTION_NAME":        p.name(),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(orDefault(p.MemoryMB, 128)),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + p.name(),
		"AWS_LAMBDA_LOG_STREAM_NAME":      "local",
		"AWS_EXECUTION_ENV":               "AWS_Lambda_provided.al2023",
		"AWS_REGION":                      orDefault(p.Region, "us-east-1"),
		"AWS_DEFAULT_REGION":              orDefault(p.Region, "us-east-1"),
		"LAMBDA_TASK_ROOT":                root,
		"LAMBDA_RUNTIME_DIR":              root,
		"_HANDLER":                        orDefault(p.Handler, "bootstrap"),
		"LANG":                            "en_US.UTF-8",
		"TZ":                              ":UTC",
	}
	if n := p.perInstance(); n > 1 {
		env["AWS_LAMBDA_MAX_CONCURRENCY"] = strconv.Itoa(n)
	}
	for _, name := range []string{"PATH", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env[name] = value
		}
	}
	for _, entry := range p.env {
		if name, value, ok := strings.Cut(entry, "="); ok {
			env[name] = value
		}
	}
	list := make([]string, 0, len(env)+1)
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	return list
}

func (p *Process) name() string {
	p.init()
	return p.fullName
}

func (p *Process) findName() string {
	if p.Name != "" {
		return p.Name
	}
	base := strings.TrimSuffix(filepath.Base(p.binary), filepath.Ext(p.binary))
	if base != "bootstrap" {
		return base
	}
	if abs, err := filepath.Abs(p.binary); err == nil {
		if parent := filepath.Base(filepath.Dir(abs)); parent != string(filepath.Separator) {
			return parent
		}
	}
	return base
}

func (p *Process) arn() string {
	p.init()
	return p.functionARN
}

func (p *Process) logger() *slog.Logger {
	if p.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return p.Log.With("function", p.name())
}

func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}

// keepThread holds the thread that starts a child: a Linux kernel sends Pdeathsig when that thread ends, not when the
// whole process does.
func keepThread() (release func()) {
	runtime.LockOSThread()
	return runtime.UnlockOSThread
}
