package bench

import (
	"bytes"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
	"github.com/lambdarest/lambdarest/warmup"
)

// An httpEvent is one of the collection, with a handler that decodes it into the
// type that aws-lambda-go has for its source.
type httpEvent struct {
	name    string
	payload []byte
	typed   lambda.Handler
}

func typed[E any]() lambda.Handler {
	return lambda.NewHandler(func(context.Context, E) error { return nil })
}

// httpEvents reads the events of HTTP sources from the collection beside the
// repository, spoofs included. VPC Lattice has no type; its events are left out.
func httpEvents(tb testing.TB) (all []httpEvent) {
	root := filepath.Join("..", "..", "shared", "data", "events")
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if os.IsNotExist(err) {
		tb.Skip("the collection of recorded events is not beside the repository; BenchmarkPassThrough of package warmup has generated ones")
	}
	if err != nil {
		tb.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(manifest))
	r.Comma, r.LazyQuotes = '\t', true
	rows, err := r.ReadAll()
	if err != nil {
		tb.Fatal(err)
	}
	seen := make(map[string]bool)
	for _, row := range rows[1:] {
		h := handlerFor(row[0], filepath.Base(row[1]))
		if h == nil || seen[row[1]] {
			continue
		}
		seen[row[1]] = true
		payload, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(row[1])))
		if err != nil {
			tb.Fatal(err)
		}
		if _, err := h.Invoke(tb.Context(), payload); err == nil { // some of the collection do not fit the types
			all = append(all, httpEvent{row[1], payload, h})
		}
	}
	if len(all) < 80 {
		tb.Fatalf("only %d HTTP events", len(all))
	}
	return all
}

func handlerFor(kind, file string) lambda.Handler {
	if kind == "[spoof]" {
		kind, _, _ = strings.Cut(file, "-")
	}
	switch kind {
	case "apigw-rest", "apigw-http-v1payload", "rest":
		return typed[events.APIGatewayProxyRequest]()
	case "apigw-http-v2", "httpv2":
		return typed[events.APIGatewayV2HTTPRequest]()
	case "function-url", "furl":
		return typed[events.LambdaFunctionURLRequest]()
	case "alb", "alb-multivalue", "albmv":
		return typed[events.ALBTargetGroupRequest]()
	case "websocket", "ws":
		return typed[events.APIGatewayWebsocketProxyRequest]()
	}
	return nil
}

type nothing struct{}

func (nothing) Invoke(context.Context, []byte) ([]byte, error) { return nil, nil }

// What warmup adds to an event that is no ping is at most 0.5 % of what
// lambda.NewHandler takes to decode it, over all events, and no allocation. The two
// take turns; what the loop itself costs counts as warmup's.
func TestPassThrough(t *testing.T) {
	all := httpEvents(t)
	ctx := t.Context()
	wrapped := warmup.Wrap(nothing{}, warmup.Config{})
	var own, theirs []float64
	for range 15 {
		own = append(own, perEvent(ctx, all, 500, func(httpEvent) lambda.Handler { return wrapped }))
		theirs = append(theirs, perEvent(ctx, all, 5, func(e httpEvent) lambda.Handler { return e.typed }))
		figure.Print("PassThrough/warmup", own[len(own)-1], "ns/op")
		figure.Print("PassThrough/decoded", theirs[len(theirs)-1], "ns/op")
	}
	ratio := medianOf(own) / medianOf(theirs)
	t.Logf("%d events: %.0f ns with warmup, %.0f ns decoded, %.2f %%", len(all), medianOf(own), medianOf(theirs), 100*ratio)
	promise(t, ratio <= 0.005, "%.2f %%, not 0.5 %%", 100*ratio)
	if ratio > 0.02 {
		t.Errorf("%.2f %%", 100*ratio)
	}
	most := 0.0
	for _, e := range all {
		n := testing.AllocsPerRun(10, func() { _, _ = wrapped.Invoke(ctx, e.payload) })
		if most = max(most, n); n != 0 {
			t.Errorf("%s: %v allocations", e.name, n)
		}
	}
	figure.Print("PassThrough/warmup", most, "allocs/op")
}

// perEvent returns the nanoseconds that a handler takes, on average over the events.
func perEvent(ctx context.Context, all []httpEvent, times int, handler func(httpEvent) lambda.Handler) float64 {
	begin := time.Now()
	for range times {
		for _, e := range all {
			_, _ = handler(e).Invoke(ctx, e.payload)
		}
	}
	return float64(time.Since(begin)) / float64(times*len(all))
}

func medianOf(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
