package vtl

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// oneKilobyte is a request of about 1 KB, as the console's template sees it.
func oneKilobyte() Input {
	return Input{
		Body:   []byte(`{"id":17,"name":"Ada","email":"ada@example.com","tags":["a","b","c"],"note":"` + strings.Repeat("lorem ipsum ", 30) + `"}`),
		Path:   map[string]string{"id": "17"},
		Query:  map[string]string{"limit": "10", "next": "abc"},
		Header: map[string]string{"Host": "api.example.com", "User-Agent": "curl/8.5.0", "Accept": "*/*", "Content-Type": "application/json", "X-Forwarded-For": "192.0.2.1", "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793"},
		Context: map[string]any{
			"apiId": "a1b2c3", "httpMethod": "POST", "stage": "prod", "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
			"resourceId": "res", "resourcePath": "/users/{id}",
			"identity": map[string]any{"sourceIp": "192.0.2.1", "userAgent": "curl/8.5.0"},
		},
		StageVariables: map[string]string{"table": "users", "region": "eu-central-1"},
	}
}

func BenchmarkPassthrough(b *testing.B) {
	tpl, err := Parse("passthrough.vtl", Passthrough)
	require.NoError(b, err)
	in := oneKilobyte()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkInputJSON(b *testing.B) {
	tpl, err := Parse("json.vtl", "$input.json('$')")
	require.NoError(b, err)
	in := oneKilobyte()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := tpl.Render(in); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePassthrough(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse("passthrough.vtl", Passthrough); err != nil {
			b.Fatal(err)
		}
	}
}

// TestPassthroughAllocations keeps the rendering of the console's template from growing unnoticed. The
// fewest of some runs count: under the race detector pools forget at random.
func TestPassthroughAllocations(t *testing.T) {
	tpl, err := Parse("passthrough.vtl", Passthrough)
	require.NoError(t, err)
	in := oneKilobyte()
	fewest := math.Inf(1)
	for range 50 {
		fewest = min(fewest, testing.AllocsPerRun(1, func() {
			if _, err := tpl.Render(in); err != nil {
				t.Fatal(err)
			}
		}))
	}
	require.LessOrEqual(t, fewest, 36.0)
}
