package gateway

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A failure is an answer that the gateway gives by itself. What the client sees of it depends on the service.
type failure struct {
	reason  reason
	message string // in place of the reason's own; REST APIs only
	cause   error  // for the log only; nil where the client is to blame
	kind    string // in place of the reply's X-Amzn-Errortype; REST APIs only

	challenge string // the WWW-Authenticate header; "" for none
}

// A reason is why the gateway answers by itself.
type reason int

const (
	noRoute reason = iota
	noMapping
	bodyTooLarge
	eventTooLarge
	headersTooLarge
	badRequest
	missingParameters
	unsupportedMediaType
	configuration
	badFunction
	timedOut
	unreachable
	noIdentity
	notAllowed
	denied
	authorizerFailed
	invalidAPIKey
	expiredToken
	missingScope
	unsigned
	badSignature
	brokenOff // after the first byte of the answer: the connection is ended
)

// A reply is what a service answers for a reason.
type reply struct {
	status  int
	message string
	kind    string // the X-Amzn-Errortype header of a REST API
	class   string // the type of the gateway response of a REST API that replaces the answer; "" for none but the default ones
}

// restReplies are the default gateway responses of REST APIs
// (https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html). An unknown
// resource, as well as a method that the resource lacks, is neither 404 nor 405. Unverified: 431, of which AWS
// documents the limit, not the answer.
var restReplies = map[reason]reply{
	noRoute:              {403, "Missing Authentication Token", "MissingAuthenticationTokenException", "MISSING_AUTHENTICATION_TOKEN"},
	noMapping:            {403, "Forbidden", "ForbiddenException", ""},
	bodyTooLarge:         {413, "HTTP content length exceeded 10485760 bytes.", "RequestEntityTooLargeException", "REQUEST_TOO_LARGE"},
	eventTooLarge:        {413, "Request Too Long", "RequestEntityTooLargeException", "REQUEST_TOO_LARGE"},
	headersTooLarge:      {431, "Request Header Fields Too Large", "BadRequestException", ""},
	badRequest:           {400, "Bad Request", "BadRequestException", "BAD_REQUEST_BODY"},
	missingParameters:    {400, "Bad Request", "BadRequestException", "BAD_REQUEST_PARAMETERS"},
	unsupportedMediaType: {415, "Unsupported Media Type", "BadRequestException", "UNSUPPORTED_MEDIA_TYPE"},
	configuration:        {500, "Internal server error", "InternalServerErrorException", "API_CONFIGURATION_ERROR"},
	badFunction:          {502, "Internal server error", "InternalServerErrorException", ""},
	timedOut:             {504, "Endpoint request timed out", "InternalServerErrorException", "INTEGRATION_TIMEOUT"},
	unreachable:          {504, "Network error communicating with endpoint", "InternalServerErrorException", "INTEGRATION_FAILURE"},
	noIdentity:           {401, "Unauthorized", "UnauthorizedException", "UNAUTHORIZED"},
	notAllowed:           {403, "User is not authorized to access this resource", "AccessDeniedException", "ACCESS_DENIED"},
	denied:               {403, "User is not authorized to access this resource with an explicit deny", "AccessDeniedException", "ACCESS_DENIED"},
	authorizerFailed:     {500, "", "AuthorizerConfigurationException", "AUTHORIZER_CONFIGURATION_ERROR"},
	invalidAPIKey:        {403, "Forbidden", "ForbiddenException", "INVALID_API_KEY"},
	expiredToken:         {401, "The incoming token has expired", "UnauthorizedException", "UNAUTHORIZED"},
	missingScope:         {401, "Unauthorized", "UnauthorizedException", "UNAUTHORIZED"}, // unverified
	unsigned:             {403, "Missing Authentication Token", "MissingAuthenticationTokenException", "MISSING_AUTHENTICATION_TOKEN"},
	badSignature:         {403, "Forbidden", "InvalidSignatureException", "INVALID_SIGNATURE"},
}

// httpReplies are those of HTTP APIs. That a time-out is 503 is widely reported, not documented.
var httpReplies = map[reason]reply{
	noRoute:          {404, "Not Found", "", ""},
	noMapping:        {404, "Not Found", "", ""},
	bodyTooLarge:     {413, "Request Entity Too Large", "", ""},
	eventTooLarge:    {413, "Request Entity Too Large", "", ""},
	headersTooLarge:  {431, "Request Header Fields Too Large", "", ""},
	badRequest:       {400, "Bad Request", "", ""},
	timedOut:         {503, "Service Unavailable", "", ""},
	unreachable:      {503, "Service Unavailable", "", ""},
	noIdentity:       {401, "Unauthorized", "", ""},
	notAllowed:       {403, "Forbidden", "", ""},
	denied:           {403, "Forbidden", "", ""},
	invalidAPIKey:    {403, "Forbidden", "", ""},
	badFunction:      {500, "Internal Server Error", "", ""},
	configuration:    {500, "Internal Server Error", "", ""},
	authorizerFailed: {500, "Internal Server Error", "", ""},
	expiredToken:     {401, "Unauthorized", "", ""},
	missingScope:     {403, "Forbidden", "", ""},
	unsigned:         {403, "Forbidden", "", ""},
	badSignature:     {403, "Forbidden", "", ""},
}

// plainReplies are the statuses of function URLs and load balancers; the text is the one of the status.
var plainReplies = map[reason]int{
	noRoute: 404, noMapping: 404, bodyTooLarge: 413, eventTooLarge: 413, headersTooLarge: 431, badRequest: 400,
	badFunction: 502, configuration: 502, timedOut: 504, unreachable: 502,
	unsigned: 403, badSignature: 403,
}

// writeFailure answers for the gateway itself, in the words of its service.
func (g *Gateway) writeFailure(w http.ResponseWriter, c *call, f *failure) {
	if f.challenge != "" {
		w.Header().Set("Www-Authenticate", f.challenge)
	}
	switch g.cfg.Kind {
	case REST:
		g.writeRESTFailure(w, c, f)
	case HTTP:
		r := httpReplies[f.reason]
		writeMessage(w, r.status, "message", r.message)
	case FunctionURL:
		status := plainReplies[f.reason]
		if status == http.StatusBadGateway {
			writeBody(w, status, "text/plain", "Internal Server Error")
			return
		}
		writeMessage(w, status, "Message", http.StatusText(status))
	default:
		status := plainReplies[f.reason]
		title := fmt.Sprintf("%d %s", status, http.StatusText(status))
		writeBody(w, status, "text/html", "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+
			title+"</h1></center>\r\n</body>\r\n</html>\r\n")
	}
}

func (g *Gateway) writeRESTFailure(w http.ResponseWriter, c *call, f *failure) {
	r := restReplies[f.reason]
	if f.message != "" {
		r.message = f.message
	}
	w.Header().Set("X-Amzn-Errortype", orDefault(f.kind, r.kind))
	if g.responses.write(w, c, r) {
		return
	}
	if f.reason == authorizerFailed {
		writeBody(w, r.status, "application/json", `{"message":null}`) // as recorded by many a user
		return
	}
	key := "message"
	if r.class == "ACCESS_DENIED" {
		key = "Message" // this one alone
	}
	writeMessage(w, r.status, key, r.message)
}

func writeMessage(w http.ResponseWriter, status int, key, message string) {
	body, _ := json.Marshal(map[string]string{key: message}) // a map of strings cannot fail
	writeBody(w, status, "application/json", string(body))
}

func writeBody(w http.ResponseWriter, status int, contentType, body string) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // an error means that the client is gone
}

func errNoRoute() *failure         { return &failure{reason: noRoute} }
func errBodyTooLarge() *failure    { return &failure{reason: bodyTooLarge} }
func errHeadersTooLarge() *failure { return &failure{reason: headersTooLarge} }

// errEventTooLarge: the request fits the gateway, but the event made of it does not fit Lambda.
func errEventTooLarge() *failure { return &failure{reason: eventTooLarge} }

func errBadRequest(message string) *failure {
	return &failure{reason: badRequest, message: message}
}

// errConfiguration is the answer to mistakes in the API itself: a template that fails, no response that fits.
func errConfiguration(cause error) *failure {
	return &failure{reason: configuration, cause: cause}
}

// errBadFunction is the answer of a proxy integration to a function's error and to a malformed answer.
func errBadFunction(cause error) *failure { return &failure{reason: badFunction, cause: cause} }

func errTimedOut(cause error) *failure { return &failure{reason: timedOut, cause: cause} }
