package router

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// shared reads a file of the recorded data that may lie beside a checkout.
func shared(t *testing.T, v any, name ...string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(append([]string{"..", "..", "shared", "data"}, name...)...))
	if os.IsNotExist(err) {
		t.Skipf("the recorded data is not beside this checkout: %s is not replayed; the package's own tables are", filepath.Join(name...))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, v); err != nil {
		t.Fatal(err)
	}
}
