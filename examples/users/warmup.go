package users

import (
	"context"

	"github.com/lambdarest/lambdarest/warmup"
)

// WarmUp says what the schedule's pings do: one line in the log, and, at the first
// one of an instance, what its first request would otherwise wait for. Both functions
// have the permission to scan the table anyway. docs/warmup.md says what else there
// is: more than one instance, and pings that nobody can forge. The log may be nil.
func WarmUp(users *Repository, log warmup.Logger) warmup.Config {
	return warmup.Config{
		Primers: []*warmup.Primer{
			warmup.Certificates(),
			warmup.Codec[[]User](),
			warmup.Connection("dynamodb", func(ctx context.Context) error {
				_, err := users.ScanPage(ctx, "", 1)
				return err
			}),
		},
		Log: log,
	}
}
