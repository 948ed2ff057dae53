package users_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/examples/users"
	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/router"
	"github.com/lambdarest/lambdarest/router/routertest"
)

// binaries is the folder of the functions' binaries, which build fills.
var binaries string

// build builds the functions as they are deployed, once.
var build = sync.OnceValue(func() error {
	out, err := exec.Command("go", "build", "-tags", "lambda.norpc", "-trimpath", "-ldflags", "-s -w", "-o", binaries, "./proxy", "./nonproxy").CombinedOutput()
	if err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	return nil
})

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "users")
	if err != nil {
		log.Fatal(err)
	}
	binaries = dir
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// bootstrap runs one of the functions with the DynamoDB wire of an engine in this
// process.
func bootstrap(t *testing.T, name string) (*gateway.Process, *dynamotest.DB) {
	t.Helper()
	require.NoError(t, build())
	db := dynamotest.New(dynamotest.TableFor[users.User](users.Table()))
	wire := httptest.NewServer(db.Handler())
	t.Cleanup(wire.Close)
	p := gateway.Function(filepath.Join(binaries, name), []string{"AWS_ENDPOINT_URL_DYNAMODB=" + wire.URL, "AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local", "TABLE_NAME=" + users.Table()})
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	return p, db
}

func TestProxyBootstrap(t *testing.T) {
	p, db := bootstrap(t, "proxy")
	warm(t, p, db)
	for _, source := range []router.Source{router.REST, router.HTTP, router.FunctionURL, router.ALB} {
		routertest.Do(t, p, routertest.Post("/capture/space%20value?repeat=one", "{}").From(source)).Expect(200).
			JSON(`{"method":"POST","path":"/capture/space value","proxy":"capture/space value"}`)
	}
	routertest.Do(t, p, routertest.Post("/users", kim)).Expect(200)
	routertest.Do(t, p, routertest.Get("/users/1").From(router.HTTP)).Expect(200).JSON(`{"id":1,"name":"Kim","email":"kim@example.com"}`)
	routertest.Do(t, p, routertest.Get("/users/2").From(router.ALB)).Expect(404)
}

func TestNonProxyBootstrap(t *testing.T) {
	p, db := bootstrap(t, "nonproxy")
	warm(t, p, db)
	out, err := p.Invoke(t.Context(), []byte(`{"method":"POST","body":{"id":1,"name":"Kim","email":"k"}}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"id":1,"name":"Kim","email":"k"}`, string(out))
	out, err = p.Invoke(t.Context(), []byte(`{"method":"GET","body":{}}`))
	require.NoError(t, err)
	require.JSONEq(t, `[{"id":1,"name":"Kim","email":"k"}]`, string(out))
	_, err = p.Invoke(t.Context(), []byte(`{"method":"POST","body":{}}`))
	var failed *gateway.FunctionError
	require.ErrorAs(t, err, &failed)
	require.Contains(t, failed.Message, `{"status":400,"title":"Bad Request","detail":"id must be a positive integer"`)
}

// warm sends the scheduled event, which must reach no business code: the only call
// of the table is that of the primer, at the first ping.
func warm(t *testing.T, p *gateway.Process, db *dynamotest.DB) {
	t.Helper()
	for range 2 {
		out, err := p.Invoke(t.Context(), []byte(scheduled))
		require.NoError(t, err)
		require.True(t, json.Valid(out), "%s", out)
		require.NotContains(t, string(out), "statusCode")
	}
	require.Len(t, db.Calls(), 1)
	require.Equal(t, "Scan", db.Calls()[0].Operation)
}

// One client request, captured live on AWS behind four ingresses.
func TestBootstrapsAnswerRecordedEvents(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "router", "live_events_4_ingresses.json"))
	if os.IsNotExist(err) {
		t.Skip("the recorded events are not beside this checkout: TestProxyBootstrap sends generated ones of the same four sources")
	}
	require.NoError(t, err)
	var live struct{ Events map[string]json.RawMessage }
	require.NoError(t, json.Unmarshal(data, &live))
	require.Len(t, live.Events, 4)
	proxy, _ := bootstrap(t, "proxy")
	nonProxy, _ := bootstrap(t, "nonproxy")
	for name, event := range live.Events {
		out, err := proxy.Invoke(t.Context(), event)
		require.NoError(t, err, name)
		var answer struct {
			StatusCode int
			Body       string
		}
		require.NoError(t, json.Unmarshal(out, &answer), name)
		require.Equal(t, 200, answer.StatusCode, name)
		require.JSONEq(t, `{"method":"POST","path":"/capture/space value","proxy":"capture/space value"}`, answer.Body, name)
		require.Equal(t, name == "alb", strings.Contains(string(out), "statusDescription"), name)

		// Behind a non-proxy integration the same event is a client's mistake that
		// a selection pattern matches, not a crash.
		_, err = nonProxy.Invoke(context.WithoutCancel(t.Context()), event)
		var failed *gateway.FunctionError
		require.ErrorAs(t, err, &failed, name)
		require.Contains(t, failed.Message, `{"status":4`, name)
	}
}
