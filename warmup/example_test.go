package warmup_test

import (
	"context"
	"fmt"

	"github.com/aws/aws-lambda-go/lambda"

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
