package gateway

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPolicy(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/users/1"
	for _, tc := range []struct {
		statements string
		want       verdict
	}{
		{`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"` + arn + `"}`, allow},
		{`{"Effect":"Allow","Action":"EXECUTE-API:invoke","Resource":"arn:aws:execute-api:*:*:abc/*/GET/*"}`, allow},
		{`{"Effect":"Allow","Action":"execute-api:*","Resource":"*/prod/GET/users/?"}`, allow},
		{`{"Effect":"Allow","Action":"execute-api:*","Resource":"*/prod/GET/users/??"}`, implicitDeny},
		{`{"Effect":"Allow","Action":"execute-api:Invoke","Resource":"*/POST/*"}`, implicitDeny},
		{`{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}`, implicitDeny},
		{`{"Effect":"Allow","NotAction":"s3:*","NotResource":"*/POST/*"}`, allow},
		{`{"Effect":"Allow","NotAction":"execute-api:*","Resource":"*"}`, implicitDeny},
		{`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*/users/*"}`, explicitDeny},
		{`{"Effect":"Deny","Action":"*","Resource":"*/admin/*"},{"Effect":"Allow","Action":"*","Resource":["x","*"]}`, allow},
	} {
		var p policy
		require.NoError(t, json.Unmarshal([]byte(`{"Statement":[`+tc.statements+`]}`), &p))
		require.NoError(t, p.check())
		require.Equal(t, tc.want, p.evaluate(arn), tc.statements)
	}
	for _, bad := range []string{
		`{"Effect":"allow","Action":"*","Resource":"*"}`, `{"Effect":"Allow","Resource":"*"}`, `{"Effect":"Allow","Action":"*"}`,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"a":1}}`, `{"Effect":"Allow","Action":"*","NotAction":"*","Resource":"*"}`,
	} {
		var p policy
		require.NoError(t, json.Unmarshal([]byte(`{"Statement":`+bad+`}`), &p))
		require.Error(t, p.check(), bad)
	}
	for _, bad := range []string{
		`{"Effect":"Allow","NotAction":null,"Resource":"*"}`, `{"Effect":"Allow","Action":"*","NotResource":[]}`,
	} {
		var p policy
		require.Error(t, json.Unmarshal([]byte(`{"Statement":`+bad+`}`), &p), bad)
	}
}

// FuzzMatchWild compares with a matcher that tries everything.
func FuzzMatchWild(f *testing.F) {
	for _, seed := range [][2]string{{"*", ""}, {"a*b?c", "axxbyc"}, {"**a", "ba"}, {"?", ""}, {"a*a*a", "aaaa"}, {"*/GET/*", "x/GET/y"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 20 || len(s) > 20 || strings.Count(pattern, "*") > 5 {
			t.Skip("the slow matcher takes too long")
		}
		require.Equal(t, matchSlow(pattern, s), matchWild(pattern, s), "%q %q", pattern, s)
	})
}

func matchSlow(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '*' {
		return matchSlow(pattern[1:], s) || s != "" && matchSlow(pattern, s[1:])
	}
	return s != "" && (pattern[0] == '?' || pattern[0] == s[0]) && matchSlow(pattern[1:], s[1:])
}
