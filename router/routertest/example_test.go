package routertest_test

import (
	"testing"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

func ExampleDo() {
	testGetJSON := func(t *testing.T) { // func TestGetJSON(t *testing.T) in a test file
		routertest.Do(t, app(), routertest.Get("/json")).
			Expect(200).
			HasHeader("Content-Type", "application/json").
			JSON(`{"id": 1, "name": "Kim"}`)
		routertest.Do(t, app(), routertest.Get("/nowhere").From(router.HTTP)).Expect(404)
	}
	_ = testGetJSON
}
