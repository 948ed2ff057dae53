package warmup_test

import (
	"context"
	"encoding/json"
	"log"
	"log/slog"
	"os"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/warmup"
	"github.com/lambdarest/lambdarest/warmup/invoke"
)

// TestMain makes the tests those of an on-demand instance, wherever they run. With
// BOOTSTRAP set, the binary is a function instead.
func TestMain(m *testing.M) {
	if os.Getenv("BOOTSTRAP") != "" {
		bootstrap()
		return
	}
	os.Unsetenv("AWS_LAMBDA_INITIALIZATION_TYPE")
	os.Exit(m.Run())
}

// seen is what the function answers: what it got, and what it knows of its start.
type seen struct {
	Event       json.RawMessage
	Cold, First bool
	Primed      bool
}

// bootstrap is a function as it is deployed, with all that a ping can do.
func bootstrap() {
	primed := false
	// Not lambda.NewHandler, which is not safe for concurrent invocations; see Wrap.
	business := handlerFunc(func(ctx context.Context, event []byte) ([]byte, error) {
		return json.Marshal(seen{event, warmup.ColdStart(ctx), warmup.FirstReal(ctx), primed})
	})
	lambda.Start(warmup.Wrap(business, warmup.Config{
		Strict:  true,
		Fanout:  warmup.Fanout{Invoker: new(invoke.Client)},
		Primers: []*warmup.Primer{warmup.NewPrimer("flag", func(context.Context) error { primed = true; return nil })},
		Log:     slog.New(slog.NewJSONHandler(log.Writer(), nil)),
	}))
}
