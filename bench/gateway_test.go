package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/lambdarest/lambdarest/gateway"
)

// The gateway against serverless-offline, each with a function that answers hello, in rounds of one run. The script
// bench/gateway installs the peer and runs this; GATEWAY_ROUND is how long a rival is loaded in a round.

// hello is the function, in process.
type hello struct{}

func (hello) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	var event struct{ Path string }
	if err := json.Unmarshal(payload, &event); err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"statusCode": 200, "body": "hello " + event.Path})
}

// A rival answers at url.
type rival struct {
	name string
	url  string
	pid  int
	// runs are the requests a second, p50 and p99 of each round.
	runs []load
}

type load struct {
	perSecond float64
	p50, p99  time.Duration
}

const clients = 8

// drive loads a URL with some clients, each with one connection, and fails the test at the first wrong answer.
func drive(t *testing.T, url string, n int, d time.Duration) load {
	t.Helper()
	var mu sync.Mutex
	var all []time.Duration
	var workers sync.WaitGroup
	begin := time.Now()
	for range n {
		workers.Go(func() {
			client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
			defer client.CloseIdleConnections()
			var own []time.Duration
			for time.Since(begin) < d {
				at := time.Now()
				resp, err := client.Get(url + "/hello")
				if err != nil {
					t.Error(err)
					return
				}
				body, err := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				if err != nil || resp.StatusCode != 200 || !strings.Contains(string(body), "hello") {
					t.Errorf("%d %s %v", resp.StatusCode, body, err)
					return
				}
				own = append(own, time.Since(at))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, own...)
		})
	}
	workers.Wait()
	took := time.Since(begin)
	if len(all) == 0 {
		t.FailNow()
	}
	slices.Sort(all)
	return load{float64(len(all)) / took.Seconds(), all[len(all)/2], all[len(all)*99/100]}
}

// median of the requests a second, and of the percentiles.
func (c *rival) median() load {
	pick := func(of func(load) float64) float64 {
		var values []float64
		for _, r := range c.runs {
			values = append(values, of(r))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return load{
		pick(func(l load) float64 { return l.perSecond }),
		time.Duration(pick(func(l load) float64 { return float64(l.p50) })), time.Duration(pick(func(l load) float64 { return float64(l.p99) })),
	}
}

func serveGateway(t *testing.T, i gateway.Integration) string {
	t.Helper()
	g, err := gateway.New(gateway.Config{}, gateway.Route{Method: "GET", Path: "/hello", Integration: i})
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- gateway.Serve(ctx, l, g) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// buildHello builds a bootstrap with the repository's own router-free hello function.
func buildHello(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	out, err := exec.Command("go", "build", "-o", binary, "./gatewayhello").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// startPeer starts serverless-offline and returns it with the time to its first answer.
func startPeer(t *testing.T) (*rival, time.Duration) {
	home := os.Getenv("SERVERLESS_OFFLINE")
	if home == "" {
		t.Skip("SERVERLESS_OFFLINE names no folder with serverless-offline: run bench/gateway. The gateway is not compared")
	}
	dir := t.TempDir()
	port := freePort(t)
	files := map[string]string{
		"serverless.yml": "service: hello\nframeworkVersion: '3'\nprovider: {name: aws, runtime: nodejs20.x}\nplugins: [serverless-offline]\n" +
			"custom: {serverless-offline: {httpPort: " + strconv.Itoa(port) + ", lambdaPort: " + strconv.Itoa(freePort(t)) + ", noPrependStageInUrl: true, noAuth: true}}\n" +
			"functions: {hello: {handler: handler.hello, events: [{http: {path: hello, method: get}}]}}\n",
		"handler.js": "exports.hello = async (event) => ({ statusCode: 200, body: 'hello ' + event.path });\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(filepath.Join(home, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", filepath.Join(home, "node_modules", "serverless", "bin", "serverless.js"), "offline", "start", "--host", "127.0.0.1")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "AWS_ACCESS_KEY_ID=x", "AWS_SECRET_ACCESS_KEY=x", "CI=1")
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // its group: nothing else
		_ = cmd.Wait()
	})
	c := &rival{name: "serverless-offline", url: "http://127.0.0.1:" + strconv.Itoa(port), pid: cmd.Process.Pid}
	took := firstAnswer(t, c.url, begin, func() string {
		text, _ := os.ReadFile(log.Name())
		return string(text)
	})
	return c, took
}

func freePort(t *testing.T) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// firstAnswer asks until there is an answer.
func firstAnswer(t *testing.T, url string, begin time.Time, log func() string) time.Duration {
	t.Helper()
	for time.Since(begin) < 2*time.Minute {
		resp, err := http.Get(url + "/hello")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == 200 {
				return time.Since(begin)
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatalf("no answer from %s:\n%s", url, log())
	return 0
}

// rss is the resident size of a process and its descendants, in MB.
func rss(pid int) float64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(string(m[1]))
	total := float64(kb) / 1024
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	for child := range strings.FieldsSeq(string(children)) {
		id, _ := strconv.Atoi(child)
		total += rss(id)
	}
	return total
}

// TestGatewayThroughput: at least 20 times the requests a second in process, and 5 times through a bootstrap process,
// with a p99 below the peer's p50.
func TestGatewayThroughput(t *testing.T) {
	peer, _ := startPeer(t)
	p := gateway.Function(buildHello(t), nil)
	t.Cleanup(func() { _ = p.Close() })
	inProcess := &rival{name: "gateway, in process", url: serveGateway(t, gateway.Proxy(hello{}))}
	bootstrap := &rival{name: "gateway, bootstrap", url: serveGateway(t, gateway.Proxy(p))}
	d, err := time.ParseDuration(os.Getenv("GATEWAY_ROUND"))
	if err != nil {
		d = 500 * time.Millisecond
	}
	contenders := []*rival{peer, inProcess, bootstrap}
	for _, c := range contenders {
		drive(t, c.url, clients, 500*time.Millisecond) // warm
	}
	for range 5 {
		for _, c := range contenders {
			c.runs = append(c.runs, drive(t, c.url, clients, d))
		}
	}
	base := peer.median()
	for _, c := range contenders {
		m := c.median()
		t.Logf("%-20s %8.0f requests/s (%5.1f x)  p50 %v  p99 %v", c.name, m.perSecond, m.perSecond/base.perSecond, m.p50, m.p99)
	}
	t.Logf("%s: %.0f MB", peer.name, rss(peer.pid))
	for c, factor := range map[*rival]float64{inProcess: 20, bootstrap: 5} {
		m := c.median()
		if m.perSecond < factor*base.perSecond {
			t.Errorf("%s: %.1f times the requests a second, the aim is %.0f", c.name, m.perSecond/base.perSecond, factor)
		}
		if m.p99 >= base.p50 {
			t.Errorf("%s: p99 %v is not below the peer's p50 %v", c.name, m.p99, base.p50)
		}
	}
}

// startCommand starts lambdarest start on a folder with a built bootstrap.
func startCommand(t *testing.T) (cmd *exec.Cmd, url string, begin time.Time) {
	t.Helper()
	dir := t.TempDir()
	binary := filepath.Join(dir, "lambdarest")
	build := exec.Command("go", "build", "-o", binary, "./cmd/lambdarest")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Rename(buildHello(t), filepath.Join(dir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	template := "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: provided.al2023\n      Events: {E: {Type: Api, Properties: {Path: /hello, Method: get}}}\n"
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(binary, "start", "-addr", "127.0.0.1:0", filepath.Join(dir, "template.yaml"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	return cmd, regexp.MustCompile(`http://\S+`).FindString(first), begin
}

// TestGatewayStart: how long it takes to the first answer, the build excluded, in the median of several starts.
func TestGatewayStart(t *testing.T) {
	if os.Getenv("SERVERLESS_OFFLINE") == "" {
		t.Skip("run bench/gateway: start-up is compared there")
	}
	var starts []time.Duration
	for range 5 {
		t.Run("", func(t *testing.T) {
			_, url, begin := startCommand(t)
			starts = append(starts, firstAnswer(t, url, begin, func() string { return "" }))
		})
	}
	slices.Sort(starts)
	_, peer := startPeer(t)
	t.Logf("lambdarest start: %v to the first answer, serverless-offline: %v", starts[len(starts)/2], peer)
	if starts[len(starts)/2] > 300*time.Millisecond {
		t.Errorf("%v, the aim is 300 ms", starts[len(starts)/2])
	}
}

// TestGatewayLoad: 50 clients for GATEWAY_LOAD seconds get no error, and memory stays flat and below 60 MB without the
// functions.
func TestGatewayLoad(t *testing.T) {
	seconds, _ := strconv.Atoi(os.Getenv("GATEWAY_LOAD"))
	if seconds == 0 {
		t.Skip("GATEWAY_LOAD is not set: no load")
	}
	cmd, url, _ := startCommand(t)
	var sizes []float64
	for range 6 {
		l := drive(t, url, 50, time.Duration(seconds)*time.Second/6)
		size := own(cmd.Process.Pid)
		t.Logf("%6.0f requests/s, p50 %v, p99 %v, %.0f MB", l.perSecond, l.p50, l.p99, size)
		sizes = append(sizes, size)
	}
	if last := sizes[len(sizes)-1]; last > 60 || last > 1.3*sizes[1] {
		t.Errorf("%.0f MB at the end, %.0f MB near the beginning; the aim is 60 MB and flat", last, sizes[1])
	}
}

// own is the resident size of a process without its children, in MB.
func own(pid int) float64 {
	children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	total := rss(pid)
	for child := range strings.FieldsSeq(string(children)) {
		id, _ := strconv.Atoi(child)
		total -= rss(id)
	}
	return total
}
