package integration

import (
	"fmt"
	"maps"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

// checkOverrides refuses a rendering that set an override twice: "Overrides are final. An override may only be applied to
// each parameter once. Trying to override the same parameter multiple times will result in 5XX responses" (AWS's guide,
// "Override your API's request and response parameters and status codes").
func checkOverrides(out vtl.Output) error {
	if len(out.OverriddenTwice) > 0 {
		return misconfigured(fmt.Errorf("%w: %s", errTwice, strings.Join(out.OverriddenTwice, ", ")))
	}
	return nil
}

// withOverrides returns the context that the response template sees: what the request template has set is in it.
func withOverrides(context map[string]any, out vtl.Output) map[string]any {
	merged := maps.Clone(context)
	if merged == nil {
		merged = make(map[string]any, 2)
	}
	merged["requestOverride"], merged["responseOverride"] = out.RequestOverride, out.ResponseOverride
	return merged
}

// applyOverride carries out $context.responseOverride. A status that is no integer from 200 to 599 is ignored.
func applyOverride(a *Answer, override map[string]any) {
	if status, ok := overrideStatus(override["status"]); ok {
		a.Status = status
	}
	headers, _ := override["header"].(map[string]any)
	for name, value := range headers {
		if text, ok := overrideText(value); ok && isToken(name) {
			a.Header.Set(name, headerValue(text))
		}
	}
}

func overrideStatus(v any) (int, bool) {
	text, ok := overrideText(v)
	status, err := strconv.Atoi(text)
	return status, ok && err == nil && status >= 200 && status <= 599
}

func overrideText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", false
}
