package integration

import (
	"regexp"
	"strings"
	"sync"
)

// GatewayResponse returns what API Gateway answers by itself for a response type, as "UNSUPPORTED_MEDIA_TYPE", unless
// an API changes it: the status, 0 where the type leaves it to the case, and the template of the body. ok is false for
// an unknown type. Source: AWS's guide, "Gateway response types for API Gateway".
func GatewayResponse(responseType string) (status int, template string, ok bool) {
	if status, ok = gatewayStatus(responseType); !ok {
		return 0, "", false
	}
	return status, `{"message":$context.error.messageString}`, true
}

func gatewayStatus(responseType string) (status int, ok bool) {
	switch responseType {
	case "DEFAULT_4XX", "DEFAULT_5XX":
		return 0, true
	case "BAD_REQUEST_BODY", "BAD_REQUEST_PARAMETERS":
		return 400, true
	case "UNAUTHORIZED":
		return 401, true
	case "ACCESS_DENIED", "EXPIRED_TOKEN", "INVALID_API_KEY", "INVALID_SIGNATURE", "MISSING_AUTHENTICATION_TOKEN", "WAF_FILTERED":
		return 403, true
	case "RESOURCE_NOT_FOUND":
		return 404, true
	case "REQUEST_TOO_LARGE":
		return 413, true
	case "UNSUPPORTED_MEDIA_TYPE":
		return 415, true
	case "QUOTA_EXCEEDED", "THROTTLED":
		return 429, true
	case "API_CONFIGURATION_ERROR", "AUTHORIZER_CONFIGURATION_ERROR", "AUTHORIZER_FAILURE":
		return 500, true
	case "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT":
		return 504, true
	}
	return 0, false
}

// Substitute fills the template of a gateway response: it is no mapping template, references to variables are replaced and
// nothing else happens. value looks a name up, as "context.error.messageString"; an unknown one becomes nothing.
func Substitute(template string, value func(name string) string) string {
	return gatewayReference().ReplaceAllStringFunc(template, func(ref string) string {
		return value(strings.Trim(ref, "${}"))
	})
}

var gatewayReference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\$(\{(context|stageVariables|method)(\.[\w-]+)+\}|(context|stageVariables|method)(\.[\w-]+)+)`)
})
