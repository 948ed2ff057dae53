package gwevent

import "net/http"

// v1Event is payload format 1.0 of an HTTP API, as documented: a REST API's event with a version, names of headers in
// lower case, and the path of an HTTP API, which is decoded and has the stage in front.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
// Unverified: that the single maps hold the last value, as those of a REST API do; the documented example has the last
// of a header and the first of a query.
type v1Event struct {
	Version                         string              `json:"version"`
	Resource                        string              `json:"resource"`
	Path                            string              `json:"path"`
	HTTPMethod                      string              `json:"httpMethod"`
	Headers                         map[string]string   `json:"headers"`
	MultiValueHeaders               map[string][]string `json:"multiValueHeaders"`
	QueryStringParameters           map[string]string   `json:"queryStringParameters"`
	MultiValueQueryStringParameters map[string][]string `json:"multiValueQueryStringParameters"`
	RequestContext                  v1Context           `json:"requestContext"`
	PathParameters                  map[string]string   `json:"pathParameters"`
	StageVariables                  map[string]string   `json:"stageVariables"`
	Body                            *string             `json:"body"`
	IsBase64Encoded                 bool                `json:"isBase64Encoded"`
}

type v1Context struct {
	AccountID         string       `json:"accountId"`
	APIID             string       `json:"apiId"`
	Authorizer        any          `json:"authorizer"`
	DomainName        string       `json:"domainName"`
	DomainPrefix      string       `json:"domainPrefix"`
	ExtendedRequestID string       `json:"extendedRequestId"`
	HTTPMethod        string       `json:"httpMethod"`
	Identity          restIdentity `json:"identity"`
	Path              string       `json:"path"`
	Protocol          string       `json:"protocol"`
	RequestID         string       `json:"requestId"`
	RequestTime       string       `json:"requestTime"`
	RequestTimeEpoch  int64        `json:"requestTimeEpoch"`
	ResourceID        *string      `json:"resourceId"`
	ResourcePath      string       `json:"resourcePath"`
	Stage             string       `json:"stage"`
}

// noAuthorizer is what a route without an authorizer shows.
type noAuthorizer struct {
	Claims *string `json:"claims"`
	Scopes *string `json:"scopes"`
}

func (in *input) v1() v1Event {
	path := decodePath(in.v2Path())
	resource := orDefault(in.Resource, "$default")
	header := in.setLength(in.forwarded(hopByHop)).lower()
	query := parseQuery(in.r.URL.RawQuery, formDecode)
	text, isBase64 := in.typedBody()
	authorizer := in.Authorizer
	if authorizer == nil {
		authorizer = noAuthorizer{}
	}
	return v1Event{
		Version:                         "1.0",
		Resource:                        resource,
		Path:                            path,
		HTTPMethod:                      in.method,
		Headers:                         header.last(),
		MultiValueHeaders:               header.multi(),
		QueryStringParameters:           orNil(query.last()),
		MultiValueQueryStringParameters: orNil(query.multi()),
		PathParameters:                  orNil(in.PathParameters),
		StageVariables:                  orNil(in.StageVariables),
		Body:                            stringOrNil(text),
		IsBase64Encoded:                 isBase64,
		RequestContext: v1Context{
			AccountID:         in.AccountID,
			APIID:             in.APIID,
			Authorizer:        authorizer,
			DomainName:        in.DomainName,
			DomainPrefix:      in.domainPrefix(),
			ExtendedRequestID: in.RequestID,
			HTTPMethod:        in.method,
			Identity:          in.restIdentity(),
			Path:              path,
			Protocol:          in.proto,
			RequestID:         in.RequestID,
			RequestTime:       in.Time.Format(clfTime),
			RequestTimeEpoch:  in.Time.UnixMilli(),
			ResourcePath:      resource,
			Stage:             in.Stage,
		},
	}
}

func orDefault(s, fallback string) string {
	orElse(&s, fallback)
	return s
}

// v1 reads an answer in format 1.0 of an HTTP API: the fields of a REST API's answer, of which the status is needed.
// Unverified: that unknown keys do no harm.
func (p *answerParser) v1(payload []byte) (*Answer, error) {
	f, ok := readMembers(payload)
	if !ok {
		return nil, p.fail("not an object")
	}
	a := &Answer{Header: http.Header{}}
	var err error
	if a.Status, err = p.status(f.get("statusCode"), lenient); err != nil {
		return nil, err
	}
	if err := p.restHeaders(a.Header, f); err != nil {
		return nil, err
	}
	if err := p.body(a, f, lenient); err != nil {
		return nil, err
	}
	setDefault(a.Header, "text/plain;charset=UTF-8")
	return a, nil
}
