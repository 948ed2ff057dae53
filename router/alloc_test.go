package router

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// largeEvent is a REST event of about 3 KB, with 48 routes to go through.
func largeEvent(t testing.TB, changes string) []byte {
	headers := make([]string, 20)
	for i := range headers {
		headers[i] = fmt.Sprintf(`"X-Header-%d":["%s"]`, i, strings.Repeat("v", 90))
	}
	return mergeEvent(t, string(mergeEvent(t, restEvent, `{"multiValueHeaders":{`+strings.Join(headers, ",")+`}}`)), changes)
}

func register48(r *Router) {
	for _, resource := range strings.Fields("users orders items carts payments invoices shops reviews") {
		for _, tail := range []string{"", "/{id}/history", "/{id}/{a}/{b}", "/search", "/{id}/notes/{note}", "/x/y/{z+}"} {
			r.Get("/"+resource+tail, named(tail))
		}
	}
}

// The budgets of the design, in allocations an invocation.
func TestAllocations(t *testing.T) {
	var r Router
	register48(&r)
	r.Get("/payments/{id}", named("hello"))
	r.Post("/payments/{id}", JSON(func(_ context.Context, in struct {
		ID    int    `path:"id"`
		Title string `json:"title"`
		Done  bool   `json:"done"`
	}) (struct {
		ID    int    `json:"id"`
		Title string `json:"title"`
	}, error) {
		return struct {
			ID    int    `json:"id"`
			Title string `json:"title"`
		}{in.ID, in.Title}, nil
	}))
	for _, tt := range []struct {
		name, changes string
		budget        float64
	}{
		{"text", `{"path":"/payments/42"}`, 7},
		{"JSON", `{"path":"/payments/42","httpMethod":"POST","body":"{\"title\":\"Call back\",\"done\":true}"}`, 14},
	} {
		event := largeEvent(t, tt.changes)
		n := testing.AllocsPerRun(100, func() {
			out, err := r.Invoke(t.Context(), event)
			if err != nil || string(out[:18]) != `{"statusCode":200,` {
				t.Fatalf("%s, %v", out, err)
			}
		})
		if n > tt.budget {
			t.Errorf("%s: %v allocations for an event of %d bytes, the budget is %v", tt.name, n, len(event), tt.budget)
		}
	}
}
