package coldstart_test

import (
	"testing"

	"github.com/lambdarest/lambdarest/internal/coldstart"
)

func TestFrom(t *testing.T) {
	if _, ok := coldstart.From(t.Context()); ok {
		t.Error("a context that With has not seen has a Start")
	}
	want := coldstart.Start{First: true}
	if got, ok := coldstart.From(coldstart.With(t.Context(), want)); !ok || got != want {
		t.Errorf("From = %v, %v", got, ok)
	}
}

func TestAhead(t *testing.T) {
	for initType, want := range map[string]bool{
		"": false, "on-demand": false,
		"provisioned-concurrency": true, "snap-start": true, "lambda-managed-instances": true, "of the future": true,
	} {
		t.Setenv("AWS_LAMBDA_INITIALIZATION_TYPE", initType)
		if got := coldstart.Ahead(); got != want {
			t.Errorf("%q: %v", initType, got)
		}
	}
}
