package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// What start reports: where everything is, and what happens. It is text for people, or, with -o json, a JSON object a
// line, each with a member "event": "ready" once, then "request" and "schedule", and "reloaded" when another template is in
// use.

// An apiInfo is an API for the console and for -o json.
type apiInfo struct {
	ID     string      `json:"id"`
	Kind   string      `json:"kind"`
	URL    string      `json:"url"`
	Routes []routeInfo `json:"routes"`
}

type routeInfo struct {
	Method string `json:"method"` // "" for a route that has none
	Path   string `json:"path"`
	Target string `json:"target"`
}

func (d *deployment) infos() []apiInfo {
	all := []apiInfo{}
	for _, served := range d.apis {
		a := apiInfo{ID: served.api.ID, Kind: kindName(served.api.Config.Kind), URL: served.url}
		for _, r := range served.api.Routes {
			a.Routes = append(a.Routes, routeInfo{r.Method, r.Path, target(r)})
		}
		all = append(all, a)
	}
	return all
}

func kindName(k gateway.Kind) string {
	switch k {
	case gateway.HTTP:
		return "HTTP API"
	case gateway.FunctionURL:
		return "function URL"
	}
	return "REST API"
}

// target says what a route leads to.
func target(r sam.Route) string {
	text := r.URL
	if r.Function != nil {
		text = r.Function.ID
	}
	switch r.Kind {
	case sam.Mock:
		text = "mock"
	case sam.NonProxy, sam.HTTP:
		text += ", with templates"
	case sam.Stream:
		text += ", streamed"
	case sam.ProxyV1:
		text += ", format 1.0"
	}
	if r.IsMapped() {
		text += ", parameters mapped"
	}
	switch a := r.Authorizer; {
	case a == nil:
	case a.IAM:
		text += ", AWS_IAM"
	default:
		text += ", authorizer " + a.Name
	}
	if len(r.Scopes) > 0 {
		text += ", scopes " + strings.Join(r.Scopes, " ")
	}
	if r.KeyRequired {
		text += ", API key"
	}
	if r.Validation != nil {
		text += ", validated"
	}
	return text
}

type scheduleInfo struct {
	Name       string `json:"name"`
	Function   string `json:"function"`
	Expression string `json:"expression"`
	Fires      bool   `json:"fires"`
}

func (d *deployment) scheduleInfos(fires bool) []scheduleInfo {
	all := []scheduleInfo{}
	for _, fn := range d.app.Functions {
		for _, sch := range fn.Schedules {
			all = append(all, scheduleInfo{sch.Name, fn.ID, sch.Expression, fires})
		}
	}
	return all
}

type databaseInfo struct {
	URL    string   `json:"url"`
	Tables []string `json:"tables"`
}

func (d *deployment) tableNames() []string {
	names := []string{}
	for _, table := range d.app.Tables {
		names = append(names, table.Name)
	}
	return names
}

// reportState prints where everything is, as a line of -o json.
func (s *system) reportState(event string) {
	d := s.use()
	defer d.users.Done()
	s.report(struct {
		Event     string         `json:"event"`
		APIs      []apiInfo      `json:"apis"`
		Lambda    lambdaInfo     `json:"lambda"`
		DynamoDB  databaseInfo   `json:"dynamodb"`
		Schedules []scheduleInfo `json:"schedules"`
		Console   string         `json:"console,omitempty"`
	}{event, d.infos(), s.lambdaInfo(d), databaseInfo{s.db.url, d.tableNames()}, d.scheduleInfos(s.flags.schedules), s.consoleURL(d)})
}

// reportReady says where everything is.
func (s *system) reportReady() {
	if s.flags.output == "json" {
		s.reportState("ready")
		return
	}
	d := s.use()
	defer d.users.Done()
	var b strings.Builder
	for _, a := range d.infos() {
		fmt.Fprintf(&b, "%s %s (%s)\n", a.URL, a.ID, a.Kind)
		for _, r := range a.Routes {
			fmt.Fprintf(&b, "  %-7s %-28s %s\n", r.Method, r.Path, r.Target)
		}
	}
	for _, sch := range d.scheduleInfos(s.flags.schedules) {
		state := "does not fire without -schedules"
		if sch.Fires {
			state = "fires"
		}
		fmt.Fprintf(&b, "%s of %s: %s, %s\n", sch.Name, sch.Function, sch.Expression, state)
	}
	tables := ""
	if names := d.tableNames(); len(names) > 0 {
		tables = ", tables: " + strings.Join(names, ", ")
	}
	fmt.Fprintf(&b, "%s DynamoDB%s\n", s.db.url, tables)
	if l := s.lambdaInfo(d); len(l.Functions) > 0 {
		fmt.Fprintf(&b, "%s Lambda, functions: %s\n", l.URL, strings.Join(l.Functions, ", "))
	}
	if url := s.consoleURL(d); url != "" {
		fmt.Fprintf(&b, "%s console\n", url)
	}
	b.WriteString("Ctrl-C ends it all.\n")
	_, _ = io.WriteString(s.stdout, b.String())
}

// consoleURL is where the console is, "" where there is none.
func (s *system) consoleURL(d *deployment) string {
	if len(d.apis) == 0 || !s.flags.console {
		return ""
	}
	return d.apis[0].url + consolePath
}

// report prints a line of -o json.
func (s *system) report(v any) {
	line, err := json.Marshal(v)
	if err != nil {
		line = fmt.Appendf(nil, `{"event":"error","error":%q}`, err) // cannot happen: strings and numbers only
	}
	_, _ = s.stdout.Write(append(line, '\n'))
}

// reportRequest says what became of a request.
func (s *system) reportRequest(r *record) {
	if s.flags.output != "json" {
		_, _ = s.stdout.Write(r.appendLine(make([]byte, 0, 128)))
		return
	}
	e, i := &r.exchange, &r.invocation
	line := struct {
		Event        string  `json:"event"`
		Time         string  `json:"time"`
		API          string  `json:"api"`
		Method       string  `json:"method"`
		Path         string  `json:"path"`
		Query        string  `json:"query,omitempty"`
		Route        string  `json:"route,omitempty"`
		Status       int     `json:"status"`
		DurationMS   float64 `json:"durationMs"`
		RequestID    string  `json:"requestId"`
		Function     string  `json:"function,omitempty"`
		InvocationID string  `json:"invocationId,omitempty"`
		Cold         bool    `json:"cold"`
		InitMS       float64 `json:"initMs,omitempty"`
		MaxMemoryMB  int     `json:"maxMemoryMB,omitempty"`
		Error        string  `json:"error,omitempty"`
	}{
		"request", e.Time.Format(time.RFC3339Nano), r.api, e.Method, e.Path, e.Query, e.Route, e.Status, inMS(e.Duration), e.RequestID,
		r.function, e.InvocationID, i.Cold, inMS(i.Init), i.MaxMemoryMB, "",
	}
	if e.Err != nil {
		line.Error = e.Err.Error()
	}
	s.report(line)
}

// reportSchedule says what became of an event that a schedule has sent.
func (s *system) reportSchedule(name, function, id string, begin time.Time, err error) {
	result := "ok"
	if err != nil {
		result = err.Error()
	}
	if s.flags.output != "json" {
		fmt.Fprintf(s.stdout, "%s %-7s %-28s %s %s %s\n", begin.Format(time.TimeOnly), "SCHED", name, function, milliseconds(time.Since(begin)), result)
		return
	}
	line := struct {
		Event        string  `json:"event"`
		Time         string  `json:"time"`
		Schedule     string  `json:"schedule"`
		Function     string  `json:"function"`
		DurationMS   float64 `json:"durationMs"`
		InvocationID string  `json:"invocationId"`
		Error        string  `json:"error,omitempty"`
	}{"schedule", begin.Format(time.RFC3339Nano), name, function, inMS(time.Since(begin)), id, ""}
	if err != nil {
		line.Error = result
	}
	s.report(line)
}
