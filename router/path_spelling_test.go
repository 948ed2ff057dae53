package router_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/router"
)

// Spellings of paths that clients seldom use: small hexadecimal digits, and slashes alone.
func TestSpellingsOfPaths(t *testing.T) {
	r := router.New()
	show := func(_ context.Context, req *router.Request) (*router.Response, error) {
		return router.Text(200, req.Route()+" "+req.PathValue("id")), nil
	}
	r.Get("/", show)
	r.Get("/users/{id}", show)
	for _, tt := range []struct{ path, want string }{
		{"/users/a%2fb", "/users/{id} a/b"},
		{"/users/%ed%95%9C", "/users/{id} 한"},
		{"/users/%6a%6F", "/users/{id} jo"},
		{"/", "/ "},
		{"//", "/ "},
		{"", "/ "},
	} {
		out, err := r.Invoke(t.Context(), fmt.Appendf(nil, `{"httpMethod":"GET","path":%q,"requestContext":{"stage":"prod"}}`, tt.path))
		require.NoError(t, err)
		var answer struct {
			StatusCode int
			Body       string
		}
		require.NoError(t, json.Unmarshal(out, &answer))
		require.Equal(t, 200, answer.StatusCode, "%q: %s", tt.path, out)
		require.Equal(t, tt.want, answer.Body, "%q", tt.path)
	}
}
