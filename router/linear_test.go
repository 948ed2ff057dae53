package router

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
)

// The memory that an invocation takes grows with the event and no faster: work cannot
// be bought with a small event. Bytes are exact where times are not.
func TestMemoryIsLinear(t *testing.T) {
	var r Router
	r.Post("/{proxy+}", func(_ context.Context, req *Request) (*Response, error) {
		req.Headers()
		req.Query()
		req.Cookie("nobody")
		body, err := req.Body()
		return Text(200, fmt.Sprint(len(body), len(req.Path()))), err
	})
	r.Put("/json", JSON(func(_ context.Context, in everything) (struct{}, error) { return struct{}{}, nil }))
	for _, tt := range []struct{ name, unit, event string }{
		{"a body", "x", `{"httpMethod":"POST","body":"%s"}`},
		{"a body of quotes", `\"`, `{"httpMethod":"POST","body":"%s"}`},
		{"a path of slashes", "/", `{"httpMethod":"POST","path":"/a%sa"}`},
		{"an encoded path", "%20", `{"httpMethod":"POST","path":"/a%sa"}`},
		{"a query", "a&", `{"httpMethod":"POST","path":"/a","queryStringParameters":{"q":"%s"}}`},
		{"cookies", "a=b; ", `{"httpMethod":"POST","path":"/a","headers":{"cookie":"%s"}}`},
		{"unknown members", `\"k\":1,`, `{"httpMethod":"PUT","path":"/json","body":"{%s\"k\":1}"}`},
		{"faults", `\"age\":\"\",`, `{"httpMethod":"PUT","path":"/json","body":"{%s\"age\":1}"}`},
		{"a nested array", `{\"a\":[1]},`, `{"httpMethod":"PUT","path":"/json","body":"{\"any\":[%s1]}"}`},
	} {
		memory := func(n int) (allocates, event float64) {
			raw := mergeEvent(t, restEvent, fmt.Sprintf(tt.event, strings.Repeat(tt.unit, n/len(tt.unit))))
			return allocated(t, &r, raw), float64(len(raw))
		}
		small, _ := memory(256 << 10)
		large, _ := memory(512 << 10)
		if ratio := large / small; ratio > 2.2 {
			t.Errorf("%s: %.0f bytes for 256 KB, %.0f for 512 KB: %.2f times", tt.name, small, large, ratio)
		}
		// With the event itself, at most four times its size at once. What the handler
		// asks to have as any is not bounded by that.
		if all, event := memory(6 << 20); all > 3*event && tt.name != "a nested array" {
			t.Errorf("%s: %.0f bytes for an event of %.0f: %.2f times", tt.name, all, event, all/event)
		}
	}
}

// allocated returns the bytes that an invocation allocates.
func allocated(t *testing.T, r *Router, event []byte) float64 {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := r.Invoke(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc - before.TotalAlloc)
}
