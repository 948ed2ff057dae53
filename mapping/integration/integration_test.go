package integration_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/integration"
	"github.com/lambdarest/lambdarest/mapping/vtl"
)

func js(template string) map[string]string { return map[string]string{"application/json": template} }

func compile(t *testing.T, templates integration.Templates) *integration.Integration {
	t.Helper()
	i, err := integration.Compile(templates)
	require.NoError(t, err)
	return i
}

func requireStatus(t *testing.T, err error, status int) *integration.Error {
	t.Helper()
	var e *integration.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, status, e.Status, "%v", err)
	return e
}

// requestCall is a call whose request template renders this body.
func requestCall(t *testing.T, body string) *integration.Call {
	t.Helper()
	call, err := compile(t, integration.Templates{Request: js("$input.body")}).Call(integration.Request{Input: vtl.Input{Body: []byte(body)}})
	require.NoError(t, err)
	if body == "" {
		call, err = compile(t, integration.Templates{Request: js("")}).Call(integration.Request{})
		require.NoError(t, err)
	}
	return call
}

// answer is what a client gets of a function that returns its event.
func answer(t *testing.T, templates integration.Templates, req integration.Request) *integration.Answer {
	t.Helper()
	call, err := compile(t, templates).Call(req)
	require.NoError(t, err)
	a, err := call.Success(call.Body())
	require.NoError(t, err)
	return a
}

func failureStatus(t *testing.T, responses []integration.Response, message string) int {
	t.Helper()
	call, err := compile(t, integration.Templates{Responses: responses}).Call(integration.Request{})
	require.NoError(t, err)
	a, err := call.Failure(message, nil)
	require.NoError(t, err)
	return a.Status
}

func TestRequestTemplateChoice(t *testing.T) {
	const template, pass = `"template"`, `"passthrough"`
	for _, tc := range []struct {
		types       []string
		contentType string
		behaviour   integration.Passthrough
		want        string // "" for 415
	}{
		{[]string{"application/json"}, "", integration.WhenNoMatch, template},
		{[]string{"application/json"}, "", integration.Never, template},
		{[]string{"application/json"}, "Application/JSON; charset=UTF-8", integration.Never, template},
		{[]string{"application/xml"}, "application/json", integration.WhenNoMatch, pass},
		{[]string{"application/xml"}, "application/json", integration.WhenNoTemplates, ""},
		{[]string{"application/xml"}, "", integration.Never, ""},
		{nil, "text/csv", integration.WhenNoMatch, pass},
		{nil, "text/csv", integration.WhenNoTemplates, pass},
		{nil, "text/csv", integration.Never, ""},
	} {
		templates := integration.Templates{Request: map[string]string{}, Passthrough: tc.behaviour}
		for _, contentType := range tc.types {
			templates.Request[contentType] = template
		}
		call, err := compile(t, templates).Call(integration.Request{Input: vtl.Input{Body: []byte(pass)}, ContentType: tc.contentType})
		if tc.want == "" {
			require.Equal(t, "Unsupported Media Type", requireStatus(t, err, 415).Message)
			continue
		}
		require.NoError(t, err)
		require.Equal(t, tc.want, string(call.Body()), "%+v", tc)
	}
}

func TestOverrides(t *testing.T) {
	templates := integration.Templates{
		Request: js(`#set($context.responseOverride.status = 202)#set($context.responseOverride.header.X-A = "a")$input.body`),
		Responses: []integration.Response{{Status: 201, Templates: map[string]string{
			"application/json": `seen $context.responseOverride.status#set($context.responseOverride.header["X-B"] = "b")`,
			"text/plain":       "",
		}}},
	}
	a := answer(t, templates, integration.Request{})
	require.Equal(t, 202, a.Status)
	require.Equal(t, "seen 202", string(a.Body), "the response template sees what the request template set")
	require.Equal(t, "a", a.Header.Get("X-A"))
	require.Equal(t, "b", a.Header.Get("X-B"))

	a = answer(t, templates, integration.Request{Accept: "text/plain"})
	require.Equal(t, 202, a.Status, "also without a response template")
}

func TestOverrideTwice(t *testing.T) {
	for template, twice := range map[string]string{
		`#set($context.requestOverride.header.a="1")#set($context.requestOverride.header.a="2")`:             "requestOverride.header.a",
		`#set($context.responseOverride.header.a="1")$context.responseOverride.header.put("a", "1")`:         "responseOverride.header.a",
		`#set($context.responseOverride.status=201)#set($context["responseOverride"]["status"]=202)`:         "responseOverride.status",
		`#set($context.requestOverride.header.a="1")#set($context.requestOverride.path.a="2")`:               "",
		`#set($context.responseOverride.header.a="1")#set($b = $context.responseOverride.header.a)`:          "",
		`#foreach($n in ["a", "b"])#set($context.requestOverride.querystring[$n] = $n)#end`:                  "",
		`#foreach($n in ["a", "b", "a", "a"])#set($context.requestOverride.querystring[$n] = $n)#end{"a":1}`: "requestOverride.querystring.a",
	} {
		_, err := compile(t, integration.Templates{Request: js(template)}).Call(integration.Request{})
		if twice == "" {
			require.NoError(t, err, template)
			continue
		}
		require.ErrorContains(t, requireStatus(t, err, 500), twice)
		call, err := compile(t, integration.Templates{Responses: []integration.Response{{Templates: js(template)}}}).Call(integration.Request{})
		require.NoError(t, err)
		_, err = call.Success(nil)
		requireStatus(t, err, 500)
	}
}

func TestErrors(t *testing.T) {
	_, err := compile(t, integration.Templates{Request: js("$input.json('$')")}).Call(integration.Request{Input: vtl.Input{Body: []byte("{a")}})
	require.Nil(t, requireStatus(t, err, 400).Err, "the client is to blame")
	_, err = compile(t, integration.Templates{Request: js("$input.path($x).a.charAt(9)$input.body.charAt(9)")}).Call(integration.Request{})
	require.NotNil(t, requireStatus(t, err, 500).Err)
	call, err := compile(t, integration.Templates{Responses: []integration.Response{{Pattern: "a", Status: 400}}}).Call(integration.Request{})
	require.NoError(t, err)
	_, err = call.Failure("b", nil)
	requireStatus(t, err, 500)
	require.True(t, errors.As(err, new(*integration.Error)))
	_, err = integration.Compile(integration.Templates{ContentHandling: "CONVERT"})
	require.EqualError(t, err, `integration: unknown content handling "CONVERT"`)
}

func TestMock(t *testing.T) {
	for body, want := range map[string]int{
		`{"statusCode": 200}`: 200, `{ statusCode: 200, }`: 200, `{'statusCode': 200}`: 200, `{statusCode: 404}`: 404,
		`{"statusCode": "200"}`: 500, `{"statusCode": 200`: 500, `statusCode: 200`: 500, `{}`: 500, ``: 500, `{"statusCode": 2.5}`: 500,
	} {
		call, err := compile(t, integration.Templates{
			Request:   js("$input.body"),
			Responses: []integration.Response{{}, {Pattern: `4\d\d`, Status: 404, Templates: js("none")}},
		}).Call(integration.Request{Input: vtl.Input{Body: []byte(body)}})
		require.NoError(t, err)
		a, err := call.Mock()
		if want == 500 {
			requireStatus(t, err, 500)
			continue
		}
		require.NoError(t, err, body)
		require.Equal(t, want, a.Status)
		require.Equal(t, map[bool]string{true: "none"}[want == 404], string(a.Body))
	}
}

func TestSubstitute(t *testing.T) {
	value := func(name string) string { return "<" + name + ">" }
	require.Equal(t, `{"message":<context.error.messageString>,"id":"<context.requestId>"} $util $ #if(1) <method.x>.`,
		integration.Substitute(`{"message":$context.error.messageString,"id":"${context.requestId}"} $util $ #if(1) $method.x.`, value))
	_, _, ok := integration.GatewayResponse("NO_SUCH")
	require.False(t, ok)
}
