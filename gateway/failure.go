package gateway

import (
	"encoding/json"
	"net/http"
)

// failure is an answer that the gateway gives by itself, in the form of API Gateway's default gateway responses.
type failure struct {
	status  int
	kind    string // the X-Amzn-Errortype header
	message string
	cause   error // for the log only; nil where the client is to blame
}

func (f *failure) write(w http.ResponseWriter) {
	body, _ := json.Marshal(map[string]string{"message": f.message}) // a map of strings cannot fail
	w.Header().Set("Content-Type", "application/json")
	if f.kind != "" {
		w.Header().Set("X-Amzn-Errortype", f.kind)
	}
	w.WriteHeader(f.status)
	_, _ = w.Write(body) // an error means that the client is gone
}

// errNoRoute is the answer to an unknown resource as well as to a method that the resource lacks: not 404, not 405.
func errNoRoute() *failure {
	return &failure{403, "MissingAuthenticationTokenException", "Missing Authentication Token", nil}
}

func errBodyTooLarge() *failure {
	return &failure{413, "RequestEntityTooLargeException", "HTTP content length exceeded 10485760 bytes.", nil}
}

// errEventTooLarge: the request fits API Gateway, but the event made of it does not fit Lambda.
func errEventTooLarge() *failure {
	return &failure{413, "RequestEntityTooLargeException", "Request Too Long", nil}
}

// errHeadersTooLarge. Unverified: AWS documents the limit, not the answer.
func errHeadersTooLarge() *failure {
	return &failure{431, "BadRequestException", "Request Header Fields Too Large", nil}
}

func errBadRequest(message string) *failure {
	return &failure{400, "BadRequestException", message, nil}
}

// errConfiguration is the answer to mistakes in the API itself: a template that fails, no response that fits.
func errConfiguration(cause error) *failure {
	return &failure{500, "InternalServerErrorException", "Internal server error", cause}
}

// errBadFunction is the answer of a proxy integration to a function's error and to a malformed answer.
func errBadFunction(cause error) *failure {
	return &failure{502, "InternalServerErrorException", "Internal server error", cause}
}

func errTimedOut(cause error) *failure {
	return &failure{504, "InternalServerErrorException", "Endpoint request timed out", cause}
}
