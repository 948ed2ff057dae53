package warmup_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/warmup"
)

// corpusPings are the events of the collection that the zero Config answers: the
// pings of the kinds that it knows and the scheduled events that other projects
// recorded. A scheduled event of a business rule is among them: only Config.Rules
// tells the two apart.
var corpusPings = []string{
	"chalice/generate_cw_event.json",
	"lookalikes/scheduled-business-rule.json",
	"sam-cli-generate-event/cloudwatch__scheduled-event.json",
	"warmers/eventbridge-rule-default.json",
	"warmers/eventbridge-scheduler-default.json",
	"warmers/lambda-warmer-js-array.json",
	"warmers/lambda-warmer-js-string-concurrency.json",
	"warmers/lambda-warmer-js-target.json",
	"warmers/lambda-warmer-py-child.json",
	"warmers/serverless-plugin-warmup-4.2-string-wrapped.json",
}

// TestCorpus runs the collected events of all sources: pings are answered and
// everything else, spoofs and look-alikes too, arrives byte for byte.
func TestCorpus(t *testing.T) {
	root := filepath.Join("..", "..", "shared", "data", "events")
	if _, err := os.Stat(root); err != nil {
		t.Skipf("the collection of recorded events is not beside the repository; TestPings, TestLookAlikes and TestVetoes still run: %v", err)
	}
	files, err := filepath.Glob(filepath.Join(root, "*", "*.json"))
	require.NoError(t, err)
	require.Greater(t, len(files), 250, "events are missing")

	onlyWarm := warmup.Config{Rules: []string{
		"arn:aws:events:us-east-1:123456789012:rule/my-scheduled-rule",
		"arn:aws:scheduler:us-east-2:123456789012:schedule/default/keep-warm",
	}}
	wantPings := make(map[string]bool)
	for _, name := range corpusPings {
		wantPings[name] = true
	}
	for _, file := range files {
		rel, err := filepath.Rel(root, file)
		require.NoError(t, err)
		event, err := os.ReadFile(file)
		require.NoError(t, err)
		t.Run(rel, func(t *testing.T) {
			if !wantPings[rel] {
				requirePassed(t, event, warmup.Config{})
				requirePassed(t, event, onlyWarm)
				return
			}
			requireAnswered(t, string(event), warmup.Config{})
			if strings.HasPrefix(rel, "warmers/") {
				requireAnswered(t, string(event), onlyWarm)
			} else if rel == "lookalikes/scheduled-business-rule.json" {
				requirePassed(t, event, onlyWarm)
			}
		})
		delete(wantPings, rel)
	}
	require.Empty(t, wantPings, "pings that were not in the collection")
}
