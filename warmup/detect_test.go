package warmup_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

const schedulerEvent = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.scheduler",` +
	`"account":"123456789012","time":"2026-05-04T10:05:00Z","region":"eu-west-1",` +
	`"resources":["arn:aws:scheduler:eu-west-1:123456789012:schedule/default/keep-warm"],"detail":"{}"}`

var pings = []struct{ name, event string }{
	{"EventBridge rule", ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/keep-warm")},
	{"EventBridge rule, no version", `{"detail-type":"Scheduled Event","source":"aws.events"}`},
	{"EventBridge rule, version a number", `{"version":0,"detail-type":"Scheduled Event","source":"aws.events"}`},
	{"EventBridge rule, other order", `{"detail":{"a":1,"a":2},"source":"aws.events","id":"1","detail-type":"Scheduled Event","version":"0"}`},
	{"EventBridge Scheduler, detail a string", schedulerEvent},
	{"EventBridge Scheduler, detail an object", strings.Replace(schedulerEvent, `"{}"`, `{}`, 1)},
	{"lambda-warmer", `{"warmer":true}`},
	{"lambda-warmer with concurrency", `{"warmer":true,"concurrency":3}`},
	{"lambda-warmer with target", `{"concurrency":"3","target":"orders:prod","warmer":true}`},
	{"lambda-warmer child", `{"warmer":true,"__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":3,"__WARMER_CORRELATIONID__":"c"}`},
	{"lambda-warmer array", `[{"warmer":true,"target":"a"},{"warmer":true,"target":"b"}]`},
	{"serverless-plugin-warmup", `{"source":"serverless-plugin-warmup"}`},
	{"serverless-plugin-warmup with payload", `{"source":"serverless-plugin-warmup","concurrency":3}`},
	{"serverless-plugin-warmup in a string", `"{\"source\":\"serverless-plugin-warmup\"}"`},
	{"white space", " \r\n\t{ \"warmer\" : true } \n"},
	{"escaped key", `{"w\u0061rmer":true}`},
}

// all is a configuration that takes whatever it can for a ping.
var all = warmup.Config{Shapes: warmup.AllShapes, Delay: -1}

// askedFor are pings of shapes that the zero Config does not answer.
var askedFor = []string{
	`"#warmup"`, `"#warmup wait=200"`,
	`{"vaporWarmer":true,"concurrency":10,"functionAlias":"prod","functionName":"app"}`, `{"vaporWarmerPing":true}`,
	`{"type":"warmer","warmerId":"warmer-abc","index":0,"concurrency":5,"delay":75}`,
	`{}`, `null`,
}

func TestPings(t *testing.T) {
	for _, tt := range pings {
		t.Run(tt.name, func(t *testing.T) { requireAnswered(t, tt.event, warmup.Config{}) })
	}
	for _, event := range askedFor {
		t.Run(event, func(t *testing.T) {
			requireAnswered(t, event, all)
			requirePassed(t, []byte(event), warmup.Config{})
		})
	}
}

var lookAlikes = []struct{ name, event string }{
	{"no event", ``},
	{"white space", " \n"},
	{"null", `null`},
	{"empty object", `{}`},
	{"empty array", `[]`},
	{"empty string", `""`},
	{"number", `1`},
	{"warmer false", `{"warmer":false}`},
	{"warmer null", `{"warmer":null}`},
	{"warmer a string", `{"warmer":"true"}`},
	{"warmer the string false", `{"warmer":"false"}`},
	{"warmer 1", `{"warmer":1}`},
	{"warmer an object", `{"warmer":{"warmer":true}}`},
	{"case of a key", `{"Warmer":true}`},
	{"case of a source key", `{"SOURCE":"serverless-plugin-warmup"}`},
	{"case of a value", `{"source":"Serverless-Plugin-Warmup"}`},
	{"source an object", `{"source":{"source":"serverless-plugin-warmup"}}`},
	{"source within an object", `{"Event":{"source":"serverless-plugin-warmup"}}`},
	{"scheduled event of somebody else", `{"detail-type":"Scheduled Event","source":"com.example"}`},
	{"other event of aws.events", `{"detail-type":"Something Else","source":"aws.events"}`},
	{"aws.events alone", `{"source":"aws.events"}`},
	{"HTTP payload version", `{"version":"2.0","detail-type":"Scheduled Event","source":"aws.events"}`},
	{"version 1", `{"version":1,"detail-type":"Scheduled Event","source":"aws.events"}`},
	{"duplicate, last false", `{"warmer":true,"warmer":false}`},
	{"duplicate, last true", `{"warmer":false,"warmer":true}`},
	{"duplicate, the same", `{"warmer":true,"warmer":true}`},
	{"duplicate of another key", `{"warmer":true,"a":1,"a":1}`},
	{"duplicate by escape", `{"warmer":true,"w\u0061rmer":false}`},
	{"duplicate source", `{"source":"order-service","source":"serverless-plugin-warmup"}`},
	{"trailing data", `{"warmer":true}x`},
	{"two events", `{"warmer":true}{"warmer":true}`},
	{"trailing comma", `{"warmer":true,}`},
	{"truncated", `{"warmer":true`},
	{"truncated literal", `{"warmer":tru}`},
	{"unquoted key", `{warmer:true}`},
	{"byte order mark", "\ufeff" + `{"warmer":true}`},
	{"not JSON behind", `{"warmer":true,"a":nope}`},
	{"mixed array", `[{"warmer":true},{"order":1}]`},
	{"mixed array, ping last", `[{"order":1},{"warmer":true}]`},
	{"array with a veto", `[{"warmer":true,"body":"x"}]`},
	{"array with a duplicate", `[{"warmer":true,"warmer":true}]`},
	{"array of arrays", `[[{"warmer":true}]]`},
	{"array of scheduled events", `[{"detail-type":"Scheduled Event","source":"aws.events"}]`},
	{"array of plugin pings", `[{"source":"serverless-plugin-warmup"}]`},
	{"array, trailing comma", `[{"warmer":true},]`},
	{"array, trailing data", `[{"warmer":true}]]`},
	{"array, truncated", `[{"warmer":true}`},
	{"lambda-warmer in a string", `"{\"warmer\":true}"`},
	{"string with more behind", `"{\"source\":\"serverless-plugin-warmup\"}x"`},
	{"string, trailing data", `"{\"source\":\"serverless-plugin-warmup\"}"1`},
	{"string in a string", `"\"{\\\"source\\\":\\\"serverless-plugin-warmup\\\"}\""`},
	{"string too long", `"{\"source\":\"serverless-plugin-warmup\"` + strings.Repeat(" ", 512) + `}"`},
	{"look-alike in a string", `{"note":"{\"warmer\":true}","items":[{"warmer":true}],"o":{"warmer":true}}`},
	{"too many keys", manyKeys(64)},
}

// manyKeys is a ping with n more keys.
func manyKeys(n int) string {
	var b strings.Builder
	b.WriteString(`{"warmer":true`)
	for i := range n {
		fmt.Fprintf(&b, `,"k%d":0`, i)
	}
	return b.String() + `}`
}

func TestLookAlikes(t *testing.T) {
	for _, tt := range lookAlikes {
		t.Run(tt.name, func(t *testing.T) { requirePassed(t, []byte(tt.event), warmup.Config{}) })
	}
	requireAnswered(t, manyKeys(63), warmup.Config{}) // the neighbour of "too many keys"
}

var vetoKeys = []string{
	"resource", "path", "httpMethod", "headers", "multiValueHeaders", "queryStringParameters",
	"multiValueQueryStringParameters", "pathParameters", "stageVariables", "requestContext", "body",
	"isBase64Encoded", "routeKey", "rawPath", "rawQueryString", "cookies",
	"method", "raw_path", "query_string_parameters", "is_base64_encoded",
	"body-json", "params", "Records", "records",
	"methodArn", "routeArn", "arguments", "triggerSource",
}

// TestVetoes puts each key that tells of a caller before and behind what makes a
// ping, whatever its value.
func TestVetoes(t *testing.T) {
	for _, key := range vetoKeys {
		t.Run(key, func(t *testing.T) {
			events := slices.Clone(askedFor)
			for _, ping := range pings {
				events = append(events, ping.event)
			}
			for _, event := range events {
				members, ok := strings.CutPrefix(strings.TrimSuffix(event, "}"), "{")
				if !ok || members == "" {
					continue
				}
				for _, value := range []string{`null`, `""`, `{"a":[1]}`} {
					requirePassed(t, fmt.Appendf(nil, `{%q:%s,%s}`, key, value, members), all)
					requirePassed(t, fmt.Appendf(nil, `{%s,%q:%s}`, members, key, value), all)
				}
			}
		})
	}
}

func TestRules(t *testing.T) {
	const arn = "arn:aws:events:eu-west-1:123456789012:rule/keep-warm"
	const schedule = "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/keep-warm"
	withResources := func(r string) string {
		return `{"source":"aws.events","detail-type":"Scheduled Event","resources":` + r + `}`
	}
	for _, tt := range []struct {
		name  string
		rules []string
		event string
		ping  bool
	}{
		{"the ARN", []string{arn}, ruleEvent(arn), true},
		{"the second of two", []string{"x", arn}, ruleEvent(arn), true},
		{"business rule", []string{arn}, ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/nightly-billing"), false},
		{"other account", []string{arn}, ruleEvent("arn:aws:events:eu-west-1:210987654321:rule/keep-warm"), false},
		{"longer name", []string{arn}, ruleEvent(arn + "-2"), false},
		{"shorter name", []string{arn}, ruleEvent(arn[:len(arn)-1]), false},
		{"schedule", []string{schedule}, schedulerEvent, true},
		{"other schedule", []string{arn}, schedulerEvent, false},
		{"empty rule", []string{""}, ruleEvent(arn), false},
		{"wildcard at the end", []string{"arn:aws:events:eu-west-1:123456789012:rule/keep-*"}, ruleEvent(arn), true},
		{"wildcard for nothing", []string{arn + "*"}, ruleEvent(arn), true},
		{"wildcards for fields", []string{"arn:*:events:*:*:rule/keep-warm"}, ruleEvent(arn), true},
		{"two wildcards in a field", []string{"arn:aws:events:*:*:rule/*-w*m"}, ruleEvent(arn), true},
		{"wildcard that must grow", []string{"arn:aws:events:*:*:rule/*arm"}, ruleEvent(arn), true},
		{"wildcards that do not fit", []string{"arn:aws:events:*:*:rule/*-x*"}, ruleEvent(arn), false},
		{"wildcard stops at a colon", []string{"arn:*:rule/keep-warm"}, ruleEvent(arn), false},
		{"no resources", []string{arn}, `{"source":"aws.events","detail-type":"Scheduled Event"}`, false},
		{"empty resources", []string{"*"}, withResources(`[]`), false},
		{"resources a string", []string{arn}, withResources(`"` + arn + `"`), false},
		{"resource a number", []string{"*"}, withResources(`[1]`), false},
		{"two resources, both listed", []string{arn}, withResources(`["` + arn + `","` + arn + `"]`), true},
		{"two resources, one listed", []string{arn}, withResources(`["` + arn + `","x"]`), false},
		{"other kinds need no rule", []string{arn}, `{"warmer":true}`, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if cfg := (warmup.Config{Rules: tt.rules}); tt.ping {
				requireAnswered(t, tt.event, cfg)
			} else {
				requirePassed(t, []byte(tt.event), cfg)
			}
		})
	}
}

// TestHostileEvents feeds what breaks recursive, quadratic or trusting parsers.
func TestHostileEvents(t *testing.T) {
	for _, event := range []string{
		strings.Repeat("[", 100_000),
		strings.Repeat(`{"a":`, 100_000),
		`{"warmer":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}`,
		`{"warmer":true,"a":` + strings.Repeat("[", 10_001) + strings.Repeat("]", 10_001) + `}`,
		`"` + strings.Repeat(`\`, 100_001),
		manyKeys(200_000),
		"[" + strings.Repeat(`{"a":1},`, 100_000) + `{"warmer":true}]`,
	} {
		requirePassed(t, []byte(event), warmup.Config{Rules: []string{strings.Repeat("*", 1000)}})
	}
	requireAnswered(t, `{"warmer":true,"a":`+strings.Repeat("[", 9_999)+strings.Repeat("]", 9_999)+`}`, warmup.Config{})
}

// TestTruncated cuts every ping at every byte.
func TestTruncated(t *testing.T) {
	for _, ping := range pings {
		event := strings.TrimSpace(ping.event)
		for n := range len(event) {
			requirePassed(t, []byte(event[:n]), all)
		}
	}
	for _, event := range askedFor {
		for n := range len(event) {
			requirePassed(t, []byte(event[:n]), all)
		}
	}
}

func FuzzWrap(f *testing.F) {
	for _, tt := range pings {
		f.Add([]byte(tt.event), "")
	}
	for _, tt := range lookAlikes {
		f.Add([]byte(tt.event), "arn:aws:events:*:*:rule/*")
	}
	f.Add([]byte(restEvent()), "*")
	for _, event := range append(askedFor, `{"warmer":true,"concurrency":"1e3","target":"orders"}`, `[{"warmer":true,"concurrency":4}]`) {
		f.Add([]byte(event), "")
	}
	f.Fuzz(func(t *testing.T, payload []byte, rule string) {
		var passed bool
		next := func(context.Context, []byte) ([]byte, error) { passed = true; return nil, nil }
		var sent recorder
		cfg := all
		cfg.Rules, cfg.Fanout = []string{rule}, warmup.Fanout{Invoker: &sent, Instances: 2}
		ctx := onLambda(t.Context(), functionARN)
		out, err := warmup.Wrap(handlerFunc(next), cfg).Invoke(ctx, payload)
		require.NoError(t, err)
		if passed {
			return
		}
		require.LessOrEqual(t, len(sent.payloads), 9)
		for _, child := range slices.Clone(sent.payloads) {
			require.True(t, isPing(t, ctx, cfg, child), child)
		}
		require.LessOrEqual(t, len(sent.payloads), 9, "children fanned out")
		cfg.Strict, cfg.Token = true, "nobody guesses"
		_, err = warmup.Wrap(handlerFunc(next), cfg).Invoke(ctx, payload)
		require.NoError(t, err)
		require.True(t, passed, "answered without the token: %q", payload)
		require.True(t, json.Valid(out))
		require.True(t, json.Valid(payload), "answered what is not JSON: %q", payload)
		var object map[string]json.RawMessage
		if json.Unmarshal(payload, &object) == nil {
			for _, key := range vetoKeys {
				require.NotContains(t, object, key)
			}
		}
	})
}

type handlerFunc func(context.Context, []byte) ([]byte, error)

func (f handlerFunc) Invoke(ctx context.Context, p []byte) ([]byte, error) { return f(ctx, p) }

var _ lambda.Handler = handlerFunc(nil)
