package main

import (
	"os"
	"path/filepath"
	"testing"
)

// rounds and attempts of a test: a machine has bad moments, a regression has all.
const rounds, attempts = 25, 4

// held is what a ratio must keep: with PROMISES set the limit itself, on a machine that does
// nothing else; without, as in CI, half as much again, which no load of a machine adds to all attempts.
func held(limit float64) float64 {
	if os.Getenv("PROMISES") != "" {
		return limit
	}
	return 1.5 * limit
}

func require(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func setUp(t *testing.T) (dir string, api *runtimeAPI) {
	t.Helper()
	dir = t.TempDir()
	require(t, build(dir))
	api, err := serve()
	require(t, err)
	t.Cleanup(api.close)
	return dir, api
}

// From exec to the first request for an invocation, a function with everything is
// within 5 % of aws-lambda-go's hello world. After a ping that primes, the first
// request takes no more than twice as long as a later one. Without a ping it takes
// what aws-lambda-go's own code takes that runs for the first time, and no more than
// a quarter on top of that.
func TestColdStart(t *testing.T) {
	if testing.Short() {
		t.Skip("a thousand processes are started")
	}
	dir, api := setUp(t)
	for range attempts {
		all, err := api.rounds(dir, rounds)
		require(t, err)
		report(all)
		if ok(t, all) {
			return
		}
	}
	t.Errorf("not once in %d attempts", attempts)
}

func ok(t *testing.T, all [][]start) bool {
	good := true
	check := func(what string, got, limit float64) {
		if got > limit {
			t.Logf("%s: %.3f, the limit is %.2f", what, got, limit)
		}
		good = good && got <= held(limit)
	}
	byBinary := make(map[string][]start)
	first := make(map[string]float64)
	for i, c := range contenders {
		byBinary[c.binary] = append(byBinary[c.binary], all[i]...)
		first[c.name] = median(all[i], func(s start) float64 { return s.first })
		if c.binary == "primed" {
			check(c.name+": first request against later ones", median(all[i], firstToWarm), 2)
		}
	}
	for _, binary := range []string{"warmup", "all", "primed"} {
		check(binary+": init against hello world's", median(byBinary[binary], initTime)/median(byBinary["hello"], initTime), 1.05)
	}
	for _, name := range []string{"router", "mapping"} {
		check(name+": first request against a raw handler's", first[name]/first["a raw lambda.Handler"], 1.25)
	}
	return good
}

// The packages' initialisation of a function with everything takes no more memory
// than 49 KB, and no more time than 1.1 times hello world's (0.66 ms against
// 0.60 ms where the budget was measured). The two take turns; of each package the
// quickest run counts.
func TestInitPackages(t *testing.T) {
	dir, api := setUp(t)
	hello, all := make(trace), make(trace)
	for range attempts {
		for range rounds {
			require(t, hello.run(api, filepath.Join(dir, "hello")))
			require(t, all.run(api, filepath.Join(dir, "all")))
		}
		helloTime, helloBytes := hello.sum()
		allTime, allBytes := all.sum()
		t.Logf("hello world: %.3f ms, %d bytes; all: %.3f ms, %d bytes", helloTime, helloBytes, allTime, allBytes)
		if allBytes > 49_000 {
			t.Fatalf("%d bytes, the limit is 49 KB", allBytes)
		}
		if allTime/helloTime <= held(1.1) {
			return
		}
	}
	t.Errorf("more than %.2f times hello world's time", held(1.1))
}

func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil { // the folder bench, whose size folder build builds
		panic(err)
	}
	os.Exit(m.Run())
}
