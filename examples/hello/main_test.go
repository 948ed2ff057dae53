package main

import (
	"testing"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

func TestHello(t *testing.T) {
	app := newRouter(nil)
	for _, source := range []router.Source{router.HTTP, router.REST, router.FunctionURL, router.ALB} {
		routertest.Do(t, app, routertest.Get("/hello/Kim").From(source)).Expect(200).JSON(`{"text":"Hello, Kim","times":1}`)
	}
	routertest.Do(t, app, routertest.Get("/hello/a%2Fb?times=3")).Expect(200).JSON(`{"text":"Hello, a/b","times":3}`)
	routertest.Do(t, app, routertest.Get("/hello/Kim?times=0")).Expect(400)
	routertest.Do(t, app, routertest.Get("/hello/Kim?times=often")).Expect(400)
	routertest.Do(t, app, routertest.Post("/hello/Kim", nil)).Expect(405).HasHeader("Allow", "GET, HEAD, OPTIONS")
	routertest.Do(t, app, routertest.Get("/")).Expect(404)
}
