package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// settleTime is how long sources must be left alone before a build: editors and git write in several steps.
const settleTime = 100 * time.Millisecond

// watch builds and restarts functions whose sources change, until ctx ends. A function that does not build keeps
// running as it was.
func (s *system) watch(ctx context.Context) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		fmt.Fprintf(s.stderr, "sources are not watched: %v\n", err)
		return
	}
	defer w.Close()
	of := make(map[string][]*sam.Function) // functions by folder
	for _, fn := range s.app.Functions {
		s.watchSources(ctx, w, of, fn)
	}
	for _, name := range s.app.Files {
		_ = w.Add(filepath.Dir(name)) // at worst a change is not mentioned
	}
	fmt.Fprintln(s.stderr, "watching the sources")
	changed := make(map[*sam.Function]bool)
	settled := time.NewTimer(0)
	<-settled.C
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-w.Errors:
			fmt.Fprintf(s.stderr, "watching sources: %v\n", err)
		case ev := <-w.Events:
			if s.isTemplate(ev) {
				fmt.Fprintf(s.stderr, "%s has changed: start again to use it\n", ev.Name)
			}
			if !isSource(ev) {
				continue
			}
			for _, fn := range of[filepath.Dir(ev.Name)] {
				changed[fn] = true
			}
			settled.Reset(settleTime)
		case <-settled.C:
			for fn := range changed {
				s.rebuild(ctx, fn)
				s.watchSources(ctx, w, of, fn) // it may import more by now
			}
			clear(changed)
		}
	}
}

func (s *system) watchSources(ctx context.Context, w *fsnotify.Watcher, of map[string][]*sam.Function, fn *sam.Function) {
	if isBuilt(fn) {
		return
	}
	dirs, err := sources(ctx, fn)
	if err != nil {
		dirs = []string{fn.CodeURI}
	}
	for _, dir := range dirs {
		if abs, err := filepath.Abs(dir); err == nil {
			dir = abs
		}
		if slices.Contains(of[dir], fn) {
			continue
		}
		of[dir] = append(of[dir], fn)
		if err := w.Add(dir); err != nil {
			fmt.Fprintf(s.stderr, "%s is not watched: %v\n", dir, err)
		}
	}
}

func isSource(ev fsnotify.Event) bool {
	base := filepath.Base(ev.Name)
	return !ev.Has(fsnotify.Chmod) && !strings.HasPrefix(base, ".") &&
		(strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") || base == "go.mod")
}

func (s *system) isTemplate(ev fsnotify.Event) bool {
	return ev.Has(fsnotify.Write) && slices.ContainsFunc(s.app.Files, func(name string) bool { return filepath.Clean(name) == filepath.Clean(ev.Name) })
}

func (s *system) rebuild(ctx context.Context, fn *sam.Function) {
	if err := s.builds.build(ctx, fn); err != nil {
		if ctx.Err() == nil {
			fmt.Fprintf(s.stderr, "%v\n%s runs on as it was\n", err, fn.ID)
		}
		return
	}
	s.functions[fn.ID].Restart()
}
