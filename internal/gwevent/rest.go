package gwevent

import (
	"net/http"
	"strings"
)

// restEvent is payload format 1.0. Empty maps and an empty body are null.
type restEvent struct {
	Resource                        string            `json:"resource"`
	Path                            string            `json:"path"`
	HTTPMethod                      string            `json:"httpMethod"`
	Headers                         lastValues        `json:"headers"`
	MultiValueHeaders               multiValues       `json:"multiValueHeaders"`
	QueryStringParameters           lastValues        `json:"queryStringParameters"`
	MultiValueQueryStringParameters multiValues       `json:"multiValueQueryStringParameters"`
	PathParameters                  map[string]string `json:"pathParameters"`
	StageVariables                  map[string]string `json:"stageVariables"`
	RequestContext                  restContext       `json:"requestContext"`
	Body                            *string           `json:"body"`
	IsBase64Encoded                 bool              `json:"isBase64Encoded"`
}

type restContext struct {
	ResourceID        string       `json:"resourceId"`
	Authorizer        any          `json:"authorizer,omitempty"`
	ResourcePath      string       `json:"resourcePath"`
	HTTPMethod        string       `json:"httpMethod"`
	ExtendedRequestID string       `json:"extendedRequestId"`
	RequestTime       clf          `json:"requestTime"`
	Path              string       `json:"path"`
	AccountID         string       `json:"accountId"`
	Protocol          string       `json:"protocol"`
	Stage             string       `json:"stage"`
	DomainPrefix      string       `json:"domainPrefix"`
	RequestTimeEpoch  int64        `json:"requestTimeEpoch"`
	RequestID         string       `json:"requestId"`
	Identity          restIdentity `json:"identity"`
	DomainName        string       `json:"domainName"`
	DeploymentID      string       `json:"deploymentId"`
	APIID             string       `json:"apiId"`
}

// restIdentity holds what is known of a caller: its address, and its API key or IAM identity if it has one.
type restIdentity struct {
	CognitoIdentityPoolID         *string `json:"cognitoIdentityPoolId"`
	AccountID                     *string `json:"accountId"`
	CognitoIdentityID             *string `json:"cognitoIdentityId"`
	Caller                        *string `json:"caller"`
	APIKey                        *string `json:"apiKey,omitempty"`
	APIKeyID                      *string `json:"apiKeyId,omitempty"`
	SourceIP                      string  `json:"sourceIp"`
	PrincipalOrgID                *string `json:"principalOrgId"`
	AccessKey                     *string `json:"accessKey"`
	CognitoAuthenticationType     *string `json:"cognitoAuthenticationType"`
	CognitoAuthenticationProvider *string `json:"cognitoAuthenticationProvider"`
	UserArn                       *string `json:"userArn"`
	UserAgent                     *string `json:"userAgent"`
	User                          *string `json:"user"`
}

func newREST(r *http.Request, opt Options, body []byte) ([]byte, error) {
	authorizer, err := encodeAuthorizer(opt.Authorizer)
	if err != nil {
		return nil, err
	}
	in := input{Options: opt, r: r, body: body}
	in.fill()
	ev := in.rest()
	return ev.write(authorizer), nil
}

// rest builds the event of a REST API. The path and its parameters stay percent-encoded; slashes in front of the path
// are folded into one, those inside and at its end stay; the query is decoded once.
func (in *input) rest() restEvent {
	path := in.rawPath
	if strings.HasPrefix(path, "//") {
		path = "/" + strings.TrimLeft(path, "/")
	}
	resource, params := in.Resource, in.PathParameters
	if resource == "" {
		resource, params = proxyResource(path)
	}
	header := in.asWritten(in.forwarded(restDropped))
	query := parseQuery(in.r.URL.RawQuery, formDecode)
	text, isBase64 := in.restBody()
	return restEvent{
		Resource:                        resource,
		Path:                            in.base() + path,
		HTTPMethod:                      in.method,
		Headers:                         lastValues(header),
		MultiValueHeaders:               multiValues(header),
		QueryStringParameters:           lastValues(query),
		MultiValueQueryStringParameters: multiValues(query),
		PathParameters:                  orNil(params),
		StageVariables:                  orNil(in.StageVariables),
		RequestContext:                  in.restContext(resource),
		Body:                            stringOrNil(text),
		IsBase64Encoded:                 isBase64,
	}
}

func (in *input) restContext(resource string) restContext {
	path := "/" + in.Stage + in.rawPath
	if in.BasePath != "" {
		path = in.base() + in.rawPath
	}
	resourceID, deploymentID := in.ResourceID, in.DeploymentID
	if resourceID == "" {
		resourceID, deploymentID = IDs(in.APIID, resource)
	}
	return restContext{
		ResourceID:        resourceID,
		Authorizer:        in.Authorizer,
		ResourcePath:      resource,
		HTTPMethod:        in.method,
		ExtendedRequestID: in.extendedID(),
		RequestTime:       clf{in.Time},
		Path:              path,
		AccountID:         in.AccountID,
		Protocol:          in.proto,
		Stage:             in.Stage,
		DomainPrefix:      in.domainPrefix(),
		RequestTimeEpoch:  in.Time.UnixMilli(),
		RequestID:         in.RequestID,
		Identity:          in.restIdentity(),
		DomainName:        in.DomainName,
		DeploymentID:      deploymentID,
		APIID:             in.APIID,
	}
}

func (in *input) restIdentity() restIdentity {
	id := restIdentity{
		APIKey: stringOrNil(in.APIKey), APIKeyID: stringOrNil(in.APIKeyID),
		SourceIP: in.SourceIP,
	}
	if agent := in.r.Header["User-Agent"]; len(agent) > 0 && agent[0] != "" {
		id.UserAgent = &agent[0]
	}
	if c := in.Caller; c != nil {
		id.AccessKey, id.AccountID, id.UserArn = &c.AccessKey, &c.AccountID, &c.UserARN
		id.Caller, id.User = &c.UserID, &c.UserID
	}
	return id
}

// proxyResource returns the resource and the parameters of an API that has only / and /{proxy+}. A slash at the end
// of the path is not part of the parameter.
func proxyResource(path string) (string, map[string]string) {
	if path == "/" {
		return "/", nil
	}
	return "/{proxy+}", map[string]string{"proxy": strings.TrimSuffix(path[1:], "/")}
}

// restDropped are the headers that a REST API does not pass on to a function, as recorded.
func restDropped(name string) bool {
	name = http.CanonicalHeaderKey(name)
	switch name {
	case "Content-Length", "Content-Md5", "Max-Forwards", "Server", "Www-Authenticate", "Expect":
		return true
	}
	return isHopByHop(name)
}
