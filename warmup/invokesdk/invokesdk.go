// Package invokesdk sends the pings of warmup's fan-out with the AWS SDK's Lambda
// client. It is a module of its own: the client, 3.7 MB in a binary, stays out of
// what everyone else downloads and links. A function on Lambda can do without it,
// see warmup/invoke; with it, credentials, endpoints, retries and tracing are those
// of the SDK.
//
//	Fanout: warmup.Fanout{Invoker: invokesdk.New(lambda.NewFromConfig(cfg)), Instances: 3}
package invokesdk

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/lambdarest/lambdarest/warmup"
)

// A Client is the operation of *lambda.Client that New needs.
type Client interface {
	Invoke(ctx context.Context, in *lambda.InvokeInput, opts ...func(*lambda.Options)) (*lambda.InvokeOutput, error)
}

// New returns an Invoker over the SDK's client. The identity of the client needs the
// permission lambda:InvokeFunction.
func New(c Client) warmup.Invoker {
	return warmup.InvokerFunc(func(ctx context.Context, function string, payload []byte) error {
		out, err := c.Invoke(ctx, &lambda.InvokeInput{
			FunctionName:   &function, // with its version or alias, if it has one
			InvocationType: types.InvocationTypeEvent,
			Payload:        payload,
		})
		if err != nil {
			return fmt.Errorf("invokesdk: %w", err)
		}
		if out.StatusCode != 202 {
			return fmt.Errorf("invokesdk: Lambda answered %d", out.StatusCode)
		}
		return nil
	})
}
