package dynamotest_test

import (
	"hash/crc32"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
)

// What DynamoDB says before it looks at an operation: method, Content-Type, JSON,
// target, signature, in that order.
func TestDoor(t *testing.T) {
	const (
		coral         = `{"__type":"com.amazon.coral.service#`
		unknown       = coral + `UnknownOperationException"}`
		serialization = coral + `SerializationException"}`
		missing       = coral + `MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`
		double        = coral + `InvalidSignatureException","message":"Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."}`
		incomplete    = coral + `IncompleteSignatureException","message":"`
		reexamine     = `Re-examine the query-string parameters."}`
		notFound      = "<UnknownOperationException/>\n"
		json1, plain  = "application/x-amz-json-1.0", "application/json"
		list          = "X-Amz-Target: DynamoDB_20120810.ListTables"
		signed        = "Authorization: AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=c"
		date          = "X-Amz-Date: 20260101T000000Z"
	)
	for _, row := range []struct {
		name, line, body string
		headers          []string
		status           int
		kind, answer     string
	}{
		{"health", "GET /", "", nil, 200, "", "healthy: dynamodb.us-east-1.amazonaws.com "},
		{"options", "OPTIONS /", "", nil, 404, "", notFound},
		{"put", "PUT /", "", nil, 404, "", notFound},
		{"delete", "DELETE /", "{}", []string{"Content-Type: " + json1, list, signed, date}, 404, "", notFound},
		{"no content type", "POST /", "{}", []string{list, signed, date}, 404, "", notFound},
		{"other content type", "POST /", "{}", []string{"Content-Type: application/x-amz-json-1.1", list, signed, date}, 404, "", notFound},
		{"almost the content type", "POST /", "{}", []string{"Content-Type: application/jsonasdf", list, signed, date}, 404, "", notFound},
		{"not JSON", "POST /", "hi", []string{"Content-Type: " + json1}, 400, json1, serialization},
		{"not JSON, parameters", "POST /", "hi", []string{"Content-Type:   application/json  ;   asfd"}, 400, plain, serialization},
		{"not JSON for an operation", "POST /", "hi", []string{"Content-Type: " + json1, list}, 400, json1, serialization},
		{"nothing", "POST /", "", nil, 400, plain, unknown},
		{"no target", "POST /", "{}", []string{"Content-Type: " + json1}, 400, json1, unknown},
		{"charset", "POST /", "{}", []string{"Content-Type: application/json;charset=utf-8"}, 400, plain, unknown},
		{"unknown target", "POST /", "", []string{"X-Amz-Target: whatever", signed, date}, 400, plain, unknown},
		{"unknown operation", "POST /", "", []string{"X-Amz-Target: DynamoDB_20120810.ListTable", signed, date}, 400, plain, unknown},
		{"unsigned", "POST /", "", []string{list}, 400, plain, missing},
		{"unsigned, with a body", "POST /", "{}", []string{"Content-Type: " + json1, list}, 400, json1, missing},
		{"other scheme", "POST /", "", []string{list, "Authorization: AWS4"}, 400, plain, missing},
		{"other parameter", "POST /?X-Amz-Algorith", "", []string{list, "Authorization: X"}, 400, plain, missing},
		{"query without algorithm", "POST /?X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d", "", []string{list}, 400, plain, missing},
		{"both ways", "POST /?X-Amz-Algorithm", "", []string{list, "Authorization: X"}, 400, plain, double},
		{"nothing but the scheme", "POST /", "", []string{list, "Authorization: AWS4-"}, 400, plain, incomplete + "Authorization header requires 'Credential' parameter. " +
			"Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. " +
			`Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=AWS4-"}`},
		{"spaces", "POST /", "", []string{list, "Date: a", "Authorization: AWS4- Signature=b Credential=a"}, 400, plain,
			incomplete + `Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b Credential=a"}`},
		{"commas", "POST /", "", []string{list, "Date: a", "Authorization: AWS4- Signature=b,Credential=a"}, 400, plain,
			incomplete + `Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b,Credential=a"}`},
		{"empty query", "POST /?X-Amz-Algorithm", "", []string{list}, 400, plain, incomplete + "AWS query-string parameters must include 'X-Amz-Algorithm'. " +
			"AWS query-string parameters must include 'X-Amz-Credential'. AWS query-string parameters must include 'X-Amz-Signature'. " +
			"AWS query-string parameters must include 'X-Amz-SignedHeaders'. AWS query-string parameters must include 'X-Amz-Date'. " + reexamine},
		{"short query", "POST /?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-Date=d", "", []string{list}, 400, plain,
			incomplete + "AWS query-string parameters must include 'X-Amz-SignedHeaders'. " + reexamine},
		{"signed, no body", "POST /", "", []string{list, signed, date}, 400, plain, serialization},
		{"signed", "POST /", "{}", []string{"Content-Type: application/json", list, signed, date}, 200, plain, `{"TableNames":[]}`},
		{"signed in the query", "POST /?X-Amz-Algorithm=a&X-Amz-Credential=b&X-Amz-Signature=c&X-Amz-SignedHeaders=d&X-Amz-Date=e", "{}",
			[]string{"Content-Type: " + json1, list}, 200, json1, `{"TableNames":[]}`},
	} {
		t.Run(row.name, func(t *testing.T) {
			method, path, _ := strings.Cut(row.line, " ")
			r := httptest.NewRequest(method, path, strings.NewReader(row.body))
			for _, h := range row.headers {
				name, value, _ := strings.Cut(h, ":")
				r.Header.Set(name, strings.TrimPrefix(value, " "))
			}
			w := httptest.NewRecorder()
			dynamotest.New().Handler().ServeHTTP(w, r)
			require.Equal(t, row.answer, w.Body.String())
			require.Equal(t, row.status, w.Code)
			require.Equal(t, row.kind, w.Header().Get("Content-Type"))
			require.Len(t, w.Header().Get("X-Amzn-Requestid"), 52)
			require.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(w.Body.Bytes())), 10), w.Header().Get("X-Amz-Crc32"))
		})
	}
}

func TestDoorLimitsBodies(t *testing.T) {
	for size, status := range map[int]int{16 << 20: http.StatusNotFound, 16<<20 + 1: http.StatusRequestEntityTooLarge} {
		w := httptest.NewRecorder()
		dynamotest.New().Handler().ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("a", size))))
		require.Equal(t, status, w.Code)
	}
}
