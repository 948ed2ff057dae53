package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"

	"github.com/aws/aws-lambda-go/lambda"

	"github.com/lambdarest/lambdarest/gateway"
)

// A function that streams, invoked by name by who wants its answer at once.
func ExampleStreamHandler_Invoke() {
	count := gateway.StreamHandler(func(context.Context, json.RawMessage) (io.ReadCloser, error) {
		r, w := io.Pipe()
		go func() {
			for i := range 3 {
				fmt.Fprintln(w, i)
			}
			w.Close()
		}()
		return r, nil
	})
	api := &gateway.InvokeAPI{Functions: map[string]lambda.Handler{"count": count}}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("POST", "/2015-03-31/functions/count/invocations", strings.NewReader("{}")))
	fmt.Print(w.Body)
	// Output:
	// 0
	// 1
	// 2
}
