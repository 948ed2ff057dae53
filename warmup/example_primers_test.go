package warmup_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/lambdarest/lambdarest/warmup"
)

// Certificates spare the first HTTPS call some milliseconds.
func ExampleCertificates() {
	fmt.Println(warmup.Prime(context.Background(), warmup.Certificates()))
	// Output: <nil>
}

// Codec is for types that a request or an answer has, as encoding/json sees them.
func ExampleCodec() {
	fmt.Println(warmup.Prime(context.Background(), warmup.Codec[[]order]()))
	// Output: <nil>
}

// A database that answers is connected, also where the answer is that there is no such item.
func ExampleConnection() {
	errNotFound := errors.New("not found") // dynamo.ErrNotFound
	get := func(context.Context) error { return errNotFound }
	fmt.Println(warmup.Prime(context.Background(), warmup.Connection("orders", get, errNotFound)))
	// Output: <nil>
}

// A primer of one's own runs until it has succeeded once.
func ExampleNewPrimer() {
	var rates map[string]float64
	primer := warmup.NewPrimer("rates", func(context.Context) error {
		rates = map[string]float64{"EUR": 1, "KRW": 1450}
		return nil
	})
	for range 2 {
		fmt.Println(warmup.Prime(context.Background(), primer), len(rates))
		clear(rates) // to show that the second time does nothing
	}
	// Output:
	// <nil> 2
	// <nil> 0
}

func ExampleInstance_InitType() {
	fmt.Printf("%q\n", new(warmup.Instance).InitType()) // on Lambda "on-demand", say
	// Output: ""
}
