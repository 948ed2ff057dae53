package bench

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/lambdarest/lambdarest/router"
)

// BenchmarkEventSize answers events of growing size with the length of their body, to see
// that the cost grows with the size and no faster. cpu-ns/KB should stay the same.
func BenchmarkEventSize(b *testing.B) {
	r := router.New()
	r.Post("/{proxy+}", func(_ context.Context, req *router.Request) (*router.Response, error) {
		body, err := req.Body()
		return router.Text(200, fmt.Sprint(len(body))), err
	})
	for _, kb := range []int{384, 768, 1536, 3072, 6000} {
		event := restEvent("POST", strings.Repeat("0123456789abcde\n", kb<<10/16))
		b.Run(fmt.Sprintf("%dKB", kb), func(b *testing.B) {
			b.ReportAllocs()
			start := cpuTime(b)
			for b.Loop() {
				if _, err := r.Invoke(b.Context(), event); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpuTime(b)-start)/float64(b.N*kb), "cpu-ns/KB")
		})
	}
}
