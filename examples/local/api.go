package main

import (
	"log/slog"
	"net/http"
	"strconv"

	"github.com/lambdarest/lambdarest/examples/users"
	"github.com/lambdarest/lambdarest/gateway"
	"github.com/lambdarest/lambdarest/mapping"
	"github.com/lambdarest/lambdarest/warmup"
)

// newAPI returns the API that examples/users/api.yaml defines; a test compares
// the two.
func newAPI(repository *users.Repository, log *slog.Logger) (*gateway.Gateway, error) {
	proxy := gateway.Proxy(warmup.Wrap(users.Proxy(repository, log), warmup.Config{}))
	nonProxy := gateway.Lambda(warmup.Wrap(users.NonProxy(repository, log), warmup.Config{}), nonProxyTemplates())
	return gateway.New(gateway.Config{Log: log},
		gateway.Route{Path: "/users", Integration: proxy},
		gateway.Route{Path: "/users/{id}", Integration: proxy},
		gateway.Route{Path: "/welcome", Integration: proxy},
		gateway.Route{Path: "/{proxy+}", Integration: proxy},
		gateway.Route{Method: http.MethodGet, Path: "/nonproxy/users", Integration: nonProxy},
		gateway.Route{Method: http.MethodPost, Path: "/nonproxy/users", Integration: nonProxy},
		gateway.Route{Method: http.MethodOptions, Path: "/nonproxy/users", Integration: gateway.Mock(preflightTemplates())},
	)
}

const allowOrigin = "Access-Control-Allow-Origin"

// nonProxyTemplates are those of the non-proxy integrations.
func nonProxyTemplates() gateway.Templates {
	t := gateway.Templates{
		Request: map[string]string{
			"application/json":                  users.RequestTemplate,
			"application/x-www-form-urlencoded": users.RequestTemplate, // what curl -d says it sends
		},
		Passthrough: gateway.Never,
		Responses:   []gateway.Response{{Status: http.StatusOK, Headers: map[string]string{allowOrigin: "'*'"}}},
	}
	problem := map[string]string{allowOrigin: "'*'", "Content-Type": "'application/problem+json'"}
	for _, status := range users.ErrorStatuses() {
		t.Responses = append(t.Responses, gateway.Response{
			Pattern:   mapping.SelectionPattern(status),
			Status:    status,
			Templates: map[string]string{"application/json": users.ErrorTemplate},
			Headers:   problem,
		})
	}
	t.Responses = append(t.Responses, gateway.Response{
		Pattern:   mapping.UnhandledPattern,
		Status:    http.StatusInternalServerError,
		Templates: map[string]string{"application/json": `{"status":500,"title":"Internal Server Error"}`},
		Headers:   problem,
	})
	return t
}

// preflightTemplates answer the preflight requests of browsers without a
// function.
func preflightTemplates() gateway.Templates {
	return gateway.Templates{
		Request: map[string]string{"application/json": `{"statusCode": ` + strconv.Itoa(http.StatusNoContent) + `}`},
		Responses: []gateway.Response{{Status: http.StatusNoContent, Headers: map[string]string{
			allowOrigin: "'*'", "Access-Control-Allow-Methods": "'GET,POST'", "Access-Control-Allow-Headers": "'Content-Type'",
		}}},
	}
}
