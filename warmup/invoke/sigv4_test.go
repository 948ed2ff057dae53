package invoke

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/stretchr/testify/require"
)

// The keys, the time and the service of AWS's published test suite for Signature
// Version 4.
var (
	suiteKeys = credentials{id: "AKIDEXAMPLE", secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
	suiteTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
)

// Signatures of that suite, and of requests to Lambda as the SDK's signer recorded
// them.
func TestRecordedSignatures(t *testing.T) {
	for _, tt := range []struct {
		name, method, url string
		header            map[string]string
		body, token       string
		region, service   string
		want              string
	}{
		{"get-vanilla", "GET", "https://example.amazonaws.com/", nil, "", "", "us-east-1", "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "https://example.amazonaws.com/", nil, "", "", "us-east-1", "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"get-header-value-trim", "GET", "https://example.amazonaws.com/", map[string]string{"My-Header1": " value1", "My-Header2": ` "a   b   c"`}, "", "", "us-east-1", "service", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{"Lambda", "POST", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Aorders%3Alive/invocations",
			map[string]string{"Content-Type": "application/json", "X-Amz-Invocation-Type": "Event"}, `{"warmer":true}`, "SESSION", "eu-west-1", "lambda", "b95d0dd80abe117da8a82cb2ae9e3da4b6ccad9e0d3b6d9a8484cd469735b56b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req := request(t, tt.method, tt.url, tt.header, tt.body)
			keys := suiteKeys
			keys.token = tt.token
			sign(req, []byte(tt.body), keys, tt.region, tt.service, suiteTime)
			_, signature, _ := strings.Cut(req.Header.Get("Authorization"), "Signature=")
			require.Equal(t, tt.want, signature)

			theirs, err := sdkAuthorization(request(t, tt.method, tt.url, tt.header, tt.body), []byte(tt.body), keys, tt.region, tt.service, suiteTime)
			require.NoError(t, err)
			require.Equal(t, theirs, req.Header.Get("Authorization"))
		})
	}
}

func request(t *testing.T, method, url string, header map[string]string, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	return req
}

// sdkAuthorization is what the SDK's signer makes of a request.
func sdkAuthorization(req *http.Request, body []byte, c credentials, region, service string, now time.Time) (string, error) {
	err := v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token},
		req, hexSum(body), service, region, now)
	return req.Header.Get("Authorization"), err
}

// Whatever the request, the SDK's signer makes the same signature.
func FuzzSign(f *testing.F) {
	f.Add("POST", "https://lambda.eu-west-1.amazonaws.com/2015-03-31/functions/a%3Ab/invocations", "Content-Type", "application/json", []byte(`{"warmer":true}`), "token", uint32(1440938160))
	f.Add("GET", "https://example.com:443/a b/%2F/é/../x//", "X-Amz-Meta", "  two   spaces  ", []byte{}, "", uint32(0))
	f.Add("PUT", "http://127.0.0.1:8080", "x-amzn-trace-id", "Root=1", []byte("body"), "", uint32(1e9))
	f.Add("GET", "http://example.com:80/%zz", "User-Agent", "x", []byte(nil), "t", uint32(1))
	f.Add("GET", "https://[::1]:443/~-._!*'()", "Expect", "x", []byte(nil), "t", uint32(1<<31))
	f.Add("", "https://exa]ple.com:443/", "X-Amz-Meta", "\x88 two   spaces  ", []byte{}, "", uint32(69)) // no name of a host
	f.Add("", "https://example.com:443/", "X-Amz-Meta", "\x88 two   spaces  ", []byte{}, "\xcf8\xeb0", uint32(69))
	f.Fuzz(func(t *testing.T, method, url, header, value string, body []byte, token string, at uint32) {
		now := time.Unix(int64(at), 0)
		keys := credentials{id: "AKID", secret: "secret", token: token}
		make := func() *http.Request {
			req, err := http.NewRequest(method, url, bytes.NewReader(body))
			if err != nil || req.URL.Opaque != "" || req.URL.RawQuery != "" || strings.ContainsAny(req.URL.Host, "[]") {
				t.Skip("not a request to AWS")
			}
			req.Header.Set(header, value)
			if req.Header.Get("Host")+req.Header.Get("Content-Length")+req.Header.Get("X-Amz-Date")+req.Header.Get("X-Amz-Security-Token") != "" {
				t.Skip("net/http ignores the first two, and signers overwrite the others")
			}
			return req
		}
		for _, s := range []string{value, token} {
			if strings.TrimSpace(s) != strings.Trim(s, " ") {
				t.Skip("control characters are in no header; the SDK trims more than what was specified")
			}
		}
		own, theirs := make(), make()
		if own.URL.Port() != "" && strings.TrimSuffix(own.Host, ":"+own.URL.Port()) == own.Host {
			t.Skip("net/url and the Host header disagree on the port")
		}
		sign(own, body, keys, "eu-west-1", "lambda", now)
		want, err := sdkAuthorization(theirs, body, keys, "eu-west-1", "lambda", now)
		require.NoError(t, err)
		require.Equal(t, want, own.Header.Get("Authorization"))
		require.Equal(t, theirs.Host, own.Host)
	})
}

func TestSignPrintsNoSecrets(t *testing.T) {
	req := request(t, "POST", "https://example.com", nil, "")
	sign(req, nil, credentials{id: "AKID", secret: "s3cr3t", token: "t"}, "r", "s", suiteTime)
	for name, values := range req.Header {
		require.NotContains(t, strings.Join(values, ""), "s3cr3t", name)
	}
}
