package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Cold starts pay for the size of a binary: 1 to 2 ms a megabyte while its pages are
// not cached. These are the budgets, for functions stripped and without net/rpc.
func TestSizes(t *testing.T) {
	hello := build(t, "hello")
	for _, tt := range []struct {
		name  string
		limit int64
		why   string
	}{
		{"router", hello + 350_000, "350 KB more than aws-lambda-go's hello world"},
		{"all", 6_630_000, "6.63 MB, what api-proxy with chi takes"},
	} {
		size := build(t, tt.name)
		t.Logf("%s: %d bytes, %d more than hello world", tt.name, size, size-hello)
		if size > tt.limit {
			t.Errorf("%s: %d bytes, the limit is %d (%s)", tt.name, size, tt.limit, tt.why)
		}
	}
}

// build builds a function as for the cheapest Lambda, and returns its size in bytes.
func build(t *testing.T, name string) int64 {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./size/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
