package gwevent

// albEvent is what a load balancer sends: the plain maps or the multi-value ones, never both, and never null.
type albEvent struct {
	RequestContext                  albContext          `json:"requestContext"`
	HTTPMethod                      string              `json:"httpMethod"`
	Path                            string              `json:"path"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters,omitzero"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters,omitzero"`
	Headers                         map[string]string   `json:"headers,omitzero"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders,omitzero"`
	Body                            string              `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type albContext struct {
	ELB albTarget `json:"elb"`
}

type albTarget struct {
	TargetGroupARN string `json:"targetGroupArn"`
}

// alb builds a load balancer's event. Neither the path nor the query is decoded; header names are in lower case; the
// plain maps hold the last value of each name.
func (in *input) alb() albEvent {
	header := in.setLength(in.forwarded(HopByHop)).lower()
	query := parseQuery(in.r.URL.RawQuery, verbatim)
	text, isBase64 := in.typedBody()
	ev := albEvent{
		RequestContext:  albContext{albTarget{in.TargetGroupARN}},
		HTTPMethod:      in.method,
		Path:            in.rawPath,
		Body:            text,
		IsBase64Encoded: isBase64,
	}
	if in.Source == ALBMultiValue {
		ev.MultiValueHeaders, ev.MultiValueQueryStringParameters = header.multi(), query.multi()
	} else {
		ev.Headers, ev.QueryStringParameters = header.last(), query.last()
	}
	return ev
}
