package bench

import (
	"bufio"
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
	"syscall"
	"testing"
	"time"
)

// A rival answers at url, from the process pid and its descendants.
type rival struct {
	name string
	url  string
	pid  int
	runs map[int][]load // the rounds by number of clients
}

// load is what became of a round. The processor's time is that of a request, in the rival's own process and in those
// that it has started.
type load struct {
	perSecond     float64
	p50, p99      time.Duration
	cpu, children time.Duration
}

// drive loads a rival with some clients; gwload fails at the first wrong answer.
func drive(t *testing.T, gwload string, c *rival, n int, d time.Duration) load {
	t.Helper()
	ownBefore, allBefore := cpu(c.pid)
	out, err := exec.Command(gwload, "-addr", strings.TrimPrefix(c.url, "http://"), "-clients", strconv.Itoa(n), "-for", d.String()).Output()
	if err != nil {
		t.Fatalf("%s: %v %s", c.name, err, stderrOf(err))
	}
	ownAfter, allAfter := cpu(c.pid)
	var r struct {
		Requests       int
		Took, P50, P99 time.Duration
	}
	if err := json.Unmarshal(out, &r); err != nil {
		t.Fatal(err)
	}
	spent := (ownAfter - ownBefore) / time.Duration(r.Requests)
	return load{float64(r.Requests) / r.Took.Seconds(), r.P50, r.P99, spent, (allAfter-allBefore)/time.Duration(r.Requests) - spent}
}

func stderrOf(err error) string {
	if e, ok := err.(*exec.ExitError); ok {
		return string(e.Stderr)
	}
	return ""
}

// median of each figure of the rounds with n clients.
func (c *rival) median(n int) load {
	pick := func(of func(load) time.Duration) time.Duration {
		var values []time.Duration
		for _, r := range c.runs[n] {
			values = append(values, of(r))
		}
		slices.Sort(values)
		return values[len(values)/2]
	}
	return load{
		float64(pick(func(l load) time.Duration { return time.Duration(l.perSecond) })),
		pick(func(l load) time.Duration { return l.p50 }), pick(func(l load) time.Duration { return l.p99 }),
		pick(func(l load) time.Duration { return l.cpu }), pick(func(l load) time.Duration { return l.children }),
	}
}

// buildBinary builds a command and returns the binary.
func buildBinary(t *testing.T, dir, pkg string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bin")
	cmd := exec.Command("go", "build", "-o", binary, pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return binary
}

// buildHello builds the bootstrap.
func buildHello(t *testing.T) string {
	t.Helper()
	return buildBinary(t, ".", "./gatewayhello")
}

// startServer starts gwserve as one of the rivals.
func startServer(t *testing.T, name, gwserve, mode string, args ...string) *rival {
	t.Helper()
	addr := "127.0.0.1:" + strconv.Itoa(freePort(t))
	cmd := exec.Command(gwserve, append([]string{mode, addr}, args...)...)
	cmd.Stderr = os.Stderr
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endWithTest(t, cmd)
	c := &rival{name: name, url: "http://" + addr, pid: cmd.Process.Pid, runs: make(map[int][]load)}
	firstAnswer(t, c.url, begin, func() string { return "" })
	return c
}

func endWithTest(t *testing.T, cmd *exec.Cmd) {
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
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
	c := &rival{name: "serverless-offline", url: "http://127.0.0.1:" + strconv.Itoa(port), pid: cmd.Process.Pid, runs: make(map[int][]load)}
	took := firstAnswer(t, c.url, begin, func() string {
		text, _ := os.ReadFile(log.Name())
		return string(text)
	})
	return c, took
}

// startCommand starts lambdarest start on a folder with a built bootstrap.
func startCommand(t *testing.T) (c *rival, begin time.Time) {
	t.Helper()
	dir := t.TempDir()
	binary := buildBinary(t, "..", "./cmd/lambdarest")
	if err := os.Rename(buildHello(t), filepath.Join(dir, "bootstrap")); err != nil {
		t.Fatal(err)
	}
	template := "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n      Runtime: provided.al2023\n      Events: {E: {Type: Api, Properties: {Path: /hello, Method: get}}}\n"
	if err := os.WriteFile(filepath.Join(dir, "template.yaml"), []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "start", "-addr", "127.0.0.1:0", filepath.Join(dir, "template.yaml"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	begin = time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	endWithTest(t, cmd)
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	url := regexp.MustCompile(`http://\S+`).FindString(first)
	return &rival{name: "lambdarest start", url: url, pid: cmd.Process.Pid, runs: make(map[int][]load)}, begin
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

// descendants are the processes that a process has started, and those that they have.
func descendants(pid int) []int {
	var all []int
	lists, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // of each thread its own
	for _, list := range lists {
		text, _ := os.ReadFile(list)
		for field := range strings.FieldsSeq(string(text)) {
			child, _ := strconv.Atoi(field)
			all = append(append(all, child), descendants(child)...)
		}
	}
	return all
}

// rss is the resident size of a process and its descendants, in MB; own that without the descendants.
func rss(pid int) float64 {
	total := own(pid)
	for _, child := range descendants(pid) {
		total += own(child)
	}
	return total
}

func own(pid int) float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	m := regexp.MustCompile(`VmRSS:\s+(\d+) kB`).FindSubmatch(status)
	if m == nil {
		return 0
	}
	kb, _ := strconv.Atoi(string(m[1]))
	return float64(kb) / 1024
}

// cpu is the processor's time that a process has taken, and that with its descendants, in steps of 10 ms.
func cpu(pid int) (own, all time.Duration) {
	own = cpuOf(pid)
	all = own
	for _, child := range descendants(pid) {
		all += cpuOf(child)
	}
	return own, all
}

func cpuOf(pid int) time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, rest, _ := strings.Cut(string(stat), ") ") // the name of the command may hold anything
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}
