package warmup_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/warmup"
)

type order struct {
	ID int `json:"id"`
}

// A function with a schedule: the ping is answered before the handler runs.
func ExampleWrap() {
	business := lambda.NewHandler(func(ctx context.Context, o order) (string, error) {
		return fmt.Sprintf("order %d", o.ID), nil
	})
	h := warmup.Wrap(business, warmup.Config{}) // in main: lambda.Start(h)

	for _, event := range []string{
		`{"detail-type":"Scheduled Event","source":"aws.events","resources":["arn:aws:events:eu-west-1:123456789012:rule/keep-warm"]}`,
		`{"id":7}`,
	} {
		out, err := h.Invoke(context.Background(), []byte(event))
		fmt.Println(string(out), err)
	}
	// Output:
	// {"warmed":true} <nil>
	// "order 7" <nil>
}

// A second schedule does business: only the rule that is listed warms.
func ExampleConfig() {
	nightly := lambda.NewHandler(func(ctx context.Context, event map[string]any) (string, error) {
		return fmt.Sprint("job for ", event["resources"]), nil
	})
	h := warmup.Wrap(nightly, warmup.Config{
		Rules: []string{"arn:aws:events:*:*:rule/orders-KeepWarm-*"},
	})

	for _, rule := range []string{"orders-KeepWarm-1X2Y", "orders-Nightly-3Z"} {
		event := fmt.Sprintf(`{"detail-type":"Scheduled Event","source":"aws.events",`+
			`"resources":["arn:aws:events:eu-west-1:123456789012:rule/%s"]}`, rule)
		out, err := h.Invoke(context.Background(), []byte(event))
		fmt.Println(string(out), err)
	}
	// Output:
	// {"warmed":true} <nil>
	// "job for [arn:aws:events:eu-west-1:123456789012:rule/orders-Nightly-3Z]" <nil>
}

func ExampleColdStart() {
	h := warmup.Wrap(lambda.NewHandler(func(ctx context.Context, o order) error {
		fmt.Println("order", o.ID, "cold start:", warmup.ColdStart(ctx))
		return nil
	}), warmup.Config{})

	for _, event := range []string{`{"id":1}`, `{"id":2}`} {
		if _, err := h.Invoke(context.Background(), []byte(event)); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// order 1 cold start: true
	// order 2 cold start: false
}

// A ping does what the first request would wait for: it opens the connection to a
// database, where an item that is missing is an answer like another.
func ExamplePrimer() {
	errNotFound := errors.New("not found")
	get := func(ctx context.Context, id int) error { // stands for the database
		fmt.Println("connected")
		return errNotFound
	}
	h := warmup.Wrap(lambda.NewHandler(func() error { return nil }), warmup.Config{
		Primers: []*warmup.Primer{
			warmup.Certificates(),
			warmup.Codec[[]order](),
			warmup.Connection("orders", func(ctx context.Context) error { return get(ctx, 0) }, errNotFound),
		},
	})
	for range 2 { // the second ping finds it done
		out, err := h.Invoke(context.Background(), []byte(`{"warmer":true}`))
		fmt.Println(string(out), err)
	}
	// Output:
	// connected
	// {"warmed":true} <nil>
	// {"warmed":true} <nil>
}

// Under provisioned concurrency, primers run in main, before lambda.Start.
func ExamplePrime() {
	certificates := warmup.Certificates()
	broken := warmup.NewPrimer("cache", func(ctx context.Context) error { return errors.New("no route to host") })
	fmt.Println(warmup.Prime(context.Background(), certificates, broken))
	// Output: warmup: primer "cache": no route to host
}

// A handler that has no side effects runs once with an event that is made up.
func ExampleInvocation() {
	hello := lambda.NewHandler(func(ctx context.Context, o order) (string, error) {
		fmt.Println("invoked with", o.ID)
		return "hello", nil
	})
	fmt.Println(warmup.Prime(context.Background(), warmup.Invocation("hello", hello, `{"id":0}`)))
	// Output:
	// invoked with 0
	// <nil>
}

// One ping keeps three instances warm. The function's own ARN says whom to invoke.
func ExampleFanout() {
	show := warmup.InvokerFunc(func(ctx context.Context, function string, payload []byte) error {
		fmt.Println(function, len(payload) > 0)
		return nil
	})
	h := warmup.Wrap(lambda.NewHandler(func() error { return nil }), warmup.Config{
		Fanout: warmup.Fanout{Invoker: show, Instances: 3}, // new(invoke.Client) in a function
	})
	ctx := lambdacontext.NewContext(context.Background(), &lambdacontext.LambdaContext{
		InvokedFunctionArn: "arn:aws:lambda:eu-west-1:123456789012:function:orders:live",
	})
	out, err := h.Invoke(ctx, []byte(`{"detail-type":"Scheduled Event","source":"aws.events"}`))
	fmt.Println(string(out), err)
	// Output:
	// arn:aws:lambda:eu-west-1:123456789012:function:orders:live true
	// arn:aws:lambda:eu-west-1:123456789012:function:orders:live true
	// {"warmed":true} <nil>
}

// Who waited for the process, and which request was the first: after a ping they
// are not the same.
func ExampleFirstReal() {
	h := warmup.Wrap(lambda.NewHandler(func(ctx context.Context, o order) error {
		fmt.Println("order", o.ID, "cold start:", warmup.ColdStart(ctx), "first:", warmup.FirstReal(ctx))
		return nil
	}), warmup.Config{})

	for _, event := range []string{`{"warmer":true}`, `{"id":1}`, `{"id":2}`} {
		if _, err := h.Invoke(context.Background(), []byte(event)); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// order 1 cold start: false first: true
	// order 2 cold start: false first: false
}

// The process tells its name, and how long it was idle.
func ExampleInstance() {
	instance := new(warmup.Instance)
	h := warmup.Wrap(lambda.NewHandler(func(ctx context.Context, o order) error {
		_, again := instance.Idle()
		fmt.Println("order", o.ID, "by the same instance as the one before:", again, len(instance.ID()))
		return nil
	}), warmup.Config{Instance: instance})

	for _, event := range []string{`{"id":1}`, `{"id":2}`} {
		if _, err := h.Invoke(context.Background(), []byte(event)); err != nil {
			fmt.Println(err)
		}
	}
	// Output:
	// order 1 by the same instance as the one before: false 26
	// order 2 by the same instance as the one before: true 26
}

// A router that streams its answers.
func ExampleWrapStream() {
	r := router.New()
	r.Get("/hello", func(ctx context.Context, req *router.Request) (*router.Response, error) {
		return router.Stream(200, "text/plain", strings.NewReader("hello")), nil
	})
	h := warmup.WrapStream(r.Stream, warmup.Config{}) // in main: lambda.Start(h)

	out, err := h(context.Background(), []byte(`{"warmer":true}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer out.Close()
	answer, err := io.ReadAll(out)
	fmt.Println(string(answer), err)
	// Output: {"warmed":true} <nil>
}
