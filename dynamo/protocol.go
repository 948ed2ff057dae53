package dynamo

import (
	"bytes"
	"context"
	"io"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/aws/smithy-go/transport/http/protocol/awsjson"
)

// protocol stands before the SDK's own for one call. It reads the body, holds it
// against its checksum, refuses what is no answer of DynamoDB's, and takes the
// items out of it if somebody wants them; the SDK's decoder gets the rest.
//
// It also sends what is written here, see wire_request.go.
//
// It runs inside of the SDK's attempts. So nothing that it decodes counts before
// the call has ended without an error, and what is worth another attempt must
// tell the retryer.
type protocol struct {
	smithyhttp.ClientProtocol
	received *received
}

// SerializeRequest implements [smithyhttp.ClientProtocol]. A request that is
// written here gets the headers of one without input, and then its body.
func (p *protocol) SerializeRequest(ctx context.Context, op *smithy.OperationSchema, in smithy.Serializable, req *smithyhttp.Request) error {
	if p.received.request == nil {
		return p.ClientProtocol.SerializeRequest(ctx, op, in, req)
	}
	bare := *op
	bare.Input = nil
	if err := p.ClientProtocol.SerializeRequest(ctx, &bare, in, req); err != nil {
		return err
	}
	text := p.received.request(in)
	if body, ok := req.GetStream().(*strings.Reader); ok { // of {}
		body.Reset(text)
		req.ContentLength = body.Size()
		return nil
	}
	whole, err := req.SetStream(strings.NewReader(text))
	*req = *whole
	return err
}

// DeserializeResponse implements [smithyhttp.ClientProtocol].
func (p *protocol) DeserializeResponse(ctx context.Context, op *smithy.OperationSchema, registry *smithy.TypeRegistry, resp *smithyhttp.Response, out smithy.Deserializable) error {
	body, err := p.received.read(ctx, resp)
	if err != nil {
		return err
	}
	defer p.received.release(body)
	success := resp.StatusCode >= 200 && resp.StatusCode < 300
	switch {
	case len(body) == 0:
	case !success:
		err = verifyError(body)
	case foreign(resp) != nil:
		err = foreign(resp)
	case p.received.decode == nil && string(body) == "{}": // a write that is done
		return nil
	case p.received.decode != nil:
		if body = p.received.decode(body); body == nil {
			return nil // whoever wants the items has the error
		}
	default:
		err = verify(body)
	}
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	err = p.ClientProtocol.DeserializeResponse(ctx, op, registry, resp, out)
	if err != nil && success { // its text quotes what it does not like
		return corrupt("not an answer to %s", op.ID().Name)
	}
	return err
}

// isPlain tells whether a client speaks as DynamoDB does.
func isPlain(o *dynamodb.Options) bool {
	_, known := o.Protocol.(*awsjson.Protocol)
	return known
}

// showsInput and showsOutput tell whether a client has something of its own that gets
// to see the input of a call, or its output, and may be there to encrypt and decrypt
// items. A middleware can see both. All interceptors see the input. The output is for
// those that run after it is made; those before see the answer at most, as it came.
func showsInput(o *dynamodb.Options) bool {
	interceptors := reflect.ValueOf(&o.Interceptors).Elem()
	for i := range interceptors.NumField() {
		if interceptors.Field(i).Len() > 0 {
			return true
		}
	}
	return len(o.APIOptions) > 0
}

func showsOutput(o *dynamodb.Options) bool {
	i := &o.Interceptors
	return len(o.APIOptions)+len(i.AfterDeserialization)+len(i.AfterAttempt)+len(i.AfterExecution) > 0
}

// PassiveMiddleware says that what is around the SDK's client, its own middleware
// (aws.Config.APIOptions, interceptors) or a wrapper, does not look at items, as
// tracing does not, and keeps no answers. Without it, items go through the SDK's
// encoder and decoder, which are several times slower, so that a middleware can
// encrypt and decrypt them. Interceptors that run before the SDK has decoded an
// answer, up to BeforeDeserialization, see none of its items: they leave reading as
// fast as it is.
func PassiveMiddleware() Option {
	return func(c *config) error { c.passive = true; return nil }
}
