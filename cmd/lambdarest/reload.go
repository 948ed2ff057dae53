package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// reload reads the template again and deploys it. What is wrong with it is printed, and the one before it keeps running. The app
// is what could be read of it: its files, and its functions where it was in order.
func (s *system) reload(ctx context.Context) (app *sam.App, ok bool) {
	app, err := s.reread()
	if err == nil {
		err = s.check(app)
	}
	old := s.current
	if err == nil {
		err = s.deploy(ctx, app)
	}
	if err != nil {
		if ctx.Err() == nil {
			fmt.Fprintf(s.stderr, "%v\n%s is not used: the one before it keeps running\n", err, s.flags.template)
		}
		return app, false
	}
	s.follow(ctx)
	s.reportReload(old)
	return app, true
}

// reread reads the template and prints the warnings that have not been printed.
func (s *system) reread() (*sam.App, error) {
	app, err := readTemplate(s.flags)
	if app != nil {
		for _, warning := range app.Warnings {
			s.warnOnce("%s", warning)
		}
	}
	return app, err
}

// reportReload says what is other than it was.
func (s *system) reportReload(old *deployment) {
	if s.flags.output == "json" {
		s.reportState("reloaded")
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "reloaded %s\n", s.flags.template)
	before, after := old.lines(), s.current.lines()
	for _, line := range before {
		if !slices.Contains(after, line) {
			b.WriteString("  - " + line + "\n")
		}
	}
	for _, line := range after {
		if !slices.Contains(before, line) {
			b.WriteString("  + " + line + "\n")
		}
	}
	for _, fn := range s.current.app.Functions {
		if was := old.functions[fn.ID]; was != nil && was != s.current.functions[fn.ID] {
			fmt.Fprintf(&b, "  %s starts anew, as its definition has changed\n", fn.ID)
		}
	}
	_, _ = s.stdout.Write([]byte(b.String()))
}

// lines are what of a deployment a reload reports, each understood by itself.
func (d *deployment) lines() []string {
	var all []string
	for _, a := range d.infos() {
		for _, r := range a.Routes {
			all = append(all, fmt.Sprintf("%s %-7s %-28s %s", a.URL, r.Method, r.Path, r.Target))
		}
	}
	for _, fn := range d.app.Functions {
		for _, sch := range fn.Schedules {
			all = append(all, fmt.Sprintf("%s of %s: %s", sch.Name, fn.ID, sch.Expression))
		}
	}
	for _, table := range d.app.Tables {
		all = append(all, "table "+table.Name)
	}
	return all
}
