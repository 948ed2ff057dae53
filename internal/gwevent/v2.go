package gwevent

import (
	"net/http"
	"net/url"
	"strings"
)

// v2Event is payload format 2.0. Empty maps and an empty body are absent.
type v2Event struct {
	Version               string            `json:"version"`
	RouteKey              string            `json:"routeKey"`
	RawPath               string            `json:"rawPath"`
	RawQueryString        string            `json:"rawQueryString"`
	Cookies               []string          `json:"cookies,omitempty"`
	Headers               joinedValues      `json:"headers"`
	QueryStringParameters joinedValues      `json:"queryStringParameters,omitempty"`
	RequestContext        v2Context         `json:"requestContext"`
	Body                  *string           `json:"body,omitempty"`
	PathParameters        map[string]string `json:"pathParameters,omitempty"`
	StageVariables        map[string]string `json:"stageVariables,omitempty"`
	IsBase64Encoded       bool              `json:"isBase64Encoded"`
}

type v2Context struct {
	AccountID    string `json:"accountId"`
	APIID        string `json:"apiId"`
	Authorizer   any    `json:"authorizer,omitempty"`
	DomainName   string `json:"domainName"`
	DomainPrefix string `json:"domainPrefix"`
	HTTP         v2HTTP `json:"http"`
	RequestID    string `json:"requestId"`
	RouteKey     string `json:"routeKey"`
	Stage        string `json:"stage"`
	Time         clf    `json:"time"`
	TimeEpoch    int64  `json:"timeEpoch"`
}

type v2HTTP struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

func newV2(r *http.Request, opt Options, body []byte) ([]byte, error) {
	authorizer, err := encodeAuthorizer(opt.Authorizer)
	if err != nil {
		return nil, err
	}
	in := input{Options: opt, r: r, body: body}
	in.fill()
	ev := in.v2()
	return ev.write(authorizer), nil
}

// v2 builds the event of an HTTP API or a function URL. They differ where it hurts: an HTTP API decodes rawPath and
// moves cookies out of the headers; a function URL keeps rawPath encoded and has cookies in both places.
func (in *input) v2() v2Event {
	encoded := in.v2Path()
	decoded := decodePath(encoded)
	rawPath := decoded
	header := in.setLength(in.forwarded(HopByHop))
	cookies := splitCookies(header.get("Cookie"))
	if in.Source == FunctionURL {
		rawPath = encoded
		header = in.addTLS(header)
		if len(cookies) > 0 {
			header = header.set("Cookie", strings.Join(cookies, "; "))
		}
	} else {
		header = header.delete("Cookie")
	}
	text, isBase64 := in.typedBody()
	return v2Event{
		Version:               "2.0",
		RouteKey:              in.RouteKey,
		RawPath:               rawPath,
		RawQueryString:        in.r.URL.RawQuery,
		Cookies:               cookies,
		Headers:               joinedValues(header.lower()),
		QueryStringParameters: joinedValues(parseQuery(in.r.URL.RawQuery, formDecode)),
		RequestContext:        in.v2Context(decoded),
		Body:                  stringOrNil(text),
		PathParameters:        in.PathParameters,
		StageVariables:        in.StageVariables,
		IsBase64Encoded:       isBase64,
	}
}

func (in *input) v2Context(path string) v2Context {
	return v2Context{
		AccountID:    in.AccountID,
		APIID:        in.APIID,
		Authorizer:   in.Authorizer,
		DomainName:   in.DomainName,
		DomainPrefix: in.domainPrefix(),
		HTTP: v2HTTP{
			Method: in.method, Path: path, Protocol: in.proto,
			SourceIP: in.SourceIP, UserAgent: in.r.UserAgent(),
		},
		RequestID: in.RequestID,
		RouteKey:  in.RouteKey,
		Stage:     in.Stage,
		Time:      clf{in.Time},
		TimeEpoch: in.Time.UnixMilli(),
	}
}

// v2Path returns the whole path, still encoded: behind a mapping with its base path, else with the stage unless that
// is $default.
func (in *input) v2Path() string {
	switch {
	case in.BasePath != "":
		return in.base() + in.rawPath
	case in.Stage != "$default":
		return "/" + in.Stage + in.rawPath
	}
	return in.rawPath
}

func (in *input) addTLS(header pairs) pairs {
	if in.ForwardedProto != "https" {
		return header
	}
	return header.set("X-Amzn-Tls-Version", "TLSv1.3").set("X-Amzn-Tls-Cipher-Suite", "TLS_AES_128_GCM_SHA256")
}

func decodePath(encoded string) string {
	decoded, err := url.PathUnescape(encoded)
	if err != nil {
		return encoded // cannot happen: the path comes from url.EscapedPath
	}
	return decoded
}
