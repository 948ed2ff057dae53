// Package invoke sends the pings of warmup's fan-out with nothing but the standard
// library: a signed HTTP request to Lambda's Invoke operation. A function that has
// no other use for the AWS SDK's Lambda client saves 3.7 MB with it. warmup/invokesdk
// does the same over the SDK's client.
//
//	lambda.Start(warmup.Wrap(handler, warmup.Config{
//		Fanout: warmup.Fanout{Invoker: new(invoke.Client), Instances: 3},
//	}))
package invoke

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

// A Client invokes Lambda functions asynchronously. Its zero value is ready to use
// in a function: credentials and region are the function's own. It satisfies
// warmup.Invoker and is safe for concurrent use.
//
// Credentials are read at each call from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// and AWS_SESSION_TOKEN, which Lambda sets for every function
// (https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html). There
// is no other source of them: use warmup/invokesdk elsewhere.
type Client struct {
	// HTTP sends the requests. nil is a client that follows no redirects, over
	// http.DefaultTransport. It needs no timeout: calls end with their context.
	HTTP *http.Client

	// Endpoint is the URL of the Lambda API: "" is that of AWS_ENDPOINT_URL_LAMBDA or
	// AWS_ENDPOINT_URL, or else that of the function's region.
	Endpoint string
}

// An Error is Lambda's refusal of an invocation.
type Error struct {
	Status int    // of HTTP
	Code   string // such as AccessDeniedException; may be empty
}

// Error names the status and the code, and nothing of the request.
func (e *Error) Error() string {
	return strings.TrimSuffix(fmt.Sprintf("invoke: Lambda answered %d %s", e.Status, e.Code), " ")
}

// InvokeAsync has Lambda invoke the function with the name or ARN, and nothing waits
// for it to finish. A version or alias in the ARN counts; without an ARN, AWS_REGION
// says where the function is. It returns nil once Lambda has accepted the invocation,
// and an [*Error] if it refuses. The function that calls it needs the permission
// lambda:InvokeFunction
// (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html).
func (c *Client) InvokeAsync(ctx context.Context, function string, payload []byte) error {
	if function == "" {
		return errors.New("invoke: no function")
	}
	region, partition := place(function)
	if !isRegion(region) {
		return fmt.Errorf("invoke: %q is no region; it comes from the function's ARN or from AWS_REGION", region)
	}
	keys, err := lambdaCredentials()
	if err != nil {
		return err
	}
	target := strings.TrimSuffix(c.endpoint(region, partition), "/") + "/2015-03-31/functions/" + escape(function) + "/invocations"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, target, bytes.NewReader(payload))
	if err != nil {
		return fmt.Errorf("invoke: %w", err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Amz-Invocation-Type", "Event")
	sign(req, payload, keys, region, "lambda", time.Now())
	resp, err := c.client().Do(req)
	if err != nil {
		return fmt.Errorf("invoke: %w", err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // read, so that the connection can be used again
	if resp.StatusCode != http.StatusAccepted {
		return &Error{Status: resp.StatusCode, Code: errorCode(resp.Header)}
	}
	return nil
}

func (c *Client) client() *http.Client {
	if c.HTTP != nil {
		return c.HTTP
	}
	return &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// errorCode is the header's error type, without the URL that may follow a colon.
func errorCode(h http.Header) string {
	code, _, _ := strings.Cut(h.Get("X-Amzn-Errortype"), ":")
	return code
}

// place returns the region and partition of a function.
func place(function string) (region, partition string) {
	if f := strings.SplitN(function, ":", 5); len(f) == 5 && f[0] == "arn" {
		return f[3], f[1]
	}
	return os.Getenv("AWS_REGION"), ""
}

// isRegion reports whether a region can be part of a host's name.
func isRegion(s string) bool {
	for _, c := range []byte(s) {
		if c != '-' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}

func (c *Client) endpoint(region, partition string) string {
	if e := cmp.Or(c.Endpoint, os.Getenv("AWS_ENDPOINT_URL_LAMBDA"), os.Getenv("AWS_ENDPOINT_URL")); e != "" {
		return e
	}
	return "https://lambda." + region + "." + suffix(region, partition)
}

// suffix is the domain of a partition's APIs
// (https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html).
// The names of regions tell partitions apart as well.
func suffix(region, partition string) string {
	switch {
	case partition == "aws-cn" || strings.HasPrefix(region, "cn-"):
		return "amazonaws.com.cn"
	case partition == "aws-eusc" || strings.HasPrefix(region, "eusc-"):
		return "amazonaws.eu"
	case partition == "aws-iso" || strings.HasPrefix(region, "us-iso-"):
		return "c2s.ic.gov"
	case partition == "aws-iso-b" || strings.HasPrefix(region, "us-isob-"):
		return "sc2s.sgov.gov"
	}
	return "amazonaws.com"
}

// lambdaCredentials reads the credentials of a function.
func lambdaCredentials() (credentials, error) {
	c := credentials{
		id:     os.Getenv("AWS_ACCESS_KEY_ID"),
		secret: os.Getenv("AWS_SECRET_ACCESS_KEY"),
		token:  os.Getenv("AWS_SESSION_TOKEN"),
	}
	if c.id == "" || c.secret == "" {
		return c, errors.New("invoke: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set")
	}
	return c, nil
}
