package moving

import (
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// each are the APIs, over notes of their own.
func each() map[string]lambda.Handler {
	mixed := newNotes()
	return map[string]lambda.Handler{
		"chi":        behindAPIProxy(withChi(newNotes())),
		"switch":     lambda.NewHandler(withSwitch(newNotes())),
		"router":     withRouter(newNotes()),
		"one by one": oneByOne(mixed, withChi(mixed)),
	}
}

// What clients rely on is the same before and after.
func TestTheSame(t *testing.T) {
	for name, api := range each() {
		t.Run(name, func(t *testing.T) {
			routertest.Do(t, api, routertest.Get("/notes/1")).Expect(404)
			routertest.Do(t, api, routertest.Put("/notes/1", `{"text":"buy tea"}`)).Expect(200).JSON(`{"id":1,"text":"buy tea"}`)
			routertest.Do(t, api, routertest.Put("/notes/1", `{"id":2,"text":"buy milk"}`)).Expect(200).JSON(`{"id":1,"text":"buy milk"}`)
			routertest.Do(t, api, routertest.Get("/notes/1")).Expect(200).JSON(`{"id":1,"text":"buy milk"}`)
			routertest.Do(t, api, routertest.Get("/notes/one")).Expect(400)
			routertest.Do(t, api, routertest.Put("/notes/1", `{"text":`)).Expect(400)
			routertest.Do(t, api, routertest.Delete("/notes/1")).Expect(405)
		})
	}
}

// What the pages say is different.
func TestDifferent(t *testing.T) {
	apis := each()
	for _, api := range apis {
		routertest.Do(t, api, routertest.Put("/notes/1", `{"text":"buy tea"}`)).Expect(200)
	}
	t.Run("a custom domain with a base path", func(t *testing.T) {
		get := func() *routertest.Request { return routertest.Get("/notes/1").BasePath("/v1") }
		require.Equal(t, 200, routertest.Do(t, apis["router"], get()).Status)
		require.Equal(t, 404, routertest.Do(t, apis["chi"], get()).Status)
		require.Equal(t, 404, routertest.Do(t, apis["switch"], get()).Status)
	})
	t.Run("an HTTP API", func(t *testing.T) {
		get := func() *routertest.Request { return routertest.Get("/notes/1").From(router.HTTP) }
		require.Equal(t, 200, routertest.Do(t, apis["router"], get()).Status)
		for _, before := range []string{"chi", "switch"} { // they know one kind of event
			out, err := apis[before].Invoke(t.Context(), get().Event(t))
			require.NoError(t, err)
			require.Contains(t, string(out), `"statusCode":404`, before)
		}
	})
	t.Run("Allow, and HEAD", func(t *testing.T) {
		routertest.Do(t, apis["router"], routertest.Delete("/notes/1")).Expect(405).HasHeader("Allow", "GET, HEAD, OPTIONS, PUT")
		routertest.Do(t, apis["router"], routertest.NewRequest("HEAD", "/notes/1", nil)).Expect(200)
		routertest.Do(t, apis["chi"], routertest.NewRequest("HEAD", "/notes/1", nil)).Expect(405)
		routertest.Do(t, apis["switch"], routertest.NewRequest("HEAD", "/notes/1", nil)).Expect(405)
	})
	t.Run("errors", func(t *testing.T) {
		routertest.Do(t, apis["router"], routertest.Put("/notes/x", `{"text":7}`)).Expect(400).
			HasHeader("Content-Type", "application/problem+json").
			JSON(`{"status":400,"title":"Bad Request","detail":"body field text must be a string (and 1 more)","errors":[
				{"pointer":"/text","detail":"must be a string"},{"parameter":"id","in":"path","detail":"must be an integer"}]}`)
		routertest.Do(t, apis["chi"], routertest.Put("/notes/x", `{"text":7}`)).Expect(400).Text("id must be an integer\n")
		routertest.Do(t, apis["switch"], routertest.Put("/notes/x", `{"text":7}`)).Expect(400).JSON(`{"message":"id must be an integer"}`)
	})
}
