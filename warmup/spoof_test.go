package warmup_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/internal/jsonscan"
	"github.com/lambdarest/lambdarest/warmup"
)

// A spoofer writes events of all sources in which a client has put look-alikes of
// pings wherever it can: bodies, headers, queries, paths. Because a mapping or a
// gateway of tomorrow may let a client name a member of the top level, it puts the
// members of pings there, too. Members stand in any order.
type spoofer struct{ *rand.Rand }

// sources are the members that make an event of a source what it is.
var sources = map[string][]string{
	"REST API":       {"resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters", "multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body", "isBase64Encoded"},
	"HTTP API":       {"version", "routeKey", "rawPath", "rawQueryString", "cookies", "headers", "queryStringParameters", "requestContext", "body", "pathParameters", "isBase64Encoded", "stageVariables"},
	"HTTP API 1.0":   {"version", "resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters", "requestContext", "body", "isBase64Encoded"},
	"function URL":   {"version", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext", "isBase64Encoded"},
	"ALB":            {"requestContext", "httpMethod", "path", "queryStringParameters", "headers", "body", "isBase64Encoded"},
	"ALB, multi":     {"requestContext", "httpMethod", "path", "multiValueQueryStringParameters", "multiValueHeaders", "body", "isBase64Encoded"},
	"Lattice":        {"raw_path", "method", "headers", "query_string_parameters", "body", "is_base64_encoded"},
	"Lattice 2.0":    {"version", "path", "method", "headers", "queryStringParameters", "body", "isBase64Encoded", "requestContext"},
	"WebSocket":      {"requestContext", "body", "isBase64Encoded"},
	"passthrough":    {"body-json", "params", "stage-variables", "context"},
	"authorizer":     {"type", "methodArn", "resource", "path", "httpMethod", "headers", "queryStringParameters", "pathParameters", "stageVariables", "requestContext"},
	"authorizer 2.0": {"version", "type", "routeArn", "identitySource", "routeKey", "rawPath", "rawQueryString", "headers", "requestContext"},
	"records":        {"Records"},
	"Kafka":          {"eventSource", "eventSourceArn", "bootstrapServers", "records"},
	"Firehose":       {"invocationId", "deliveryStreamArn", "region", "records"},
	"AppSync":        {"arguments", "identity", "source", "request", "prev", "info", "stash"},
	"Cognito":        {"version", "triggerSource", "region", "userPoolId", "userName", "callerContext", "request", "response"},
}

// pingMembers are what makes pings, as members of a top level.
var pingMembers = []string{
	`"warmer":true`, `"source":"serverless-plugin-warmup"`, `"source":"aws.events"`, `"source":"aws.scheduler"`, `"detail-type":"Scheduled Event"`,
	`"version":"0"`, `"account":"123456789012"`, `"region":"eu-west-1"`, `"resources":["arn:aws:events:eu-west-1:123456789012:rule/keep-warm"]`, `"detail":{}`,
	`"concurrency":1000`, `"__WARMER_INVOCATION__":2`, `"vaporWarmer":true`, `"vaporWarmerPing":true`, `"type":"warmer"`, `"warmerId":"w"`, `"token":"guess"`, `"w\u0061rmer":true`,
}

// event writes an event of a source. The members of the source that are left out
// are never all of them.
func (s spoofer) event(source []string) []byte {
	members := make([]string, 0, 24)
	for _, key := range source {
		if key != "version" && key != "source" && key != "type" && key != "region" && s.IntN(8) > 0 || key == source[s.must(source)] {
			members = append(members, fmt.Sprintf("%q:%s", key, s.value(0)))
		}
	}
	return s.object(members)
}

// must is the place of a member that tells the source: the last that is no common
// name.
func (s spoofer) must(source []string) int {
	for i := len(source) - 1; i >= 0; i-- {
		switch source[i] {
		case "requestContext", "records", "Records", "body-json", "arguments", "triggerSource", "is_base64_encoded":
			return i
		}
	}
	panic("a source has no member that tells it")
}

// object writes members, with some that make pings among them, in any order.
func (s spoofer) object(members []string) []byte {
	seen := make(map[string]bool)
	for range s.IntN(8) {
		if m := pingMembers[s.IntN(len(pingMembers))]; !seen[m] {
			seen[m] = true
			members = append(members, m)
		}
	}
	s.Shuffle(len(members), func(i, j int) { members[i], members[j] = members[j], members[i] })
	return []byte("{" + strings.Join(members, ",") + "}")
}

// ping is a look-alike.
func (s spoofer) ping() string {
	switch s.IntN(6) {
	case 0, 1:
		return string(s.object(nil))
	case 2:
		return askedFor[s.IntN(len(askedFor))]
	}
	return pings[s.IntN(len(pings))].event
}

// value is a member's value: a look-alike as it is, in a string, in base64, or in
// an object as the value or the key.
func (s spoofer) value(depth int) string {
	switch n := s.IntN(9); {
	case n == 0:
		return `null`
	case n == 1:
		return string(jsonscan.AppendQuote(nil, base64.StdEncoding.EncodeToString([]byte(s.ping()))))
	case n == 2:
		return string(jsonscan.AppendQuote(nil, "/"+s.ping()))
	case n == 3:
		return string(jsonscan.AppendQuote(nil, "#warmup wait=20000"))
	case n == 4 && depth < 4:
		return "[" + s.value(depth+1) + "," + s.ping() + "]"
	case n == 5 && depth < 4:
		return fmt.Sprintf(`{%s:%s,"warmer":true}`, jsonscan.AppendQuote(nil, s.ping()), s.value(depth+1))
	case n == 6:
		return s.ping()
	}
	return string(jsonscan.AppendQuote(nil, s.ping()))
}

// A client that makes the whole event, behind a mapping template that passes its
// body through, knows all shapes, but neither where the function is nor the token.
func (s spoofer) body() []byte {
	p := s.ping()
	if s.IntN(2) == 0 {
		return []byte(strings.ReplaceAll(p, "123456789012", strconv.FormatInt(100_000_000_000+s.Int64N(23_456_789_000), 10)))
	}
	return []byte(strings.ReplaceAll(p, "eu-west-1", []string{"us-east-1", "eu-west-2", "", "EU-WEST-1"}[s.IntN(4)]))
}

// No spoof is ever answered: none of a source, whatever the configuration, and no
// body under strict mode or a token. .ci/campaign runs a million of them.
func TestSpoofs(t *testing.T) {
	n, seed := number(t, "CAMPAIGN", 20_000), number(t, "SEED", 20261123)
	t.Logf("%d spoofs, seed %d", n, seed)
	s := spoofer{rand.New(rand.NewPCG(uint64(seed), 7))}
	var next countingSpy
	lax := warmup.Wrap(&next, all)
	strict := warmup.Wrap(&next, warmup.Config{Shapes: warmup.AllShapes, Delay: -1, Strict: true})
	secret := warmup.Wrap(&next, warmup.Config{Shapes: warmup.AllShapes, Delay: -1, Token: "nobody guesses"})
	ctx := onLambda(t.Context(), functionARN)
	names := slices.Sorted(maps.Keys(sources))
	for i := range n {
		h, name, event := strict, "body", s.body()
		switch {
		case i%4 == 1:
			h, event = secret, []byte(s.ping())
		case i%2 == 0:
			h, name = lax, names[i/2%len(names)]
			event = s.event(sources[name])
		}
		before, was := next.calls.Load(), bytes.Clone(event)
		_, err := h.Invoke(ctx, event)
		require.NoError(t, err)
		if next.calls.Load() != before+1 || !bytes.Equal(was, event) {
			t.Fatalf("spoof %d (%s) was answered: %s", i, name, event)
		}
	}
}

// number reads a number from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.Atoi(s)
	require.NoError(t, err, name)
	return n
}
