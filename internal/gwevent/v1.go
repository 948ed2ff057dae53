package gwevent

import (
	"net/http"
	"strings"
)

// v1Event is payload format 1.0 of an HTTP API: a REST API's event with a version, names of headers of its own (see
// v1Name), and the path of an HTTP API, which is decoded and has the stage in front.
//
// Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, and where
// it differs the events that users have recorded: resourceId is the route key, identity has cognitoAmr, userAgent is never
// null, there is always a Content-Length, the single maps hold the last value, and without an authorizer there is no
// member authorizer.
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
	AccountID         string     `json:"accountId"`
	APIID             string     `json:"apiId"`
	Authorizer        any        `json:"authorizer,omitempty"`
	DomainName        string     `json:"domainName"`
	DomainPrefix      string     `json:"domainPrefix"`
	ExtendedRequestID string     `json:"extendedRequestId"`
	HTTPMethod        string     `json:"httpMethod"`
	Identity          v1Identity `json:"identity"`
	Path              string     `json:"path"`
	Protocol          string     `json:"protocol"`
	RequestID         string     `json:"requestId"`
	RequestTime       clf        `json:"requestTime"`
	RequestTimeEpoch  int64      `json:"requestTimeEpoch"`
	ResourceID        string     `json:"resourceId"`
	ResourcePath      string     `json:"resourcePath"`
	Stage             string     `json:"stage"`
}

type v1Identity struct {
	CognitoAMR *string `json:"cognitoAmr"`
	restIdentity
}

// v1Name is how format 1.0 writes the name of a header, as recorded: some are capitalised and some in lower case,
// whatever the client writes; others are as it writes them. Unverified: Accept-Charset and Cookie.
func (in *input) v1Name(name string) string {
	switch name {
	case "Content-Length", "Content-Type", "Host", "User-Agent", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto":
		return name
	case "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Authorization", "Cache-Control", "Cookie", "Origin", "Referer", "Via":
		return strings.ToLower(name)
	}
	if written := in.HeaderNames[name]; http.CanonicalHeaderKey(written) == name {
		return written
	}
	return name
}

func (in *input) v1Header() pairs {
	header := in.setLength(in.forwarded(HopByHop))
	for i, p := range header {
		header[i].name = in.v1Name(p.name)
	}
	return sortPairs(header)
}

func (in *input) v1() v1Event {
	path := decodePath(in.v2Path())
	resource, key := orDefault(in.Resource, "$default"), in.RouteKey
	if key == "$default" && in.Resource != "" {
		key = in.method + " " + resource
	}
	header := in.v1Header()
	query := parseQuery(in.r.URL.RawQuery, formDecode)
	text, isBase64 := in.typedBody()
	identity := in.restIdentity()
	userAgent := in.r.UserAgent()
	identity.UserAgent = &userAgent
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
			Authorizer:        in.Authorizer,
			DomainName:        in.DomainName,
			DomainPrefix:      in.domainPrefix(),
			ExtendedRequestID: in.RequestID,
			HTTPMethod:        in.method,
			Identity:          v1Identity{restIdentity: identity},
			Path:              path,
			Protocol:          in.proto,
			RequestID:         in.RequestID,
			RequestTime:       clf{in.Time},
			RequestTimeEpoch:  in.Time.UnixMilli(),
			ResourceID:        key,
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
func (p *answerParser) v1(a *Answer, payload []byte) error {
	f, ok := appendMembers(p.inner[:0], payload)
	if !ok {
		return p.fail("not an object")
	}
	var err error
	if a.Status, err = p.status(f.get("statusCode"), lenient); err != nil {
		return err
	}
	if err := p.restHeaders(a.Header, f); err != nil {
		return err
	}
	if err := p.body(a, f, lenient); err != nil {
		return err
	}
	setDefault(a.Header, "text/plain;charset=UTF-8")
	return nil
}
