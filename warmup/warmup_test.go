package warmup_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

// spy is a handler that remembers how it was called.
type spy struct {
	calls   atomic.Int64
	cold    atomic.Int64
	ctx     context.Context // of the latest call
	payload []byte          // of the latest call, not a copy
}

var errBusiness = errors.New("business error")

func (s *spy) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	s.calls.Add(1)
	if warmup.ColdStart(ctx) {
		s.cold.Add(1)
	}
	s.ctx, s.payload = ctx, payload
	return []byte(`"business"`), errBusiness
}

// requireAnswered checks that payload is answered as a ping without next.
func requireAnswered(t *testing.T, payload string, cfg warmup.Config) {
	t.Helper()
	var next spy
	out, err := warmup.Wrap(&next, cfg).Invoke(t.Context(), []byte(payload))
	require.NoError(t, err)
	require.True(t, json.Valid(out), "answer %q", out)
	require.Zero(t, next.calls.Load(), "the ping reached the handler: %.200s", payload)
}

// requirePassed checks that payload reaches next as the same bytes, in the same
// memory, and that next's results come back.
func requirePassed(t *testing.T, payload []byte, cfg warmup.Config) {
	t.Helper()
	var next spy
	before := bytes.Clone(payload)
	out, err := warmup.Wrap(&next, cfg).Invoke(t.Context(), payload)
	require.ErrorIs(t, err, errBusiness)
	require.Equal(t, `"business"`, string(out))
	require.EqualValues(t, 1, next.calls.Load(), "not handed on: %.200s", payload)
	require.True(t, bytes.Equal(before, payload), "payload was changed")
	require.Equal(t, len(payload), len(next.payload))
	if len(payload) > 0 {
		require.Same(t, &payload[0], &next.payload[0], "payload was copied")
	}
}

func TestWrapNilPanics(t *testing.T) {
	require.PanicsWithValue(t, "warmup: Wrap: next is nil", func() { warmup.Wrap(nil, warmup.Config{}) })
}

func TestEmptyPayload(t *testing.T) {
	requirePassed(t, nil, warmup.Config{})
	requirePassed(t, []byte{}, warmup.Config{})
}

func TestAnswersAreNotShared(t *testing.T) {
	h := warmup.Wrap(&spy{}, warmup.Config{})
	first, err := h.Invoke(t.Context(), []byte(`{"warmer":true}`))
	require.NoError(t, err)
	clear(first)
	second, err := h.Invoke(t.Context(), []byte(`{"warmer":true}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"warmed":true}`, string(second))
}

func TestConfigIsCopied(t *testing.T) {
	rules := []string{"arn:aws:events:eu-west-1:123456789012:rule/keep-warm"}
	var next spy
	h := warmup.Wrap(&next, warmup.Config{Rules: rules})
	rules[0] = "arn:aws:events:eu-west-1:123456789012:rule/nightly"
	_, err := h.Invoke(t.Context(), []byte(ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/nightly")))
	require.ErrorIs(t, err, errBusiness)
}

func TestPassThroughAllocatesNothing(t *testing.T) {
	next := lambda.Handler(constant{})
	ctx := t.Context()
	for _, tt := range []struct{ name, event string }{
		{"REST API", restEvent()},
		{"REST API, keys sorted", sortedKeys(t, restEvent())},
		{"HTTP API", `{"version":"2.0","routeKey":"GET /users","rawPath":"/users","headers":{}}`},
		{"SQS", `{"Records":[{"messageId":"1","body":"{\"warmer\":true}"}]}`},
		{"event of a mapping template", `{"id":1,"name":"Kim","email":"kim@example.com"}`},
		{"event of another AWS service", `{"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3","detail":{}}`},
		{"array", `[{"arguments":{}},{"arguments":{}}]`},
		{"string", `"text"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := warmup.Wrap(next, warmup.Config{})
			payload := []byte(tt.event)
			n := testing.AllocsPerRun(100, func() { // it calls once before it counts: the cold start
				if _, err := h.Invoke(ctx, payload); err != nil {
					t.Error(err)
				}
			})
			require.Zero(t, n)
		})
	}
}

type constant struct{}

func (constant) Invoke(context.Context, []byte) ([]byte, error) { return nil, nil }

func TestContextPassesUntouchedAfterTheFirst(t *testing.T) {
	var next spy
	h := warmup.Wrap(&next, warmup.Config{})
	ctx := t.Context()
	for i := range 3 {
		_, _ = h.Invoke(ctx, []byte(`{"httpMethod":"GET"}`))
		require.Equal(t, i > 0, next.ctx == ctx, "invocation %d", i)
	}
}

func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var buf bytes.Buffer
		h := warmup.Wrap(&spy{}, warmup.Config{Log: slog.New(slog.NewJSONHandler(&buf, nil))})
		ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
		line := func(payload string) map[string]any {
			buf.Reset()
			_, _ = h.Invoke(ctx, []byte(payload))
			var m map[string]any
			if buf.Len() > 0 {
				require.Equal(t, 1, strings.Count(buf.String(), "\n"))
				require.NoError(t, json.Unmarshal(buf.Bytes(), &m))
				delete(m, "time")
				require.Len(t, m["instance_id"], 26)
				delete(m, "instance_id")
			}
			return m
		}

		require.Equal(t, map[string]any{
			"level": "INFO", "msg": "warm-up ping", "action": "answered",
			"kind": "lambda-warmer", "cold": true, "request_id": "r-1",
			"correlation_id": "r-1", "n": 1.0, "total": 1.0, "init_type": "",
		}, line(`{"warmer":true,"secret":"s3cr3t"}`))

		time.Sleep(90 * time.Second) // of the bubble's clock
		require.Nil(t, line(`{"httpMethod":"GET"}`), "business events are not logged")

		time.Sleep(2500 * time.Millisecond)
		require.Equal(t, map[string]any{
			"level": "INFO", "msg": "warm-up ping", "action": "answered",
			"kind": "eventbridge-rule", "cold": false, "request_id": "r-1", "idle_seconds": 2.5,
			"correlation_id": "r-1", "n": 1.0, "total": 1.0, "init_type": "",
		}, line(ruleEvent("arn:aws:events:eu-west-1:123456789012:rule/x")))
	})
}

func TestConcurrentInvocations(t *testing.T) {
	var buf bytes.Buffer // slog's handlers lock
	var next countingSpy
	h := warmup.Wrap(&next, warmup.Config{Log: slog.New(slog.NewTextHandler(&buf, nil))})
	const workers, each = 16, 200
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range each {
				payload := `{"httpMethod":"GET"}`
				if i%2 == 1 {
					payload = `{"source":"serverless-plugin-warmup"}`
				}
				if _, err := h.Invoke(t.Context(), []byte(payload)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, workers*each/2, next.calls.Load())
	require.EqualValues(t, workers*each/2, bytes.Count(buf.Bytes(), []byte{'\n'}))
	require.EqualValues(t, 1, next.cold.Load(), "business events come first, so one of them is the cold start")
}

type countingSpy struct{ calls, cold atomic.Int64 }

func (s *countingSpy) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	s.calls.Add(1)
	if warmup.ColdStart(ctx) {
		s.cold.Add(1)
	}
	return nil, nil
}

// ruleEvent is the scheduled event of the EventBridge rule with the ARN.
func ruleEvent(arn string) string {
	return fmt.Sprintf(`{"version":"0","id":"8e0c0b1c-2f2e-4c6e-9d58-0f5a8d4f2c11","detail-type":"Scheduled Event",`+
		`"source":"aws.events","account":"123456789012","time":"2026-05-04T10:05:00Z","region":"eu-west-1",`+
		`"resources":[%q],"detail":{}}`, arn)
}

// restEvent is a REST API proxy event of about 4 KB whose keys stand in API
// Gateway's order.
func restEvent() string {
	var headers, multi strings.Builder
	for i := range 18 {
		fmt.Fprintf(&headers, `,"X-Header-%02d":"value of the header with the number %02d"`, i, i)
		fmt.Fprintf(&multi, `,"X-Header-%02d":["value of the header with the number %02d"]`, i, i)
	}
	return `{"resource":"/users/{id}","path":"/users/42","httpMethod":"PUT",` +
		`"headers":{"Content-Type":"application/json"` + headers.String() + `},` +
		`"multiValueHeaders":{"Content-Type":["application/json"]` + multi.String() + `},` +
		`"queryStringParameters":{"warmer":"true"},"multiValueQueryStringParameters":{"warmer":["true"]},` +
		`"pathParameters":{"id":"42"},"stageVariables":null,` +
		`"requestContext":{"resourceId":"abc123","resourcePath":"/users/{id}","httpMethod":"PUT",` +
		`"requestId":"0d1f2e3a-7d6c-4f5b-8a9b-1c2d3e4f5a6b","accountId":"123456789012","stage":"prod",` +
		`"identity":{"sourceIp":"192.0.2.7","userAgent":"curl/8.5.0","accessKey":null,"caller":null},` +
		`"domainName":"abcdef1234.execute-api.eu-west-1.amazonaws.com","apiId":"abcdef1234"},` +
		`"body":"{\"id\":42,\"name\":\"` + strings.Repeat("Kim ", 300) + `\"}","isBase64Encoded":false}`
}

func sortedKeys(t *testing.T, event string) string {
	t.Helper()
	var m map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(event), &m))
	b, err := json.Marshal(m)
	require.NoError(t, err)
	return string(b)
}

func BenchmarkPassThrough(b *testing.B) {
	for _, bb := range []struct{ name, event string }{
		{"rest", restEvent()},
		{"http", `{"version":"2.0",` + restEvent()[1:]},
		{"template", `{"id":1,"name":"Kim","email":"kim@example.com"}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			h := warmup.Wrap(constant{}, warmup.Config{})
			payload := []byte(bb.event)
			ctx := b.Context()
			b.ReportAllocs()
			for b.Loop() {
				_, _ = h.Invoke(ctx, payload)
			}
		})
	}
}
