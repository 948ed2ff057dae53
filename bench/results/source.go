package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// A runner returns the command of one round.
type runner func(*lab) (*exec.Cmd, error)

// A source measures the figures of some bars: a process that prints them, run in rounds. All
// contenders of a bar take their turns within a round, because machines drift.
type source struct {
	name   string
	prefix string // before the names of its figures, where two packages use one name
	rounds int    // at most, at full size
	run    runner
}

// sources are run one after the other.
var sources = []source{
	{"router", "", 24, benchmarks(".", "^Benchmark(Text|JSON)$", "200ms")},
	{"dispatch", "", 24, benchmarks(".", "^BenchmarkDispatch$", "60ms")},
	{"size of events", "", 16, benchmarks(".", "^BenchmarkEventSize$", "200ms")},
	{"router's tests", "", 1, tests("../router", "^(TestAllocations|TestMemoryIsLinear)$")},
	{"dynamo", "", 24, benchmarks(".", "^Benchmark(Scan|Decode|Put)$", "250ms")},
	{"codec", "codec:", 24, benchmarks("../dynamo", "^Benchmark(Encode|Decode)$", "150ms")},
	{"bulk", "", 9, benchmarks(".", "^BenchmarkPutAll$", "1x")},
	{"parallel scan", "", 24, benchmarks(".", "^BenchmarkParallelScan$", "250ms")},
	{"dynamo's memory", "", 1, tests("../dynamo", "^TestMemoryIsConstantInTheTable$", "BULK_CAMPAIGN=1")},
	{"dynamotest", "", 1, withDynamoDBLocal(tests(".", "^TestSpeedAgainstDynamoDBLocal$"))},
	{"start of dynamotest", "", 12, benchmarks(".", "^BenchmarkStart$", "100ms")},
	{"a million items", "", 1, tests(".", "^TestAMillionItems$", "BIG=1000000")},
	{"passthrough", "vtl:", 24, benchmarks("../mapping/vtl", "^BenchmarkPassthrough$", "200ms")},
	{"velocityjs", "", 4, tests(".", "^TestPassthroughAgainstVelocityJS$")},
	{"warmup", "", 2, tests(".", "^TestPassThrough$")},
	{"sizes", "", 1, tests(".", "^TestSize")},
	{"cold starts", "", 1, coldStarts},
	{"gateway", "", 2, withServerlessOffline(tests(".", "^TestGateway(Throughput|Start)$", "GATEWAY_ROUND=1s"))},
	{"load on the gateway", "", 1, withServerlessOffline(tests(".", "^TestGatewayLoad$", "GATEWAY_LOAD=60"))},
}

// smallest is what the environment says at the small size, instead of the sources' own.
var smallest = []string{"BULK_CAMPAIGN=", "BULK_ROWS=2000", "BIG=2000", "ENGINE_ROUNDS=1", "GATEWAY_ROUND=200ms", "GATEWAY_ROUNDS=1", "GATEWAY_LOAD=1", "GATEWAY_STARTS=1"}

// benchmarks runs those of a package, each for a time.
func benchmarks(pkg, pattern, time string) runner {
	return func(l *lab) (*exec.Cmd, error) {
		if l.small {
			time = "1x"
		}
		cmd, err := l.test(pkg, "-test.run", "^$", "-test.bench", pattern, "-test.benchtime", time)
		if err == nil && l.small {
			cmd.Env = append(cmd.Env, smallest...)
		}
		return cmd, err
	}
}

// tests runs those of a package, with some environment.
func tests(pkg, pattern string, env ...string) runner {
	return func(l *lab) (*exec.Cmd, error) {
		cmd, err := l.test(pkg, "-test.v", "-test.run", pattern)
		if err != nil {
			return nil, err
		}
		if cmd.Env = append(cmd.Env, env...); l.small {
			cmd.Env = append(cmd.Env, smallest...)
		}
		return cmd, nil
	}
}

func coldStarts(l *lab) (*exec.Cmd, error) {
	rounds := "200"
	if l.small {
		rounds = "2"
	}
	return exec.Command("go", "run", "./coldstart", "-figures", "-rounds", rounds), nil
}

// withDynamoDBLocal runs a command with AWS's DynamoDB Local up, which needs Java and Node.
func withDynamoDBLocal(run runner) runner {
	return func(l *lab) (*exec.Cmd, error) {
		if err := installed("java", "node", "npm", "curl"); err != nil {
			return nil, err
		}
		cmd, err := run(l)
		if err != nil {
			return nil, err
		}
		wrapped := exec.Command(filepath.Join("..", ".ci", "with-dynamodb-local"), cmd.Args...)
		wrapped.Env = cmd.Env
		return wrapped, nil
	}
}

// withServerlessOffline installs the peer first, which needs Node.
func withServerlessOffline(run runner) runner {
	return func(l *lab) (*exec.Cmd, error) {
		if err := installed("node", "npm"); err != nil {
			return nil, err
		}
		cmd, err := run(l)
		if err != nil {
			return nil, err
		}
		wrapped := exec.Command("./gateway", append([]string{"with"}, cmd.Args...)...)
		wrapped.Env = cmd.Env
		return wrapped, nil
	}
}

func installed(programs ...string) error {
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			return fmt.Errorf("%s is not installed", p)
		}
	}
	return nil
}

// A lab is where sources run: the folder bench, with the test binaries that were built.
type lab struct {
	small    bool
	raw      io.Writer // gets all output, if not nil
	dir      string    // of the binaries
	binaries map[string]string
}

// test returns a command that runs the test binary of a package, built once.
func (l *lab) test(pkg string, args ...string) (*exec.Cmd, error) {
	binary, ok := l.binaries[pkg]
	if !ok {
		binary = filepath.Join(l.dir, fmt.Sprintf("%d.test", len(l.binaries)))
		build := exec.Command("go", "test", "-c", "-o", binary, ".")
		build.Dir = pkg
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("go test -c %s: %w\n%s", pkg, err, out)
		}
		l.binaries[pkg] = binary
	}
	cmd := exec.Command(binary, args...)
	cmd.Dir, cmd.Env = pkg, os.Environ()
	return cmd, nil
}
