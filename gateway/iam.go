package gateway

import (
	"fmt"
	"strings"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// IAM authorizes requests that are signed with Signature Version 4, in the header Authorization or in the query
// (AWS_IAM of REST APIs, HTTP APIs and function URLs). Unsigned ones are refused.
//
// THE SIGNATURE ITSELF IS NOT VERIFIED, nor are its time and the caller's permissions: the gateway knows neither secrets
// nor policies. It makes sure that there is a signature, in the right form, for the right service, and shows functions
// the access key, and who is said to own it.
//
// Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html. The messages are those that AWS is
// known to give.
type IAM struct {
	// UserARN is the caller's ARN, "arn:aws:iam::123456789012:user/local" where empty; UserID the caller's id,
	// "AIDALOCALLOCALLOCAL00" where empty.
	UserARN, UserID string
}

func (i IAM) check(kind Kind) error {
	if kind != REST && kind != HTTP && kind != FunctionURL {
		return fmt.Errorf("a %v does not look at signatures", kind)
	}
	return nil
}

func (i IAM) authorize(c *call) *failure {
	credential, fail := c.credential()
	if fail != nil {
		return fail
	}
	parts := strings.Split(credential, "/") // key, date, region, service, aws4_request
	service := "execute-api"
	if c.g.cfg.Kind == FunctionURL {
		service = "lambda"
	}
	switch {
	case len(parts) != 5 || parts[0] == "" || parts[4] != "aws4_request":
		return incomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term")
	case parts[3] != service:
		return &failure{reason: badSignature, message: "Credential should be scoped to correct service: '" + service + "'. "}
	}
	account := orDefault(c.g.cfg.AccountID, gwevent.AccountID)
	c.caller = &gwevent.Caller{
		AccessKey: parts[0], AccountID: account, UserID: orDefault(i.UserID, "AIDALOCALLOCALLOCAL00"),
		UserARN: orDefault(i.UserARN, "arn:aws:iam::"+account+":user/local"),
	}
	if c.g.cfg.Kind != REST {
		c.grant = map[string]any{"iam": map[string]any{
			"accessKey": c.caller.AccessKey, "accountId": account, "callerId": c.caller.UserID, "cognitoIdentity": nil,
			"principalOrgId": nil, "userArn": c.caller.UserARN, "userId": c.caller.UserID,
		}}
	}
	return nil
}

// credential returns the credential scope of a signed request: key/date/region/service/aws4_request.
func (c *call) credential() (string, *failure) {
	if query := c.query(); query.Has("X-Amz-Signature") || query.Has("X-Amz-Algorithm") {
		return signedWith("AWS query-string parameters must include '%s'. ", query.Get,
			"X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-SignedHeaders", "X-Amz-Date")
	}
	text := c.r.Header.Get("Authorization")
	if text == "" {
		return "", &failure{reason: unsigned}
	}
	fields := make(map[string]string)
	rest, _ := strings.CutPrefix(text, "AWS4-HMAC-SHA256 ") // any other scheme lacks the fields
	for field := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	credential, fail := signedWith("Authorization header requires '%s' parameter. ",
		func(name string) string { return fields[name] }, "Credential", "Signature", "SignedHeaders")
	if fail == nil && c.r.Header.Get("X-Amz-Date") == "" && c.r.Header.Get("Date") == "" {
		return "", incomplete("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	return credential, fail
}

// signedWith makes sure that a signature has all of its fields, and returns the one that is called a credential.
func signedWith(message string, get func(string) string, names ...string) (credential string, fail *failure) {
	var missing strings.Builder
	for _, name := range names {
		if get(name) == "" {
			fmt.Fprintf(&missing, message, name)
		}
		if strings.HasSuffix(name, "Credential") {
			credential = get(name)
		}
	}
	if missing.Len() > 0 {
		return "", incomplete(missing.String())
	}
	return credential, nil
}

func incomplete(message string) *failure {
	return &failure{reason: badSignature, kind: "IncompleteSignatureException", message: message}
}
