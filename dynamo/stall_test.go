package dynamo

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/stretchr/testify/require"
)

// stalled is a body of which nothing comes, as net/http has it.
type stalled struct{ ctx context.Context }

func (s stalled) Read([]byte) (int, error) { <-s.ctx.Done(); return 0, s.ctx.Err() }
func (stalled) Close() error               { return nil }

// stalls are the places where an answer can stall.
var stalls = map[string]httpFunc{
	"before headers": func(req *http.Request) (*http.Response, error) {
		<-req.Context().Done()
		return nil, req.Context().Err()
	},
	"in the body": func(req *http.Request) (*http.Response, error) {
		resp := good()
		resp.Body = stalled{req.Context()}
		return resp, nil
	},
}

// An answer that stalls holds no call up whose context ends, whatever the call does.
func TestStalledAnswers(t *testing.T) {
	type users = Repository[user]
	second := func(_ any, err error) error { return err }
	key, add := KeyOf(1), expression.Add(expression.Name("n"), expression.Value(1))
	for name, call := range map[string]func(context.Context, *users) error{
		"get":                 func(ctx context.Context, r *users) error { return second(r.Get(ctx, key)) },
		"get all":             func(ctx context.Context, r *users) error { return second(r.GetAll(ctx, []Key{key})) },
		"get, in transaction": func(ctx context.Context, r *users) error { return TransactGet(ctx, r.GetOp(key, new(user))) },
		"scan":                func(ctx context.Context, r *users) error { return second(r.All(ctx)) },
		"scan, ahead":         func(ctx context.Context, r *users) error { return second(r.All(ctx, Prefetch(true))) },
		"scan, 4 segments":    func(ctx context.Context, r *users) error { return second(r.All(ctx, Segments(4))) },
		"put":                 func(ctx context.Context, r *users) error { return r.Put(ctx, kim) },
		"put if not exists":   func(ctx context.Context, r *users) error { return r.Put(ctx, kim, IfNotExists()) },
		"put all":             func(ctx context.Context, r *users) error { return r.PutAll(ctx, slices.Values([]user{kim})) },
		"put, in transaction": func(ctx context.Context, r *users) error { return Transact(ctx, r.PutOp(kim)) },
		"update":              func(ctx context.Context, r *users) error { return second(r.Update(ctx, key, add)) },
		"update once":         func(ctx context.Context, r *users) error { return second(r.Update(ctx, key, add, Once())) },
		"delete":              func(ctx context.Context, r *users) error { return r.Delete(ctx, key) },
		"delete all":          func(ctx context.Context, r *users) error { return r.DeleteAll(ctx, slices.Values([]Key{key})) },
	} {
		for where, f := range stalls {
			t.Run(name+", "+where, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second)
					defer cancel()
					start := time.Now()
					require.ErrorIs(t, call(ctx, repo[user](t, f.client())), context.DeadlineExceeded)
					require.Equal(t, time.Second, time.Since(start))
				})
			})
		}
	}
}
