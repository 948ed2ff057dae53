// Package bench compares lambdarest with its peers, side by side in one run. It is a
// module of its own, so that nobody who imports the library gets the peers as well.
//
//	go run ./results       # every bar of the project, in RESULTS.md, with charts and profiles
//	./rounds | tee out     # for benchstat: golang.org/x/perf/cmd/benchstat
//	./gateway              # the gateway against serverless-offline, and under load
//	go run ./coldstart     # starts functions in turn: init, first and later requests
//
// Machines are noisy: quote ratios of medians from one run, never single times.
// Allocation counts are exact.
package bench
