package users_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
)

// The SAM template deploys what is in this folder: both functions on arm64, warmed
// every five minutes, with nothing but their roles' permissions.
func TestTemplate(t *testing.T) {
	data, err := os.ReadFile("template.yaml")
	require.NoError(t, err)
	var template struct {
		Globals struct {
			Function struct {
				Runtime       string   `yaml:"Runtime"`
				Handler       string   `yaml:"Handler"`
				Architectures []string `yaml:"Architectures"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
		Resources map[string]struct {
			Type       string `yaml:"Type"`
			Properties struct {
				CodeURI  string `yaml:"CodeUri"`
				Policies []struct {
					Statement []struct {
						Action []string `yaml:"Action"`
					} `yaml:"Statement"`
				} `yaml:"Policies"`
				Events map[string]struct {
					Type       string            `yaml:"Type"`
					Properties map[string]string `yaml:"Properties"`
				} `yaml:"Events"`
			} `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	require.NoError(t, yaml.Unmarshal(data, &template))
	require.Equal(t, "provided.al2023", template.Globals.Function.Runtime)
	require.Equal(t, []string{"arm64"}, template.Globals.Function.Architectures)
	require.Equal(t, "bootstrap", template.Globals.Function.Handler)
	functions := 0
	for name, r := range template.Resources {
		if r.Type != "AWS::Serverless::Function" {
			continue
		}
		functions++
		require.FileExists(t, filepath.Join(r.Properties.CodeURI, "main.go"), name)
		require.Equal(t, "Schedule", r.Properties.Events["WarmUp"].Type, name)
		require.Equal(t, "rate(5 minutes)", r.Properties.Events["WarmUp"].Properties["Schedule"], name)
		for _, action := range r.Properties.Policies[0].Statement[0].Action {
			require.True(t, strings.HasPrefix(action, "dynamodb:") && !strings.Contains(action, "*"), "%s: %s", name, action)
		}
	}
	require.Equal(t, 2, functions)
	for _, secret := range []string{"AWS_ACCESS_KEY", "AWS_SECRET", "AWS::IAM::User", "AccessKey"} {
		require.NotContains(t, string(data), secret)
	}
}
