package sam

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/cron"
)

// A Function is an AWS::Serverless::Function or an AWS::Lambda::Function.
type Function struct {
	ID, Name string
	// CodeURI is the folder of CodeUri, or of Code, with the Go program, or with an executable "bootstrap".
	CodeURI string
	Handler string
	// MemoryMB and Timeout (seconds) are as AWS limits them; Concurrency is ReservedConcurrentExecutions, 0 for none.
	MemoryMB, Timeout, Concurrency int
	Env                            map[string]string
	Schedules                      []Schedule
	// Pos is where the template has it, as file:line.
	Pos string
}

// A Schedule is an event that comes by itself.
type Schedule struct {
	Name       string
	Expression string // rate(5 minutes) or cron(0 12 * * ? *)
	Input      string // the event; "" for EventBridge's own
}

// readFunction reads a function of SAM; nil for one that does not run here, which a warning says.
func (t *template) readFunction(r *resource) *Function {
	if t.isForeign(r) {
		return nil
	}
	props := t.properties(r)
	f := t.newFunction(r, props)
	t.checkRuntime(props)
	code := props.get("CodeUri")
	switch {
	case !code.exists():
		t.fail(r.node, "Resources."+r.id, "expected CodeUri with the folder of a Go program")
	case code.isMap() || strings.HasPrefix(code.text(), "s3://"):
		code.fail("expected a folder of this machine")
	default:
		f.CodeURI = t.folder(code.text())
	}
	t.readFunctionURL(r, f, props.get("FunctionUrlConfig"))
	return f
}

// otherLanguages are the names of AWS's runtimes that are not for Go, of any version
// (https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html).
var otherLanguages = regexp.MustCompile(`^(nodejs|python|java|ruby|dotnet)[\w.]*$`)

// isForeign reports whether a function of SAM is in another language or a container image: the rest of its template runs
// without it.
func (t *template) isForeign(r *resource) bool {
	if r.props == nil || r.props.Kind != yaml.MappingNode {
		return false // which is reported where the function is read
	}
	path, what := "Resources."+r.id, "container image"
	if t.property(r, "PackageType").text() != "Image" && !t.property(r, "ImageUri").exists() {
		what = t.property(r, "Runtime").text()
		if !otherLanguages.MatchString(what) {
			return false
		}
	}
	t.foreign = append(t.foreign, r)
	t.warn(r.node, path, "%s: this command runs Go programs only; the function is left out, with its events", what)
	return true
}

// newFunction reads what functions have with and without SAM.
func (t *template) newFunction(r *resource, props value) *Function {
	if layers := props.get("Layers"); layers.exists() {
		t.warn(layers.n, layers.path, "layers are not loaded here: /opt has nothing of them")
	}
	for name, v := range props.get("Environment").get("Variables").all() {
		if v.isScalar() && strings.Contains(v.n.Value, "{{resolve:") {
			t.warn(v.n, v.path, "dynamic references are not resolved here; -env %s=VALUE gives a value", name)
		}
	}
	return &Function{
		ID: r.id, Name: t.physicalName(r), Handler: props.get("Handler").text(),
		MemoryMB:    props.get("MemorySize").number(128, 128, 10240),
		Timeout:     props.get("Timeout").number(3, 1, 900),
		Concurrency: props.get("ReservedConcurrentExecutions").number(0, 1, 100_000),
		Env:         props.get("Environment").get("Variables").textMap(),
		Pos:         fmt.Sprintf("%s:%d", t.files[r.node], r.node.Line),
	}
}

func (t *template) checkRuntime(props value) {
	runtime := props.get("Runtime")
	if !runtime.exists() {
		props.fail("expected Runtime: provided.al2023")
		return
	}
	if !slices.Contains(runtimes, runtime.text()) {
		runtime.fail("expected provided.al2023, got %s: this command runs Go programs", runtime.kind())
	}
}

// readEvents reads the events of a function: its routes and schedules.
func (t *template) readEvents(r *resource) {
	if slices.Contains(t.foreign, r) {
		return
	}
	f := t.Function(r.id)
	for name, ev := range t.property(r, "Events").all() {
		props := ev.get("Properties")
		switch kind := ev.get("Type").text(); kind {
		case "Api":
			t.readRouteEvent(f, ev, props, false)
		case "HttpApi":
			t.readRouteEvent(f, ev, props, true)
		case "Schedule", "ScheduleV2":
			t.readSchedule(f, name, ev, props)
		case "":
			ev.fail("expected a Type, as Api, HttpApi or Schedule")
		default:
			if !slices.Contains(strings.Fields(eventTypes), kind) {
				continue // which checkNames has said
			}
			t.warn(ev.n, ev.path, "events of type %s are not sent here; lambdarest invoke sends one", kind)
		}
	}
}

func (t *template) readSchedule(f *Function, name string, ev, props value) {
	at := props.get("Schedule")
	if !at.exists() {
		at = props.get("ScheduleExpression")
	}
	if !at.exists() {
		ev.fail("expected a Schedule, as rate(5 minutes)")
		return
	}
	if strings.HasPrefix(at.text(), "at(") {
		t.warn(at.n, at.path, "a schedule for one time does not fire here; lambdarest invoke sends its event")
		return
	}
	if _, err := cron.Parse(at.text()); err != nil {
		at.fail("%s", strings.TrimPrefix(err.Error(), "cron: "))
		return
	}
	if !props.get("Enabled").boolean(true) || props.get("State").oneOf("ENABLED", "ENABLED", "DISABLED") == "DISABLED" {
		return
	}
	f.Schedules = append(f.Schedules, Schedule{name, at.text(), props.get("Input").text()})
}
