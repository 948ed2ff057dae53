package gwevent

// latticeEvent is what VPC Lattice sends to a Lambda target with event structure version V2
// (https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html). Whether the values of the query are
// decoded is unverified; they are taken to be.
type latticeEvent struct {
	Version               string              `json:"version"`
	Path                  string              `json:"path"`
	Method                string              `json:"method"`
	Headers               map[string][]string `json:"headers"`
	QueryStringParameters map[string][]string `json:"queryStringParameters,omitzero"`
	Body                  string              `json:"body"`
	IsBase64Encoded       bool                `json:"isBase64Encoded"`
	RequestContext        latticeContext      `json:"requestContext"`
}

type latticeContext struct {
	ServiceNetworkARN string `json:"serviceNetworkArn"`
	ServiceARN        string `json:"serviceArn"`
	TargetGroupARN    string `json:"targetGroupArn"`
	Region            string `json:"region"`
	TimeEpoch         int64  `json:"timeEpoch,string"` // microseconds
}

const latticeARN = "arn:aws:vpc-lattice:us-east-1:123456789012:"

// lattice builds VPC Lattice's event: the path is percent-encoded and header names are in lower case.
func (in *input) lattice() latticeEvent {
	header := in.setLength(in.forwarded(HopByHop)).lower()
	text, isBase64 := in.typedBody()
	return latticeEvent{
		Version:               "2.0",
		Path:                  in.rawPath,
		Method:                in.method,
		Headers:               header.multi(),
		QueryStringParameters: orNil(parseQuery(in.r.URL.RawQuery, formDecode).multi()),
		Body:                  text,
		IsBase64Encoded:       isBase64,
		RequestContext: latticeContext{
			ServiceNetworkARN: latticeARN + "servicenetwork/sn-0123456789abcdef0",
			ServiceARN:        latticeARN + "service/svc-0123456789abcdef0",
			TargetGroupARN:    in.TargetGroupARN,
			Region:            "us-east-1",
			TimeEpoch:         in.Time.UnixMicro(),
		},
	}
}
