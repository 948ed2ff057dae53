package main

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// newApp returns the API over an empty table inside this process.
func newApp(t *testing.T) *router.Router {
	t.Helper()
	images, err := dynamo.New[Image](dynamotest.New(dynamotest.TableFor[Image]("images")), "images")
	require.NoError(t, err)
	return newRouter(images, nil)
}

// png is enough of a PNG to be told by, with bytes that are not text.
var png = append([]byte("\x89PNG\x0d\x0a\x1a\x0a"), 0, 0xff, 0xfe, 0x80)

// What goes in comes out, byte for byte, through every service.
func TestBytes(t *testing.T) {
	for _, source := range []router.Source{router.REST, router.HTTP, router.FunctionURL, router.ALB} {
		app := newApp(t)
		routertest.Do(t, app, routertest.Put("/images/kim.png", png).From(source)).Expect(204)
		got := routertest.Do(t, app, routertest.Get("/images/kim.png").From(source)).Expect(200).HasHeader("Content-Type", "image/png")
		require.Equal(t, png, got.Body)
		unchanged := routertest.Get("/images/kim.png").From(source).Header("If-None-Match", got.Header.Get("ETag"))
		require.Empty(t, routertest.Do(t, app, unchanged).Expect(304).Body)
	}
}

func TestMistakes(t *testing.T) {
	app := newApp(t)
	routertest.Do(t, app, routertest.Get("/images/kim.png")).Expect(404)
	page := routertest.Put("/images/kim.png", "<html><script>").Header("Content-Type", "image/png")
	routertest.Do(t, app, page).Expect(415)
	routertest.Do(t, app, routertest.Put("/images/kim.png", nil)).Expect(415)
	large := append(png, bytes.Repeat([]byte{0xff}, maxImage-len(png))...)
	routertest.Do(t, app, routertest.Put("/images/"+strings.Repeat("n", 100), large)).Expect(204)
	routertest.Do(t, app, routertest.Put("/images/kim.png", append(large, 0))).Expect(413)
	routertest.Do(t, app, routertest.Get("/images/kim.png")).Expect(404)
}
