package gateway_test

import (
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/gateway"
)

const signed = "AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/us-east-1/execute-api/aws4_request, SignedHeaders=host;x-amz-date, Signature=abc"

func iamGateway(t *testing.T, kind gateway.Kind, i gateway.IAM) *gateway.Gateway {
	path := "$default"
	if kind == gateway.REST {
		path = "/{proxy+}"
	}
	return newGateway(t, gateway.Config{Kind: kind}, gateway.Route{Path: path, Integration: gateway.Proxy(event), Authorizer: i})
}

// TestIAMRefuses: what is not signed, or not in the right form, in the words of each service.
func TestIAMRefuses(t *testing.T) {
	rest, web, fnURL := iamGateway(t, gateway.REST, gateway.IAM{}), iamGateway(t, gateway.HTTP, gateway.IAM{}), iamGateway(t, gateway.FunctionURL, gateway.IAM{})
	w := do(rest, "GET", "/x", "")
	require.Equal(t, 403, w.Code)
	require.Equal(t, `{"message":"Missing Authentication Token"}`, w.Body.String())
	require.Equal(t, "MissingAuthenticationTokenException", w.Header().Get("X-Amzn-Errortype"))
	for _, target := range []string{"/x", "/x?X-Amz-Signature=1"} {
		w = do(web, "GET", target, "")
		require.Equal(t, 403, w.Code)
		require.Equal(t, `{"message":"Forbidden"}`, w.Body.String())
		w = do(fnURL, "GET", target, "")
		require.Equal(t, 403, w.Code)
		require.Equal(t, `{"Message":"Forbidden"}`, w.Body.String())
	}
	const form, wrong = "IncompleteSignatureException", "InvalidSignatureException"
	for name, tc := range map[string]struct{ authorization, kind, message string }{
		"another scheme": {"Bearer x", form, "Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. "},
		"no signature":   {"AWS4-HMAC-SHA256 Credential=a/b/c/execute-api/aws4_request, SignedHeaders=host", form, "Authorization header requires 'Signature' parameter. "},
		"short scope":    {"AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=x", form, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term"},
		"wrong service":  {"AWS4-HMAC-SHA256 Credential=a/b/c/s3/aws4_request, SignedHeaders=host, Signature=x", wrong, "Credential should be scoped to correct service: 'execute-api'. "},
	} {
		w := do(rest, "GET", "/x", "", "Authorization", tc.authorization, "X-Amz-Date", "20260101T000000Z")
		require.Equal(t, 403, w.Code, name)
		require.Equal(t, tc.kind, w.Header().Get("X-Amzn-Errortype"), name)
		require.JSONEq(t, `{"message":"`+tc.message+`"}`, w.Body.String(), name)
	}
	w = do(rest, "GET", "/x", "", "Authorization", signed)
	require.JSONEq(t, `{"message":"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "}`, w.Body.String())
	w = do(rest, "GET", "/x?X-Amz-Algorithm=AWS4-HMAC-SHA256", "")
	require.Contains(t, w.Body.String(), "AWS query-string parameters must include 'X-Amz-Signature'. ")
	w = do(fnURL, "GET", "/x", "", "Authorization", signed, "X-Amz-Date", "20260101T000000Z")
	require.Equal(t, 403, w.Code, "a function URL wants a signature for lambda")
}

// TestIAMEvents: what a function sees of the caller.
func TestIAMEvents(t *testing.T) {
	context := func(g *gateway.Gateway, target, authorization string) object {
		t.Helper()
		var header []string
		if authorization != "" {
			header = []string{"Authorization", authorization, "X-Amz-Date", "20260101T000000Z"}
		}
		w := do(g, "GET", target, "", header...)
		require.Equal(t, 200, w.Code, w.Body)
		return eventOf(t, w.Body.String())["requestContext"].(object)
	}
	rest := context(iamGateway(t, gateway.REST, gateway.IAM{}), "/x", signed)
	require.NotContains(t, rest, "authorizer")
	identity := rest["identity"].(object)
	for name, want := range map[string]any{
		"accessKey": "AKIDLOCAL", "accountId": "123456789012", "caller": "AIDALOCALLOCALLOCAL00", "user": "AIDALOCALLOCALLOCAL00",
		"userArn": "arn:aws:iam::123456789012:user/local", "cognitoIdentityId": nil, "principalOrgId": nil,
	} {
		require.Contains(t, identity, name)
		require.Equal(t, want, identity[name], name)
	}
	caller := object{"iam": object{
		"accessKey": "AKIDLOCAL", "accountId": "123456789012", "callerId": "AIDAKIM", "cognitoIdentity": nil, "principalOrgId": nil,
		"userArn": "arn:aws:iam::123456789012:user/kim", "userId": "AIDAKIM",
	}}
	kim := gateway.IAM{UserARN: "arn:aws:iam::123456789012:user/kim", UserID: "AIDAKIM"}
	require.Equal(t, caller, context(iamGateway(t, gateway.HTTP, kim), "/x", signed)["authorizer"])
	presigned := url.Values{"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {"AKIDLOCAL/20260101/us-east-1/lambda/aws4_request"},
		"X-Amz-Date": {"20260101T000000Z"}, "X-Amz-Expires": {"60"}, "X-Amz-SignedHeaders": {"host"}, "X-Amz-Signature": {"abc"}}
	require.Equal(t, caller, context(iamGateway(t, gateway.FunctionURL, kim), "/x?"+presigned.Encode(), "")["authorizer"])
}
