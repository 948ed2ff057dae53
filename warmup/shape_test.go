package warmup_test

import (
	"context"
	"encoding/json"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

// pluginContext is the context of an invocation whose client context
// serverless-plugin-warmup wrote.
func pluginContext(ctx context.Context, more ...string) context.Context {
	custom := map[string]string{"source": "serverless-plugin-warmup"}
	for i := 0; i < len(more); i += 2 {
		custom[more[i]] = more[i+1]
	}
	return lambdacontext.NewContext(ctx, &lambdacontext.LambdaContext{
		InvokedFunctionArn: functionARN,
		ClientContext:      lambdacontext.ClientContext{Custom: custom},
	})
}

// Every shape is answered where it is asked for and handed on where it is not.
func TestShapes(t *testing.T) {
	for _, tt := range []struct {
		shape       warmup.Shape
		name, event string
	}{
		{warmup.EventBridgeRule, "eventbridge-rule", ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/keep-warm")},
		{warmup.EventBridgeScheduler, "eventbridge-scheduler", schedulerEvent},
		{warmup.LambdaWarmer, "lambda-warmer", `{"warmer":true,"concurrency":3}`},
		{warmup.LambdaWarmer, "lambda-warmer", `[{"warmer":true},{"warmer":true,"target":"other"}]`},
		{warmup.LambdaWarmer, "lambda-warmer", `{"warmer":true,"__WARMER_INVOCATION__":2,"__WARMER_CONCURRENCY__":3,"__WARMER_CORRELATIONID__":"c"}`},
		{warmup.LambdaWarmer, "lambda-warmer", `{"warmer":true,"__WARMER_CONCURRENCY__":3,"__WARMER_CORRELATION_ID__":"c","__WARMER_INVOCATION__":2}`},
		{warmup.PluginWarmup, "serverless-plugin-warmup", `{"source":"serverless-plugin-warmup"}`},
		{warmup.PluginWarmup, "serverless-plugin-warmup", `"{\"source\":\"serverless-plugin-warmup\"}"`},
		{warmup.Thundra, "thundra", `"#warmup"`},
		{warmup.Thundra, "thundra", `"#warmup wait=200"`},
		{warmup.Thundra, "thundra", `"#warmup wait=200 other=x"`},
		{warmup.Vapor, "vapor", `{"vaporWarmer":true,"concurrency":10,"functionAlias":"prod","functionName":"app"}`},
		{warmup.Vapor, "vapor", `{"vaporWarmerPing":true}`},
		{warmup.OpenNext, "opennext", `{"type":"warmer","warmerId":"warmer-abc","index":0,"concurrency":5,"delay":75}`},
		{warmup.EmptyObject, "empty-object", `{}`},
		{warmup.EmptyObject, "empty-object", " { } \n"},
		{warmup.Null, "null", `null`},
	} {
		t.Run(tt.event, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // delays take no time
				log, lines := capture(t)
				requireAnswered(t, tt.event, warmup.Config{Shapes: tt.shape, Log: log})
				require.Equal(t, tt.name, lines()[0]["kind"])
				requireAnswered(t, tt.event, warmup.Config{Shapes: warmup.AllShapes})
				requirePassed(t, []byte(tt.event), warmup.Config{Shapes: warmup.AllShapes &^ tt.shape})
				if tt.shape&warmup.DefaultShapes != 0 {
					requireAnswered(t, tt.event, warmup.Config{})
				} else {
					requirePassed(t, []byte(tt.event), warmup.Config{})
				}
			})
		})
	}
}

// What resembles the shapes that the zero Config does not know is handed on even
// where all are asked for.
func TestLookAlikesOfAllShapes(t *testing.T) {
	for _, event := range []string{
		`"#warmupx"`, `"#Warmup"`, `" #warmup"`, `"warmup"`, `"#warmup`, `"#warmup"x`, `#warmup`,
		`{"vaporWarmer":"true"}`, `{"vaporWarmer":1}`, `{"vaporwarmer":true}`, `{"vaporWarmerPing":null}`,
		`{"vaporWarmer":true,"vaporWarmer":true}`, `{"vaporWarmer":true,"httpMethod":"GET"}`,
		`{"type":"warmer"}`, `{"type":"Warmer","warmerId":"a"}`, `{"warmerId":"a"}`, `{"type":"warmer","warmerId":"a","body":""}`,
		`{"a":{}}`, `[]`, `[{}]`, `[null]`, `""`, `nul`, `nulL`, `null null`, `{}{}`, `{`, ``,
	} {
		requirePassed(t, []byte(event), warmup.Config{Shapes: warmup.AllShapes})
	}
}

func TestFlag(t *testing.T) {
	cfg := warmup.Config{Flag: "ding", Delay: -1}
	requireAnswered(t, `{"ding":true,"__WARMER_INVOCATION__":2}`, cfg)
	requirePassed(t, []byte(`{"warmer":true}`), cfg)
	requirePassed(t, []byte(`{"ding":"true"}`), cfg)
	requirePassed(t, []byte(`{"httpMethod":true}`), warmup.Config{Flag: "httpMethod"}) // a veto counts more
}

// The plugin can send its source in the client context, beside any object.
func TestClientContext(t *testing.T) {
	for _, tt := range []struct {
		event string
		ping  bool
	}{
		{`{}`, true},
		{`{"id":7}`, true},
		{`{"id":7,"id":8}`, false}, // duplicate
		{`{"id":7`, false},
		{`{"httpMethod":"GET"}`, false},
		{`{"id":7,"requestContext":{}}`, false},
		{`{"Records":[]}`, false},
		{`[{"id":7}]`, false},
		{`"text"`, false},
		{``, false},
	} {
		t.Run(tt.event, func(t *testing.T) {
			for _, cfg := range []warmup.Config{{}, {Shapes: warmup.PluginWarmup}, {Shapes: warmup.LambdaWarmer}} {
				var next spy
				_, _ = warmup.Wrap(&next, cfg).Invoke(pluginContext(t.Context()), []byte(tt.event))
				require.Equal(t, !tt.ping || cfg.Shapes == warmup.LambdaWarmer, next.calls.Load() == 1)
			}
		})
	}
	var next spy
	other := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{
		ClientContext: lambdacontext.ClientContext{Custom: map[string]string{"source": "mobile-app"}},
	})
	_, _ = warmup.Wrap(&next, warmup.Config{}).Invoke(other, []byte(`{"id":7}`))
	require.EqualValues(t, 1, next.calls.Load())
}

// Each answer is JSON, and what OpenNext's warmer reads is what it expects.
func TestAnswers(t *testing.T) {
	instance := new(warmup.Instance)
	h := warmup.Wrap(&spy{}, warmup.Config{Shapes: warmup.AllShapes, Delay: -1, Instance: instance})
	for event, want := range map[string]string{
		`{"warmer":true}`: `{"warmed":true}`,
		`null`:            `{"warmed":true}`,
		`{"type":"warmer","warmerId":"w","index":1,"concurrency":2,"delay":0}`: `{"type":"warmer","serverId":"` + instance.ID() + `"}`,
	} {
		out, err := h.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
		require.True(t, json.Valid(out))
		require.Equal(t, want, string(out))
	}
}
