package warmup_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

const functionARN = "arn:aws:lambda:eu-west-1:123456789012:function:orders:live"

// onLambda is the context of an invocation of the function with an ARN.
func onLambda(ctx context.Context, arn string) context.Context {
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{AwsRequestID: "r-1", InvokedFunctionArn: arn})
}

// isPing reports whether an event is answered before it reaches the handler.
func isPing(t *testing.T, ctx context.Context, cfg warmup.Config, event string) bool {
	t.Helper()
	var next spy
	_, err := warmup.Wrap(&next, cfg).Invoke(ctx, []byte(event))
	if next.calls.Load() == 0 {
		require.NoError(t, err)
		return true
	}
	require.Equal(t, event, string(next.payload))
	return false
}

func TestStrict(t *testing.T) {
	const here = `"account":"123456789012","region":"eu-west-1"`
	envelope := func(members string) string {
		return `{"version":"0","detail-type":"Scheduled Event","source":"aws.events",` + members + `}`
	}
	for _, tt := range []struct {
		name, arn, event string
		ping             bool
	}{
		{"the function's account and region", functionARN, envelope(here), true},
		{"no alias in the ARN", strings.TrimSuffix(functionARN, ":live"), envelope(here), true},
		{"another partition", "arn:aws-cn:lambda:eu-west-1:123456789012:function:orders", envelope(here), true},
		{"other account", functionARN, envelope(`"account":"210987654321","region":"eu-west-1"`), false},
		{"other region", functionARN, envelope(`"account":"123456789012","region":"us-east-1"`), false},
		{"swapped", functionARN, envelope(`"account":"eu-west-1","region":"123456789012"`), false},
		{"account a number", functionARN, envelope(`"account":123456789012,"region":"eu-west-1"`), false},
		{"no account", functionARN, envelope(`"region":"eu-west-1"`), false},
		{"no region", functionARN, envelope(`"account":"123456789012"`), false},
		{"empty", functionARN, envelope(`"account":"","region":""`), false},
		{"in the detail only", functionARN, envelope(`"detail":{` + here + `}`), false},
		{"Scheduler", functionARN, schedulerEvent, true},
		{"lambda-warmer without an envelope", functionARN, `{"warmer":true}`, false},
		{"lambda-warmer with one", functionARN, `{"warmer":true,` + here + `}`, true},
		{"an array of which one has none", functionARN, `[{"warmer":true,` + here + `},{"warmer":true}]`, false},
		{"an array of which all have one", functionARN, `[{"warmer":true,` + here + `},{"warmer":true,` + here + `}]`, true},
		{"plugin", functionARN, `{"source":"serverless-plugin-warmup"}`, false},
		{"plugin in a string", functionARN, `"{\"source\":\"serverless-plugin-warmup\"}"`, false},
		{"Thundra", functionARN, `"#warmup"`, false},
		{"empty object", functionARN, `{}`, false},
		{"null", functionARN, `null`, false},
		{"no ARN", "", envelope(here), false},
		{"no ARN, no account", "", envelope(`"account":"","region":""`), false},
		{"ARN of something else", "arn:aws:events:eu-west-1:123456789012:rule/x:y", envelope(here), false},
		{"ARN cut off", "arn:aws:lambda:eu-west-1:123456789012", envelope(here), false},
		{"ARN without account", "arn:aws:lambda:eu-west-1::function:orders", envelope(`"account":"","region":"eu-west-1"`), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cfg := warmup.Config{Shapes: warmup.AllShapes, Strict: true, Delay: -1}
			require.Equal(t, tt.ping, isPing(t, onLambda(t.Context(), tt.arn), cfg, tt.event))
			require.False(t, isPing(t, t.Context(), cfg, tt.event), "outside Lambda")
		})
	}
}

func TestToken(t *testing.T) {
	const token = "s3cr3t-\u00e9"
	for _, tt := range []struct {
		name, event string
		ping        bool
	}{
		{"the token", `{"warmer":true,"token":"s3cr3t-é"}`, true},
		{"with an escape", `{"token":"s3cr3t-\u00e9","warmer":true}`, true},
		{"none", `{"warmer":true}`, false},
		{"empty", `{"warmer":true,"token":""}`, false},
		{"null", `{"warmer":true,"token":null}`, false},
		{"another", `{"warmer":true,"token":"s3cr3t-e"}`, false},
		{"a prefix", `{"warmer":true,"token":"s3cr3t"}`, false},
		{"longer", `{"warmer":true,"token":"s3cr3t-é "}`, false},
		{"very long", `{"warmer":true,"token":"` + strings.Repeat("s", 100_000) + `"}`, false},
		{"an array", `{"warmer":true,"token":["s3cr3t-é"]}`, false},
		{"deeper", `{"warmer":true,"detail":{"token":"s3cr3t-é"}}`, false},
		{"twice", `{"warmer":true,"token":"s3cr3t-é","token":"s3cr3t-é"}`, false},
		{"with a veto", `{"warmer":true,"token":"s3cr3t-é","body":""}`, false},
		{"in one of an array", `[{"warmer":true,"token":"s3cr3t-é"},{"warmer":true}]`, false},
		{"scheduled event", schedulerEvent, false},
		{"scheduled event with it", strings.Replace(schedulerEvent, `{`, `{"token":"s3cr3t-é",`, 1), true},
		{"plugin in a string", `"{\"source\":\"serverless-plugin-warmup\",\"token\":\"s3cr3t-é\"}"`, true},
		{"no ping", `{"id":7,"token":"s3cr3t-é"}`, false},
		{"Thundra", `"#warmup"`, false},
		{"null", `null`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.ping, isPing(t, t.Context(), warmup.Config{Shapes: warmup.AllShapes, Token: token}, tt.event))
		})
	}
}

// Tokens may be as long as one likes.
func TestLongToken(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 100)
	cfg := warmup.Config{Token: long}
	require.True(t, isPing(t, t.Context(), cfg, `{"warmer":true,"token":"`+long+`"}`))
	require.False(t, isPing(t, t.Context(), cfg, `{"warmer":true,"token":"`+long[1:]+`"}`))
}

// A client context proves itself by its own members, not by those of the event.
func TestClientContextIsGuarded(t *testing.T) {
	cfg := warmup.Config{Strict: true, Token: "t"}
	full := []string{"account", "123456789012", "region", "eu-west-1", "token", "t"}
	require.True(t, isPing(t, pluginContext(t.Context(), full...), cfg, `{"id":7}`))
	require.False(t, isPing(t, pluginContext(t.Context(), full[:4]...), cfg, `{"id":7}`))
	require.False(t, isPing(t, pluginContext(t.Context(), full[2:]...), cfg, `{"id":7}`))
	require.False(t, isPing(t, pluginContext(t.Context()), cfg, `{"account":"123456789012","region":"eu-west-1","token":"t"}`))
	require.False(t, isPing(t, pluginContext(t.Context(), append(full, "token", "")...), cfg, `{"id":7}`))
}

// Bodies that a mapping template made the whole event, from clients that know how
// every warmer's pings look, but neither account, region nor token.
func TestStrictRejectsPassthroughBodies(t *testing.T) {
	ctx := onLambda(t.Context(), functionARN)
	for _, ping := range pings {
		for _, account := range []string{"", "000000000000", "123456789013"} {
			event := ping.event
			if strings.HasPrefix(event, "{") && !strings.Contains(event, `"account"`) {
				event = fmt.Sprintf(`{"account":%q,"region":"eu-west-1",%s`, account, event[1:])
			}
			event = strings.ReplaceAll(event, "123456789012", "111122223333")
			require.False(t, isPing(t, ctx, warmup.Config{Shapes: warmup.AllShapes, Strict: true}, event), event)
		}
		require.False(t, isPing(t, ctx, warmup.Config{Shapes: warmup.AllShapes, Token: "t"}, ping.event), ping.event)
	}
}
