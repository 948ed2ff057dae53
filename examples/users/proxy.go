package users

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/router"
)

// Proxy returns the API for proxy integrations. Pages of any origin may call it:
// it knows no credentials. The log may be nil.
func Proxy(users *Repository, log *slog.Logger) *router.Router {
	r := router.New(
		router.Log(log),
		router.CORS(router.CORSConfig{Origins: []string{"*"}}),
		router.MapError(dynamo.ErrNotFound, http.StatusNotFound),
		router.MapError(dynamo.ErrConditionFailed, http.StatusConflict),
		router.Recover(),
		router.Timeout(time.Second), // a 504 and a line in the log before Lambda ends the process
	)
	r.Get("/users", router.JSON(func(ctx context.Context, _ struct{}) ([]User, error) {
		return users.All(ctx)
	}))
	r.Post("/users", router.JSON(func(ctx context.Context, u User) (User, error) {
		return u, users.Put(ctx, u, dynamo.IfNotExists())
	}))
	r.Get("/users/{id}", router.JSON(func(ctx context.Context, in byID) (User, error) {
		return users.Get(ctx, dynamo.KeyOf(in.ID))
	}))
	r.Put("/users/{id}", router.JSON(func(ctx context.Context, in replacement) (User, error) {
		u := User(in)
		return u, users.Put(ctx, u)
	}))
	r.Delete("/users/{id}", router.JSON(func(ctx context.Context, in byID) (struct{}, error) {
		return struct{}{}, users.Delete(ctx, dynamo.KeyOf(in.ID))
	}))
	r.Handle("/users", router.MethodNotAllowed) // or the last route would get PATCH /users
	r.Handle("/users/{id}", router.MethodNotAllowed)
	r.Handle("/welcome", welcome)
	r.Handle("/{proxy+}", echo)
	return r
}

// byID takes the id from the path.
type byID struct {
	ID int `path:"id"`
}

// A replacement is what PUT takes: the id from the path, the rest from the body.
type replacement struct {
	ID    int    `path:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// Validate reports an id that no user can have.
func (r replacement) Validate() error { return User(r).Validate() }

// welcome answers every method in its own way.
func welcome(_ context.Context, req *router.Request) (*router.Response, error) {
	switch req.Method() {
	case http.MethodGet, http.MethodHead:
		return router.Text(http.StatusOK, "welcome, reader\n"), nil
	case http.MethodPost:
		return router.Text(http.StatusOK, "welcome, writer\n"), nil
	}
	return router.Text(http.StatusOK, "welcome\n"), nil
}

// echo says where a request went that no other route took.
func echo(_ context.Context, req *router.Request) (*router.Response, error) {
	return router.Reply(http.StatusOK, map[string]string{
		"method": req.Method(),
		"path":   req.Path(),
		"proxy":  req.PathValue("proxy"),
	})
}
