package warmup_test

import (
	"os"
	"testing"
)

// TestMain makes the tests those of an on-demand instance, wherever they run.
func TestMain(m *testing.M) {
	os.Unsetenv("AWS_LAMBDA_INITIALIZATION_TYPE")
	os.Exit(m.Run())
}
