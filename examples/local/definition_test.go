package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/lambdarest/lambdarest/gateway"
)

// An integration is an x-amazon-apigateway-integration block of an API definition.
type integration struct {
	Type                string
	PassthroughBehavior string            `yaml:"passthroughBehavior"`
	RequestTemplates    map[string]string `yaml:"requestTemplates"`
	Responses           map[string]struct {
		StatusCode         string            `yaml:"statusCode"`
		ResponseTemplates  map[string]string `yaml:"responseTemplates"`
		ResponseParameters map[string]string `yaml:"responseParameters"`
	}
}

// templates returns what the block says in the gateway's terms.
func (i integration) templates(t *testing.T) gateway.Templates {
	out := gateway.Templates{Request: i.RequestTemplates}
	if i.PassthroughBehavior == "never" {
		out.Passthrough = gateway.Never
	}
	for pattern, r := range i.Responses {
		status, err := strconv.Atoi(r.StatusCode)
		require.NoError(t, err)
		response := gateway.Response{Pattern: pattern, Status: status, Templates: r.ResponseTemplates, Headers: map[string]string{}}
		if pattern == "default" {
			response.Pattern = ""
		}
		for name, value := range r.ResponseParameters {
			response.Headers[strings.TrimPrefix(name, "method.response.header.")] = value
		}
		out.Responses = append(out.Responses, response)
	}
	return sorted(out)
}

func sorted(t gateway.Templates) gateway.Templates {
	slices.SortFunc(t.Responses, func(a, b gateway.Response) int { return cmp.Compare(a.Pattern, b.Pattern) })
	return t
}

// What is served on localhost is what api.yaml deploys.
func TestDefinition(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "users", "api.yaml"))
	require.NoError(t, err)
	var definition struct {
		Paths map[string]map[string]struct {
			Integration integration `yaml:"x-amazon-apigateway-integration"`
		}
	}
	require.NoError(t, yaml.Unmarshal(data, &definition))
	var got []string
	for path, methods := range definition.Paths {
		for method, m := range methods {
			got = append(got, m.Integration.Type+" "+method+" "+path)
			switch m.Integration.Type {
			case "aws":
				require.Equal(t, sorted(nonProxyTemplates()), m.Integration.templates(t), path)
			case "mock":
				require.Equal(t, sorted(preflightTemplates()), m.Integration.templates(t), path)
			}
		}
	}
	slices.Sort(got)
	require.Equal(t, []string{
		"aws get /nonproxy/users", "aws post /nonproxy/users",
		"aws_proxy x-amazon-apigateway-any-method /users", "aws_proxy x-amazon-apigateway-any-method /users/{id}",
		"aws_proxy x-amazon-apigateway-any-method /welcome", "aws_proxy x-amazon-apigateway-any-method /{proxy+}",
		"mock options /nonproxy/users",
	}, got)
}
