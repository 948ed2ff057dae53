package routertest_test

import (
	"fmt"
	"testing"

	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

func ExampleDo() {
	// In a test file:
	//
	//	func TestGetJSON(t *testing.T) {
	test := func(t *testing.T) {
		routertest.Do(t, app(), routertest.Get("/json")).
			Expect(200).
			HasHeader("Content-Type", "application/json").
			JSON(`{"id": 1, "name": "Kim"}`)
		routertest.Do(t, app(), routertest.Get("/nowhere").From(router.HTTP)).Expect(404)
	}
	fmt.Println(testing.RunTests(func(string, string) (bool, error) { return true, nil }, []testing.InternalTest{{Name: "TestGetJSON", F: test}}))
	// Output: true
}
