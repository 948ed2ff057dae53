//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"syscall"

	"github.com/lambdarest/lambdarest/gateway"
)

// The floor is what is left of a gateway that does nothing: one thread around epoll, as the load has it. It reads
// requests to their end and looks at nothing in between, sends the same event each time and answers with a constant. But
// its functions are the very ones, and it starts and uses them as Lambda does. So it shows how many requests a second
// the machine can make at most, whoever writes the gateway.
//
// It knows the client of the benchmarks and aws-lambda-go, one request at a time on a connection, and nothing else.
type floor struct {
	binary    string
	atATime   int // invocations that an instance takes
	event     []byte
	id        []byte // in event
	poll      int
	listeners map[int32]*sandbox // of the front none
	peers     map[int32]*peer
	queue     []*peer    // clients that wait
	flying    int        // clients whose event is out
	idle      []*sandbox // once for each invocation that it can take now
	children  []*sandbox
}

// A sandbox is an instance of the function.
type sandbox struct {
	cmd     *exec.Cmd
	parked  []*peer // with GET next
	clients []*peer // by the number of the invocation, which is its request id
}

// A peer is a connection: of a client, or of a sandbox.
type peer struct {
	fd   int
	of   *sandbox
	read []byte
}

const (
	floorInstances = 10 // at most, as the gateway
	floorAnswer    = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n" +
		"X-Amzn-Requestid: 00000000-0000-4000-8000-000000000000\r\nContent-Length: 12\r\n\r\nhello /hello"
	floorAccepted = "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"OK\"}"
	floorPost     = "POST /2018-06-01/runtime/invocation/"
	floorID       = "00000000-0000-4000-8000-%012d"
)

// serveFloor serves on an address until ctx is done.
func serveFloor(ctx context.Context, addr, binary string, atATime int) error {
	runtime.LockOSThread() // whose end would end the children
	runtime.GOMAXPROCS(1)
	event, err := recordEvent(addr)
	if err != nil {
		return err
	}
	f := &floor{binary: binary, atATime: atATime, listeners: make(map[int32]*sandbox), peers: make(map[int32]*peer)}
	f.setEvent(event)
	if f.poll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if _, err := f.listen(addr, nil); err != nil {
		return err
	}
	stop, err := f.stopFile(ctx)
	if err != nil {
		return err
	}
	defer f.end()
	return f.loop(stop)
}

// setEvent makes the answer to GET next.
func (f *floor) setEvent(event []byte) {
	head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Deadline-Ms: 4102444800000\r\n"+
		"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:floor\r\n"+
		"Lambda-Runtime-Trace-Id: Root=1-00000000-000000000000000000000000;Sampled=0\r\n"+
		"Content-Length: %d\r\nLambda-Runtime-Aws-Request-Id: ", len(event))
	id := fmt.Sprintf(floorID, 0)
	f.event = slices.Concat(head, []byte(id+"\r\n\r\n"), event)
	f.id = f.event[len(head):][:len(id)]
}

// recordEvent is the event that the gateway makes of a request of the load.
func recordEvent(addr string) (event []byte, err error) {
	g, err := gateway.New(gateway.Config{}, gateway.Route{Path: "/hello", Integration: gateway.Proxy(recorder{&event})})
	if err != nil {
		return nil, err
	}
	r := httptest.NewRequest(http.MethodGet, "http://"+addr+"/hello", nil)
	r.Header = http.Header{"User-Agent": {"gwload"}, "Accept": {"*/*"}}
	g.ServeHTTP(httptest.NewRecorder(), r)
	return event, nil
}

type recorder struct{ to *[]byte }

func (r recorder) Invoke(_ context.Context, event []byte) ([]byte, error) {
	*r.to = bytes.Clone(event)
	return []byte(`{"statusCode":200}`), nil
}

func (f *floor) watch(fd int) error {
	return syscall.EpollCtl(f.poll, syscall.EPOLL_CTL_ADD, fd, &syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(fd)})
}

// stopFile can be read once ctx is done.
func (f *floor) stopFile(ctx context.Context) (int, error) {
	var pipe [2]int
	if err := syscall.Pipe2(pipe[:], syscall.O_CLOEXEC); err != nil {
		return 0, err
	}
	context.AfterFunc(ctx, func() { _ = syscall.Close(pipe[1]) })
	return pipe[0], f.watch(pipe[0])
}

// listen listens for clients, or for a sandbox.
func (f *floor) listen(addr string, of *sandbox) (int, error) {
	tcp, err := net.ResolveTCPAddr("tcp4", addr)
	if err != nil {
		return 0, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	at := &syscall.SockaddrInet4{Port: tcp.Port}
	copy(at.Addr[:], tcp.IP.To4())
	if err := errors.Join(syscall.Bind(fd, at), syscall.Listen(fd, 128), f.watch(fd)); err != nil {
		return 0, err
	}
	f.listeners[int32(fd)] = of
	name, err := syscall.Getsockname(fd)
	if err != nil {
		return 0, err
	}
	return name.(*syscall.SockaddrInet4).Port, nil
}

func (f *floor) loop(stop int) error {
	events := make([]syscall.EpollEvent, 64)
	for {
		n, err := syscall.EpollWait(f.poll, events, -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		for _, ev := range events[:max(n, 0)] {
			of, isListener := f.listeners[ev.Fd]
			switch {
			case int(ev.Fd) == stop:
				return nil
			case isListener:
				err = f.accept(int(ev.Fd), of)
			default:
				err = f.receive(f.peers[ev.Fd])
			}
			if err != nil {
				return err
			}
		}
	}
}

func (f *floor) accept(listener int, of *sandbox) error {
	fd, _, err := syscall.Accept4(listener, syscall.SOCK_CLOEXEC)
	if err != nil {
		return err
	}
	f.peers[int32(fd)] = &peer{fd: fd, of: of, read: make([]byte, 0, 16<<10)}
	return errors.Join(syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1), f.watch(fd))
}

// receive reads what there is.
func (f *floor) receive(p *peer) error {
	n, err := syscall.Read(p.fd, p.read[len(p.read):cap(p.read)])
	if n <= 0 || err != nil { // gone, or too large
		delete(f.peers, int32(p.fd))
		return syscall.Close(p.fd)
	}
	p.read = p.read[:len(p.read)+n]
	switch {
	case p.of != nil && p.read[0] == 'P':
		if bytes.HasSuffix(p.read, []byte("\r\n0\r\n\r\n")) {
			return f.finish(p)
		}
		return nil
	case !bytes.HasSuffix(p.read, []byte("\r\n\r\n")):
		return nil
	case p.of == nil:
		f.queue = append(f.queue, p)
	default:
		p.of.parked = append(p.of.parked, p)
		f.idle = append(f.idle, p.of)
	}
	p.read = p.read[:0]
	return f.dispatch()
}

// dispatch sends events, and starts a sandbox where there are more clients than the others take.
func (f *floor) dispatch() error {
	for len(f.queue) > 0 && len(f.idle) > 0 {
		s := f.idle[len(f.idle)-1]
		f.idle = f.idle[:len(f.idle)-1]
		number := 0
		for s.clients[number] != nil {
			number++
		}
		s.clients[number], f.queue = f.queue[0], f.queue[1:]
		p := s.parked[len(s.parked)-1]
		s.parked = s.parked[:len(s.parked)-1]
		f.flying++
		f.id = fmt.Appendf(f.id[:0], floorID, number)
		if _, err := syscall.Write(p.fd, f.event); err != nil {
			return err
		}
	}
	if n := len(f.children); len(f.queue)+f.flying > n*f.atATime && n < floorInstances {
		return f.start()
	}
	return nil
}

// finish answers the client whose answer has been posted.
func (f *floor) finish(p *peer) error {
	id := p.read[len(floorPost):][:len(f.id)]
	p.read = p.read[:0]
	number, err := strconv.Atoi(string(id[len(id)-12:]))
	if err != nil {
		return err
	}
	client := p.of.clients[number]
	p.of.clients[number] = nil
	f.flying--
	_, err = syscall.Write(p.fd, []byte(floorAccepted))
	_, err2 := syscall.Write(client.fd, []byte(floorAnswer))
	return errors.Join(err, err2)
}

func (f *floor) start() error {
	s := &sandbox{cmd: exec.Command(f.binary), clients: make([]*peer, f.atATime)}
	port, err := f.listen("127.0.0.1:0", s)
	if err != nil {
		return err
	}
	s.cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=127.0.0.1:" + strconv.Itoa(port), "PATH=" + os.Getenv("PATH")}
	if f.atATime > 1 {
		s.cmd.Env = append(s.cmd.Env, "AWS_LAMBDA_MAX_CONCURRENCY="+strconv.Itoa(f.atATime))
	}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	f.children = append(f.children, s)
	return s.cmd.Start()
}

// end ends the children.
func (f *floor) end() {
	for _, s := range f.children {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}
