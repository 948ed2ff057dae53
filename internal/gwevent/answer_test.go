package gwevent

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// answers is one answer a row; a want of 0 means malformed. The recorded cases of REST APIs are restated here so that
// they hold where the recordings are absent.
var answers = []struct {
	src     Source
	payload string
	want    int
	body    string
	header  string // name: value, joined with commas
}{
	{REST, `{"statusCode":200}`, 200, "", "Content-Type: application/json"},
	{REST, `{"statusCode":200,"headers":{"a":"v","b":true,"c":5,"d":null}}`, 200, "", "B: true"},
	{REST, `{"statusCode":200,"headers":null,"multiValueHeaders":null,"body":null}`, 200, "", ""},
	{REST, `{"headers":{"a":"v"}}`, 200, "", "A: v"},
	{REST, `{"statusCode":"201"}`, 201, "", ""},
	{REST, `{"statusCode":200.0}`, 200, "", ""},
	{REST, `{"statusCode":200,"multiValueHeaders":{"tesT-m":["1","2"]},"headers":{"test-M":"3"}}`, 200, "", "Test-M: 1,2,3"},
	{REST, `{"statusCode":200,"multiValueHeaders":{"a":["1","1"]},"headers":{"A":"1"}}`, 200, "", "A: 1,1"},
	{REST, `{"statusCode":200,"body":"aGk=","isBase64Encoded":true}`, 200, "hi", ""},
	{REST, `{"statusCode":200,"body":"aGk=","isBase64Encoded":"false"}`, 200, "aGk=", ""},
	{REST, `{"statusCode":200,"body":5}`, 200, "5", ""},
	{REST, `{"statusCode":404,"body":"no"}`, 404, "no", ""},
	{REST, ``, 0, "", ""},
	{REST, `null`, 0, "", ""},
	{REST, `{}`, 0, "", ""},
	{REST, `[]`, 0, "", ""},
	{REST, `"text"`, 0, "", ""},
	{REST, `{"statusCode":200} x`, 0, "", ""},
	{REST, `{"statusCode":200,"cookies":[]}`, 0, "", ""},
	{REST, `{"StatusCode":200}`, 0, "", ""},
	{REST, `{"statusCode":"test"}`, 0, "", ""},
	{REST, `{"statusCode":200.5}`, 0, "", ""},
	{REST, `{"statusCode":0}`, 0, "", ""},
	{REST, `{"statusCode":100}`, 0, "", ""},
	{REST, `{"statusCode":600}`, 0, "", ""},
	{REST, `{"statusCode":1e300}`, 0, "", ""},
	{REST, `{"statusCode":[200]}`, 0, "", ""},
	{REST, `{"statusCode":200,"body":{}}`, 0, "", ""},
	{REST, `{"statusCode":200,"headers":[]}`, 0, "", ""},
	{REST, `{"statusCode":200,"headers":{"a":["v"]}}`, 0, "", ""},
	{REST, `{"statusCode":200,"multiValueHeaders":{"a":"v"}}`, 0, "", ""},
	{REST, `{"statusCode":200,"headers":{"a":"v\r\nb: c"}}`, 0, "", ""},
	{REST, `{"statusCode":200,"headers":{"a b":"v"}}`, 0, "", ""},
	{REST, `{"statusCode":200,"headers":{"":"v"}}`, 0, "", ""},
	{REST, `{"statusCode":200,"body":"***","isBase64Encoded":true}`, 0, "", ""},
	{REST, `{"statusCode":200,"isBase64Encoded":"maybe"}`, 0, "", ""},
	{REST, `{"statusCode":201,"headers":{"Content-Type":"text/csv"}}` + "\x00\x00\x00\x00\x00\x00\x00\x00" + "a\x00\xff", 201, "a\x00\xff", "Content-Type: text/csv"},
	{REST, "{\"statusCode\":200}\x00\x00\x00\x00\x00\x00\x00body", 0, "", ""}, // seven
	{REST, "\x00\x00\x00\x00\x00\x00\x00\x00body", 0, "", ""},
	{FunctionURL, `{"statusCode":200,"headers":{},"cookies":["a=1","b=2"]}` + "\x00\x00\x00\x00\x00\x00\x00\x00", 200, "", "Set-Cookie: a=1,b=2"},
	{HTTPAPI, `{"statusCode":200}` + "\x00\x00\x00\x00\x00\x00\x00\x00body", 0, "", ""}, // it cannot stream

	{HTTPAPI, `"Hello"`, 200, "Hello", "Content-Type: application/json"},
	{HTTPAPI, ` {"message": "hi"} `, 200, `{"message": "hi"}`, "Content-Type: application/json"},
	{HTTPAPI, `[1]`, 200, `[1]`, ""},
	{HTTPAPI, `{"statusCode":201,"body":"x","cookies":["a=1","b=2"],"unknown":1}`, 201, "x", "Set-Cookie: a=1,b=2"},
	{HTTPAPI, `{"statusCode":200,"headers":{"content-type":"text/csv"}}`, 200, "", "Content-Type: text/csv"},
	{HTTPAPI, `{"statusCode":200}`, 200, "", "Content-Type: text/plain;charset=UTF-8"},
	{HTTPAPI, `{"statusCode":200,"multiValueHeaders":{"a":["v"]}}`, 200, "", "A: "},
	{HTTPAPI, `{"statusCode":null}`, 0, "", ""},
	{HTTPAPI, `{"statusCode":"x"}`, 0, "", ""},
	{HTTPAPI, `{"statusCode":200,"cookies":"a=1"}`, 0, "", ""},
	{HTTPAPI, `{"statusCode":200,"cookies":["a\n"]}`, 0, "", ""},
	{HTTPAPI, `{"statusCode":200,"body":{}}`, 0, "", ""},
	{HTTPAPI, `{"statusCode":200,"headers":5}`, 0, "", ""},
	{HTTPAPI, `nope`, 0, "", ""},
	{FunctionURL, `{"statusCode":200,"body":"x"}`, 200, "x", "Content-Type: application/json"},

	{ALB, `{"statusCode":200,"statusDescription":"200 OK","headers":{"A":"v"},"body":"x"}`, 200, "x", "A: v"},
	{ALB, `{"statusCode":200,"multiValueHeaders":null}`, 200, "", "Content-Type: application/octet-stream"},
	{ALB, `{"statusCode":200,"headers":null,"multiValueHeaders":{"A":["v"]}}`, 0, "", ""},
	{ALB, `{"statusCode":200,"headers":{"A":1}}`, 0, "", ""},
	{ALB, `{"statusCode":200,"headers":{"A":null}}`, 0, "", ""},
	{ALB, `{"statusCode":"200"}`, 0, "", ""},
	{ALB, `{"body":"x"}`, 0, "", ""},
	{ALB, `{"statusCode":200,"isBase64Encoded":"true"}`, 0, "", ""},
	{ALB, `{"statusCode":200,"body":5}`, 0, "", ""},
	{ALB, `"text"`, 0, "", ""},
	{ALBMultiValue, `{"statusCode":200,"headers":null,"multiValueHeaders":{"A":["1","2"]}}`, 200, "", "A: 1,2"},
	{ALBMultiValue, `{"statusCode":200,"multiValueHeaders":{"A":"1"}}`, 0, "", ""},
	{ALBMultiValue, `{"statusCode":200,"multiValueHeaders":null}`, 0, "", ""},
	{Source(99), `{}`, 0, "", ""},
}

func TestParseAnswer(t *testing.T) {
	for _, tc := range answers {
		t.Run(tc.src.String()+" "+tc.payload, func(t *testing.T) {
			a, err := ParseAnswer(tc.src, []byte(tc.payload))
			if tc.want == 0 {
				malformed := new(MalformedError)
				require.ErrorAs(t, err, &malformed)
				require.Equal(t, tc.src, malformed.Source)
				require.Contains(t, err.Error(), malformed.Reason)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, a.Status)
			require.Equal(t, tc.body, string(a.Body))
			if name, value, ok := strings.Cut(tc.header, ": "); ok {
				require.Equal(t, value, strings.Join(a.Header[name], ","))
			}
		})
	}
}

func TestALBAnswerLimit(t *testing.T) {
	fits := `{"statusCode":200,"body":"` + strings.Repeat("x", 1<<20-len(`{"statusCode":200,"body":""}`)) + `"}`
	_, err := ParseAnswer(ALB, []byte(fits))
	require.NoError(t, err)
	_, err = ParseAnswer(ALB, []byte(fits+" "))
	require.ErrorContains(t, err, "the limit is 1048576")
}

func TestWriteTo(t *testing.T) {
	for _, tc := range []struct {
		status int
		body   string
	}{{200, "hello"}, {204, ""}, {304, ""}} {
		a := &Answer{Status: tc.status, Body: []byte("hello"), Header: http.Header{
			"Content-Length": {"99"}, "Transfer-Encoding": {"chunked"}, "Set-Cookie": {"a=1", "b=2"},
		}}
		rec := httptest.NewRecorder()
		require.NoError(t, a.WriteTo(rec))
		require.Equal(t, tc.status, rec.Code)
		require.Equal(t, tc.body, rec.Body.String())
		require.Equal(t, http.Header{"Set-Cookie": {"a=1", "b=2"}}, rec.Result().Header)
	}
}

func TestRemapHeaders(t *testing.T) {
	h := http.Header{"Www-Authenticate": {"Basic"}, "Date": {"x"}, "Transfer-Encoding": {"chunked"}, "Etag": {"1"}}
	RemapHeaders(h)
	require.Equal(t, http.Header{"X-Amzn-Remapped-Www-Authenticate": {"Basic"}, "X-Amzn-Remapped-Date": {"x"}, "Etag": {"1"}}, h)
}

func TestDecodesFor(t *testing.T) {
	for _, tc := range []struct {
		accept string
		types  []string
		want   bool
	}{
		{"image/png", nil, false},
		{"image/png", []string{"image/png"}, true},
		{"IMAGE/png;q=1, x/y", []string{"image/PNG"}, true},
		{"x/y, image/png", []string{"image/png"}, false},
		{"*/*", []string{"image/png"}, false},
		{"*/test", []string{"*/test"}, false},
		{"a/test", []string{"*/test"}, false},
		{"image/anything", []string{"image/*"}, true},
		{"imagery/anything", []string{"image/*"}, false},
		{"", []string{"image/*"}, false},
		{"", []string{"*/*"}, true},
	} {
		require.Equal(t, tc.want, DecodesFor(tc.accept, tc.types), "%q %v", tc.accept, tc.types)
	}
}

// FuzzParseAnswer: whatever a function returns, there is an answer that net/http can send, or a *MalformedError.
func FuzzParseAnswer(f *testing.F) {
	for _, tc := range answers {
		f.Add(int(tc.src), []byte(tc.payload))
	}
	f.Fuzz(func(t *testing.T, src int, payload []byte) {
		a, err := ParseAnswer(Source(src), payload)
		if err != nil {
			require.ErrorAs(t, err, new(*MalformedError))
			require.Nil(t, a)
			return
		}
		prelude, _, _ := bytes.Cut(payload, streamMark)
		require.True(t, json.Valid(prelude))
		require.True(t, a.Status >= 200 && a.Status <= 599)
		require.NotEmpty(t, a.Header["Content-Type"])
		for name, values := range a.Header {
			require.Equal(t, http.CanonicalHeaderKey(name), name)
			for _, value := range values {
				require.False(t, strings.ContainsAny(name+value, "\r\n\x00"))
			}
		}
		require.NoError(t, a.WriteTo(httptest.NewRecorder()))
	})
}

// FuzzNew: whatever the client sends, the event is JSON and holds the query that was sent.
func FuzzNew(f *testing.F) {
	f.Add(0, "/capture/space%20value", "a=1&a=2&b=%zz", "x", "v", []byte("body"))
	f.Add(1, "//evil.com/x", "a=1;b=2", "Cookie", "a=1;;b", []byte{0xff})
	f.Add(4, "/%2F", "&&=", "X-Forwarded-For", "\xff", []byte(nil))
	f.Fuzz(func(t *testing.T, src int, path, query, name, value string, body []byte) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.URL.Path, r.URL.RawQuery = path, query
		r.Header[name] = []string{value}
		payload, err := New(r, Options{Source: Sources()[uint(src)%5]})
		require.NoError(t, err)
		require.True(t, json.Valid(payload))
	})
}
