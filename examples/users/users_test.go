package users_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/dynamo/dynamotest"
	"github.com/lambdarest/lambdarest/examples/users"
	"github.com/lambdarest/lambdarest/router/routertest"
	"github.com/lambdarest/lambdarest/warmup"
)

var kim = users.User{ID: 1, Name: "Kim", Email: "kim@example.com"}

// open returns the repository in an empty table inside this process.
func open(t *testing.T) (*users.Repository, *dynamotest.DB) {
	t.Helper()
	db := dynamotest.New(dynamotest.TableFor[users.User](users.Table()))
	repository, err := users.Open(db)
	require.NoError(t, err)
	return repository, db
}

func proxy(t *testing.T) (lambda.Handler, *dynamotest.DB) {
	t.Helper()
	repository, db := open(t)
	return warmup.Wrap(users.Proxy(repository, nil), warmup.Config{}), db
}

func TestUsers(t *testing.T) {
	app, _ := proxy(t)
	const kimJSON = `{"id":1,"name":"Kim","email":"kim@example.com"}`
	routertest.Do(t, app, routertest.Get("/users")).Expect(200).JSON(`[]`)
	routertest.Do(t, app, routertest.Post("/users", kim)).Expect(200).JSON(kimJSON)
	routertest.Do(t, app, routertest.Post("/users", kim)).Expect(409)
	routertest.Do(t, app, routertest.Get("/users")).Expect(200).JSON(`[` + kimJSON + `]`)
	routertest.Do(t, app, routertest.Get("/users/1")).Expect(200).JSON(kimJSON)
	routertest.Do(t, app, routertest.Put("/users/1", `{"id":2,"name":"Lee","email":""}`)).Expect(200).JSON(`{"id":1,"name":"Lee","email":""}`)
	routertest.Do(t, app, routertest.Get("/users/1")).Expect(200).JSON(`{"id":1,"name":"Lee","email":""}`)
	routertest.Do(t, app, routertest.Delete("/users/1")).Expect(204)
	routertest.Do(t, app, routertest.Get("/users/1")).Expect(404).HasHeader("Content-Type", "application/problem+json")
	routertest.Do(t, app, routertest.Delete("/users/1")).Expect(204)
}

func TestMistakesOfClients(t *testing.T) {
	app, db := proxy(t)
	for _, tt := range []struct {
		req    *routertest.Request
		status int
		detail string
	}{
		{routertest.Get("/users/999"), 404, ""},
		{routertest.Get("/users/one"), 400, "path parameter id must be an integer"},
		{routertest.Post("/users", `{"id":1,`), 400, "body field id is not valid JSON at byte 8"},
		{routertest.Post("/users", `{"id":"1"}`), 400, "body field id must be an integer"},
		{routertest.Post("/users", `{"name":"Kim"}`), 400, "id must be a positive integer"},
		{routertest.Post("/users", nil), 400, "body must be JSON"},
		{routertest.Put("/users/0", `{}`), 400, "id must be a positive integer"},
		{routertest.Patch("/users", `{}`), 405, "the path does not take PATCH"},
		{routertest.Patch("/users/1", `{}`), 405, "the path does not take PATCH"},
	} {
		resp := routertest.Do(t, app, tt.req).Expect(tt.status)
		var problem struct {
			Status int
			Detail string
		}
		require.NoError(t, json.Unmarshal(resp.Body, &problem))
		require.Equal(t, tt.status, problem.Status)
		require.Contains(t, problem.Detail, tt.detail)
	}
	routertest.Do(t, app, routertest.Patch("/users", nil)).HasHeader("Allow", "GET, HEAD, OPTIONS, POST")
	for _, call := range db.Calls() {
		require.NotEqual(t, "PutItem", call.Operation, "a mistake reached the table")
	}
}

func TestOtherRoutes(t *testing.T) {
	app, _ := proxy(t)
	routertest.Do(t, app, routertest.Get("/welcome")).Expect(200).Text("welcome, reader\n")
	routertest.Do(t, app, routertest.Post("/welcome", nil)).Expect(200).Text("welcome, writer\n")
	routertest.Do(t, app, routertest.Delete("/welcome")).Expect(200).Text("welcome\n")
	routertest.Do(t, app, routertest.Delete("/nowhere/at/all")).Expect(200).JSON(`{"method":"DELETE","path":"/nowhere/at/all","proxy":"nowhere/at/all"}`)
	routertest.Do(t, app, routertest.Get("/a%2Fb/c%20d+e/%ED%95%9C")).Expect(200).JSON(`{"method":"GET","path":"/a/b/c d+e/한","proxy":"a/b/c d+e/한"}`)
	preflight := routertest.NewRequest("OPTIONS", "/users", nil).Header("Origin", "https://app.example.com").Header("Access-Control-Request-Method", "POST")
	routertest.Do(t, app, preflight).Expect(204).HasHeader("Access-Control-Allow-Origin", "*").HasHeader("Access-Control-Allow-Methods", "GET, POST")
}

const scheduled = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","account":"123456789012",
	"time":"2026-01-01T00:00:00Z","region":"eu-west-1","resources":["arn:aws:events:eu-west-1:123456789012:rule/warm"],"detail":{}}`

func TestWarmUpReachesNothing(t *testing.T) {
	repository, db := open(t)
	for _, h := range []lambda.Handler{users.Proxy(repository, nil), users.NonProxy(repository, nil)} {
		out, err := warmup.Wrap(h, warmup.Config{}).Invoke(t.Context(), []byte(scheduled))
		require.NoError(t, err)
		require.True(t, json.Valid(out))
	}
	require.Empty(t, db.Calls())
}

// What to look for in the logs: the ping, what it primed, and that the request after
// it was no cold start.
func TestWarmUpLogs(t *testing.T) {
	repository, db := open(t)
	var logged bytes.Buffer
	log := slog.New(slog.NewTextHandler(&logged, nil))
	h := warmup.Wrap(users.Proxy(repository, log), users.WarmUp(repository, log))
	for _, event := range []string{scheduled, scheduled, `{"resource":"/users","path":"/users","httpMethod":"GET","requestContext":{}}`} {
		_, err := h.Invoke(t.Context(), []byte(event))
		require.NoError(t, err)
	}
	lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], `msg="warm-up ping" action=answered kind=eventbridge-rule`)
	require.Contains(t, lines[0], "cold=true")
	require.Contains(t, lines[0], "primed=3")
	require.Contains(t, lines[1], "cold=false")
	require.NotContains(t, lines[1], "primed")
	require.Contains(t, lines[2], "msg=request")
	require.Contains(t, lines[2], "cold_start=false")
	require.Equal(t, 2, db.Count("Scan"), "the primer's and the request's")
}

func TestNonProxy(t *testing.T) {
	repository, _ := open(t)
	h := users.NonProxy(repository, nil)
	for _, tt := range []struct{ event, want, err string }{
		{`{"method":"GET","body":{}}`, `[]`, ""},
		{`{"method":"POST","body":{"id":1,"name":"Kim","email":"k"}}`, `{"id":1,"name":"Kim","email":"k"}`, ""},
		{`{"method":"POST","body":{"id":1,"name":"Lee","email":"l"}}`, "", `{"status":409,"title":"Conflict"}`},
		{`{"method":"GET","body":{}}`, `[{"id":1,"name":"Kim","email":"k"}]`, ""},
		{`{"method":"POST","body":{}}`, "", `{"status":400,"title":"Bad Request","detail":"id must be a positive integer"}`},
		{`{"method":"POST","body":{"id":"1"}}`, "", `body.id`},
		{`{"method":"PUT","body":{}}`, "", `{"status":405,`},
	} {
		out, err := h.Invoke(t.Context(), []byte(tt.event))
		if tt.err != "" {
			require.ErrorContains(t, err, tt.err, tt.event)
			continue
		}
		require.NoError(t, err, tt.event)
		require.JSONEq(t, tt.want, string(out), tt.event)
	}
}

// More than one page of the table comes back whole.
func TestEveryPage(t *testing.T) {
	app, db := proxy(t)
	const n = 5000
	for id := 1; id <= n; id++ {
		u := users.User{ID: id, Name: strings.Repeat("n", 900), Email: fmt.Sprintf("%d@example.com", id)}
		routertest.Do(t, app, routertest.Post("/users", u)).Expect(200)
	}
	var all []users.User
	require.NoError(t, json.Unmarshal(routertest.Do(t, app, routertest.Get("/users")).Expect(200).Body, &all))
	seen := make(map[int]bool)
	for _, u := range all {
		require.False(t, seen[u.ID], "%d came twice", u.ID)
		seen[u.ID] = true
	}
	require.Len(t, seen, n)
	scans := 0
	for _, call := range db.Calls() {
		if call.Operation == "Scan" {
			scans++
		}
	}
	require.Greater(t, scans, 4)
}
