package bench

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
)

// The gateway against serverless-offline, each with a function that answers hello, in rounds of one run. The script
// bench/gateway installs the peer and runs this; GATEWAY_ROUND is how long a rival is loaded in a round.
//
// Every rival is a process of its own, and so is the load (gwload), which costs little: with clients in the server's
// own process one would measure net/http's client, the more so the faster the server is.

// clients are the numbers of clients; each keeps one connection and has one request under way. The bars are held against
// the figures of bar clients.
var clients = []int{1, bar, 50}

const bar = 8

// TestGatewayThroughput: at least 20 times the requests a second in process, and 5 times through a bootstrap process,
// with a p99 below the peer's p50. A bare net/http handler shows how much of the way is left to the gateway in process,
// the floor the same for bootstraps: more requests a second than it no gateway makes on this machine. lambdarest start
// shows what its console and its line a request cost.
func TestGatewayThroughput(t *testing.T) {
	peer, _ := startPeer(t)
	binary := buildHello(t)
	serve := buildBinary(t, ".", "./gwserve")
	bare := startServer(t, "net/http, a constant", serve, "bare")
	inProcess := startServer(t, "gateway, in process", serve, "inprocess")
	bootstrap := startServer(t, "gateway, bootstrap", serve, "bootstrap", binary)
	floor := startServer(t, "floor, bootstrap", serve, "floor", binary)
	several := startServer(t, "gateway, 8 a bootstrap", serve, "bootstrap", binary, "8")
	floorSeveral := startServer(t, "floor, 8 a bootstrap", serve, "floor", binary, "8")
	command, _ := startCommand(t)
	rivals := []*rival{peer, bare, inProcess, bootstrap, floor, several, floorSeveral, command}
	loadRivals(t, rivals, roundLength())
	for _, n := range clients {
		base := peer.median(n)
		t.Logf("%d clients:", n)
		for _, c := range rivals {
			m := c.median(n)
			t.Logf("  %-22s %8.0f requests/s (%5.1f x)  p50 %-10v p99 %-10v %7.1f µs of CPU a request, %.1f µs of its functions",
				c.name, m.perSecond, m.perSecond/base.perSecond, m.p50, m.p99, micros(m.cpu), micros(m.children))
		}
	}
	t.Logf("%s: %.0f MB", peer.name, rss(peer.pid))
	base := peer.median(bar)
	for c, factor := range map[*rival]float64{inProcess: 20, bootstrap: 5} {
		m := c.median(bar)
		promise(t, m.perSecond >= factor*base.perSecond, "%s: %.1f times the requests a second, not %.0f", c.name, m.perSecond/base.perSecond, factor)
		promise(t, m.p99 < base.p50, "%s: p99 %v is not below the peer's p50 %v", c.name, m.p99, base.p50)
	}
	for ours, most := range map[*rival]*rival{bootstrap: floor, several: floorSeveral} {
		t.Logf("%s makes %.2f of the requests a second of the floor, which is %.1f times the peer", ours.name,
			ours.median(bar).perSecond/most.median(bar).perSecond, most.median(bar).perSecond/base.perSecond)
	}
	share := float64(inProcess.median(bar).cpu) / float64(bare.median(bar).cpu)
	t.Logf("in process a request takes %.2f times the processor time of a bare net/http handler", share)
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func roundLength() time.Duration {
	d, err := time.ParseDuration(os.Getenv("GATEWAY_ROUND"))
	if err != nil {
		d = 500 * time.Millisecond
	}
	return d
}

// loadRivals loads the rivals in turn, after a little warming up.
func loadRivals(t *testing.T, rivals []*rival, d time.Duration) {
	load := buildBinary(t, ".", "./gwload")
	for _, c := range rivals {
		drive(t, load, c, bar, time.Second)
	}
	for range sizeFrom("GATEWAY_ROUNDS", 5) {
		for _, n := range clients {
			for _, c := range rivals {
				r := drive(t, load, c, n, d)
				c.runs[n] = append(c.runs[n], r)
				name := fmt.Sprintf("Gateway/%s/%d-clients", c.name, n)
				figure.Print(name, r.perSecond, "requests/s")
				figure.Print(name, float64(r.p50)/1e6, "p50-ms")
				figure.Print(name, float64(r.p99)/1e6, "p99-ms")
				figure.Print(name, 1e9/float64(r.cpu), "requests/cpu-s")
			}
		}
	}
}

// TestGatewayStart: how long it takes to the first answer, the build excluded, in the median of several starts.
func TestGatewayStart(t *testing.T) {
	if os.Getenv("SERVERLESS_OFFLINE") == "" {
		t.Skip("run bench/gateway: start-up is compared there")
	}
	var starts []time.Duration
	for range sizeFrom("GATEWAY_STARTS", 5) {
		t.Run("", func(t *testing.T) {
			c, begin := startCommand(t)
			starts = append(starts, firstAnswer(t, c.url, begin, func() string { return "" }))
			figure.Print("GatewayStart/lambdarest", float64(starts[len(starts)-1])/1e6, "ms")
		})
	}
	slices.Sort(starts)
	_, peer := startPeer(t)
	figure.Print("GatewayStart/serverless-offline", float64(peer)/1e6, "ms")
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
	c, _ := startCommand(t)
	load := buildBinary(t, ".", "./gwload")
	var sizes []float64
	for range 6 {
		r := drive(t, load, c, 50, time.Duration(seconds)*time.Second/6)
		size := own(c.pid)
		t.Logf("%6.0f requests/s, p50 %v, p99 %v, %.0f MB", r.perSecond, r.p50, r.p99, size)
		sizes = append(sizes, size)
		figure.Print("GatewayLoad", size, "MB")
	}
	if last := sizes[len(sizes)-1]; last > 60 || last > 1.3*sizes[1] {
		t.Errorf("%.0f MB at the end, %.0f MB near the beginning; the aim is 60 MB and flat", last, sizes[1])
	}
}
