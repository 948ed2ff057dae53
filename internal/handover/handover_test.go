package handover_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/lambdarest/lambdarest/internal/handover"
)

func TestIsOwn(t *testing.T) {
	event := []byte(`{"a":1}`)
	var empty []byte
	with := func(given *[]byte) context.Context { return context.WithValue(t.Context(), handover.Key{}, given) }
	for name, row := range map[string]struct {
		ctx   context.Context
		event []byte
		want  bool
	}{
		"none given":    {t.Context(), event, false},
		"the one given": {with(&event), event, true},
		"a copy":        {with(&event), bytes.Clone(event), false},
		"a part":        {with(&event), event[:3], false},
		"an empty one":  {with(&empty), nil, false},
	} {
		if got := handover.IsOwn(row.ctx, row.event); got != row.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
