package bench

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/lambdarest/lambdarest/bench/internal/figure"
)

// Cold starts pay for the size of a binary: 1 to 2 ms a megabyte while its pages are
// not cached. These are the budgets, for functions stripped and without net/rpc.
func TestSizes(t *testing.T) {
	hello := sizeOf(t, build(t, "hello"))
	for _, tt := range []struct {
		name  string
		limit int64
		why   string
	}{
		{"router", hello + 350_000, "350 KB more than aws-lambda-go's hello world"},
		{"all", 6_630_000, "6.63 MB, what api-proxy with chi takes"},
	} {
		size := sizeOf(t, build(t, tt.name))
		t.Logf("%s: %d bytes, %d more than hello world", tt.name, size, size-hello)
		if size > tt.limit {
			t.Errorf("%s: %d bytes, the limit is %d (%s)", tt.name, size, tt.limit, tt.why)
		}
	}
}

// What warmup and jsonscan bring into a function: 60 KB of code and data. Files grow
// in pages, so the sections are added up.
func TestSizeOfWarmup(t *testing.T) {
	hello, own := build(t, "hello"), build(t, "warmup")
	added := sections(t, own) - sections(t, hello)
	t.Logf("%d bytes of sections, %d of the file", added, sizeOf(t, own)-sizeOf(t, hello))
	if added > 60_000 {
		t.Errorf("%d bytes, the limit is 60 KB", added)
	}
}

func sections(t *testing.T, binary string) (sum int64) {
	t.Helper()
	f, err := elf.Open(binary)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, s := range f.Sections {
		sum += int64(s.FileSize)
	}
	return sum
}

// build builds a function as for the cheapest Lambda, and returns the file.
func build(t *testing.T, name string) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "bootstrap")
	cmd := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./size/"+name)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	figure.Print("Size/"+name, float64(sizeOf(t, binary)), "bytes")
	figure.Print("Size/"+name, float64(sections(t, binary)), "bytes-of-sections")
	return binary
}

// sizeOf returns the size of a file in bytes.
func sizeOf(t *testing.T, file string) int64 {
	t.Helper()
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}

// What dynamo adds to a function that uses the ten operations of the SDK's client that dynamo can use, and goes on doing
// so. The same function with dynamo alone, which links only the operations of its methods, is smaller; beside one that
// links no more than these operations, it is larger: the client's interface brings the inputs and outputs of the
// others along. Then what a further type of items adds, and the SDK's expression builders, which only some options and
// methods link. The limits keep it from growing.
func TestSizeOfDynamo(t *testing.T) {
	sdk, own := sections(t, build(t, "dynamosdk")), sections(t, build(t, "dynamo"))
	beside := sections(t, build(t, "dynamobeside")) - sdk
	promise(t, beside <= 250_000, "%d bytes, not 250 KB", beside)
	for _, tt := range []struct {
		what        string
		added, most int64
	}{
		{"beside all operations of the client", beside, 396_500},
		{"in their place", own - sdk, 306_500},
		{"in the place of as few operations", own - sections(t, build(t, "dynamosdkfew")), 505_000},
		{"a further type", (sections(t, build(t, "dynamotypes")) - own) / 4, 16_000},
		{"builders", sections(t, build(t, "dynamobuilders")) - own, 173_000},
	} {
		t.Logf("%s: %d bytes", tt.what, tt.added)
		if tt.added > tt.most {
			t.Errorf("%s: %d bytes, the limit is %d", tt.what, tt.added, tt.most)
		}
	}
}
