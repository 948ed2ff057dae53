package integration_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// behaviour is a case that was recorded on AWS or is stated in its guide.
type behaviour struct {
	Name, Kind      string
	Given, Expected json.RawMessage
}

// TestRecordedBehaviour replays the collected cases; the tables of the other tests hold the essential ones.
func TestRecordedBehaviour(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "..", "shared", "data", "mapping", "integration_behaviour.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("the collected cases are absent: the package's own tables are compared, AWS's whole tables are not")
	}
	require.NoError(t, err)
	var all []behaviour
	require.NoError(t, json.Unmarshal(data, &all))
	require.NotEmpty(t, all, "a file without cases proves nothing")
	for _, b := range all {
		run, ok := replays[b.Kind]
		require.True(t, ok, "no replay for kind %q", b.Kind)
		t.Run(b.Name, func(t *testing.T) { run(t, b) })
	}
}

var replays = map[string]func(*testing.T, behaviour){
	"passthroughBehavior": replayRequestChoice,
	"templateSelection":   replayChoice,
	"selectionPattern":    replaySelection,
	"lambdaInvoke":        replayInvoke,
	"responseOverride":    replayOverride,
	"requestOverride":     replayTwice,
	"mockStatusCode":      replayMock,
	"gatewayResponse":     replayGatewayResponse,
	"contentHandling":     replayContent,
}

func unmarshal[T any](t *testing.T, raw json.RawMessage) (v T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(raw, &v), "%s", raw)
	return v
}

func replayRequestChoice(t *testing.T, b behaviour) {
	given := unmarshal[struct {
		RequestTemplates                 map[string]string
		ContentType, PassthroughBehavior string
	}](t, b.Given)
	for contentType := range given.RequestTemplates {
		given.RequestTemplates[contentType] = `"template"`
	}
	i := compile(t, integration.Templates{Request: given.RequestTemplates, Passthrough: passthroughs[given.PassthroughBehavior]})
	call, err := i.Call(integration.Request{Input: vtl.Input{Body: []byte(`"passthrough"`)}, ContentType: given.ContentType})
	if want := unmarshal[string](t, b.Expected); want != "415" {
		require.NoError(t, err)
		require.Equal(t, `"`+want+`"`, string(call.Body()))
		return
	}
	requireStatus(t, err, 415)
}

var passthroughs = map[string]integration.Passthrough{
	"": integration.WhenNoMatch, "WHEN_NO_MATCH": integration.WhenNoMatch,
	"WHEN_NO_TEMPLATES": integration.WhenNoTemplates, "NEVER": integration.Never,
}

func replayChoice(t *testing.T, b behaviour) {
	given := unmarshal[struct {
		ResponseTemplates []string
		Accept            string
	}](t, b.Given)
	if len(given.ResponseTemplates) == 0 {
		replayRequestChoice(t, b)
		return
	}
	templates := map[string]string{}
	for _, contentType := range given.ResponseTemplates {
		templates[contentType] = "x"
	}
	a := answer(t, integration.Templates{Responses: []integration.Response{{Templates: templates}}}, integration.Request{Accept: given.Accept})
	require.Equal(t, unmarshal[string](t, b.Expected), a.Header.Get("Content-Type"))
}

func replaySelection(t *testing.T, b behaviour) {
	given := unmarshal[struct {
		IntegrationResponses []struct {
			StatusCode       json.Number
			SelectionPattern string
		}
		LambdaError struct{ ErrorMessage string } `json:"lambda_error"`
	}](t, b.Given)
	var responses []integration.Response
	for _, r := range given.IntegrationResponses {
		status, err := r.StatusCode.Int64()
		require.NoError(t, err)
		responses = append(responses, integration.Response{Pattern: r.SelectionPattern, Status: int(status)})
	}
	want := unmarshal[struct{ Status int }](t, b.Expected)
	require.Equal(t, want.Status, failureStatus(t, responses, given.LambdaError.ErrorMessage))
}

// The problems have names only: these are bodies that have them.
var problems = map[string]string{
	"text/x-www-form-urlencoded newline": "{\"body\": \"a=b\r\nc=d\"}",
	"escaped single quote":               `{"body": "it\'s"}`,
	"double comma":                       `{"a": 1,, "b": 2}`,
	"unescaped quote":                    `{"a": "x"i"}`,
}

// where is what differs from one document to the next in Lambda's message.
var where = regexp.MustCompile(`(?s)\n at \[Source.*`)

func replayInvoke(t *testing.T, b behaviour) {
	given := unmarshal[struct {
		Rendered *string
		Problem  string `json:"rendered_body_problem"`
	}](t, b.Given)
	if given.Rendered != nil {
		event, err := requestCall(t, *given.Rendered).Event()
		require.NoError(t, err)
		require.JSONEq(t, string(unmarshal[struct{ Event json.RawMessage }](t, b.Expected).Event), string(event))
		return
	}
	body, ok := problems[given.Problem]
	require.True(t, ok, given.Problem)
	_, err := requestCall(t, body).Event()
	want := unmarshal[struct {
		Status int
		Body   struct{ Message string }
	}](t, b.Expected)
	e := requireStatus(t, err, want.Status)
	require.Equal(t, where.ReplaceAllString(want.Body.Message, ""), where.ReplaceAllString(e.Message, ""))
}

func replayOverride(t *testing.T, b behaviour) {
	for _, status := range unmarshal[struct{ Status []any }](t, b.Given).Status {
		text, err := json.Marshal(status)
		require.NoError(t, err)
		a := answer(t, integration.Templates{Request: js(`#set($context.responseOverride.status = ` + string(text) + `)`)}, integration.Request{})
		require.Equal(t, 200, a.Status)
	}
}

func replayTwice(t *testing.T, b behaviour) {
	template := unmarshal[struct{ Template string }](t, b.Given).Template
	_, err := compile(t, integration.Templates{Request: js(template)}).Call(integration.Request{})
	requireStatus(t, err, 500)
}

func replayMock(t *testing.T, b behaviour) {
	call := requestCall(t, unmarshal[struct{ Rendered string }](t, b.Given).Rendered)
	a, err := call.Mock()
	if string(b.Expected) == "200" {
		require.NoError(t, err)
		require.Equal(t, 200, a.Status)
		require.Empty(t, a.Body)
		return
	}
	requireStatus(t, err, 500)
}

func replayGatewayResponse(t *testing.T, b behaviour) {
	want := unmarshal[struct {
		StatusCode *json.Number
		Templates  map[string]string
	}](t, b.Expected)
	status, template, ok := integration.GatewayResponse(unmarshal[struct{ ResponseType string }](t, b.Given).ResponseType)
	require.True(t, ok)
	require.Equal(t, want.Templates["application/json"], template)
	if want.StatusCode == nil {
		require.Zero(t, status)
		return
	}
	number, err := want.StatusCode.Int64()
	require.NoError(t, err)
	require.Equal(t, int(number), status)
}
