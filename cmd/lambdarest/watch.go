package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// settleTime is how long files must be left alone before they are read: editors and git write in several steps. A folder
// of the template that is gone is looked for each lostTime.
const (
	settleTime = 100 * time.Millisecond
	lostTime   = time.Second
)

// A watcher knows which folders hold what. Folders are known by one name each, whatever way leads to them: the library
// reports a folder that was added twice under one of its names.
type watcher struct {
	s     *system
	fs    *fsnotify.Watcher
	of    map[string][]string // ids of functions by the folders of their sources
	files map[string]bool     // the template and what it includes

	changed map[string]bool // functions to build
	reload  bool            // the template has changed, or the one that is there could not be used yet
	isBack  bool            // a folder of the template is watched anew: it may have come back after the template was read
}

// watch builds and restarts functions whose sources change, and reloads the template when it or a file that it includes
// does, until ctx ends. A function that does not build keeps running as it was, and so does everything where the
// template cannot be used.
func (s *system) watch(ctx context.Context) {
	fs, err := fsnotify.NewWatcher()
	if err != nil {
		fmt.Fprintf(s.stderr, "sources are not watched: %v\n", err)
		return
	}
	defer fs.Close()
	w := &watcher{s: s, fs: fs, of: make(map[string][]string), files: make(map[string]bool), changed: make(map[string]bool)}
	w.add(ctx, s.current.app)
	fmt.Fprintln(s.stderr, "watching the template and the sources")
	settled := time.NewTimer(0)
	<-settled.C
	var lost <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-fs.Errors:
			fmt.Fprintf(s.stderr, "watching sources: %v\n", err)
		case ev := <-fs.Events:
			if w.note(ev) {
				settled.Reset(settleTime)
			}
		case <-settled.C:
			w.isBack = false
			w.act(ctx)
			if lost = w.lookForLost(); w.reload && w.isBack {
				settled.Reset(settleTime)
			}
		case <-lost:
			w.isBack = false
			if lost = w.lookForLost(); lost == nil || w.isBack { // an earlier template's may stay away
				w.reload = true
				settled.Reset(settleTime)
			}
		}
	}
}

// note remembers what a change calls for, and reports whether that is anything.
func (w *watcher) note(ev fsnotify.Event) bool {
	if ev.Op == fsnotify.Chmod {
		return false
	}
	name := realName(ev.Name)
	ids, isCode := w.of[filepath.Dir(name)], isSource(name)
	if of := w.of[name]; len(of) > 0 { // a folder, as git takes one away and brings it back
		if ev.Has(fsnotify.Create) {
			w.addFolder(name)
		}
		ids, isCode = of, true
	}
	switch {
	case w.files[name], w.holdsFiles(name): // of a folder there is an event when it goes
		w.reload = true
	case !isCode || len(ids) == 0:
		return false
	}
	for _, id := range ids {
		w.changed[id] = w.changed[id] || isCode
	}
	return true
}

// act does what the changes call for.
func (w *watcher) act(ctx context.Context) {
	s, before := w.s, w.s.current
	if w.reload {
		app, ok := s.reload(ctx)
		w.reload = !ok // a template that could not be used is tried again when sources change: they may be the reason
		if app != nil {
			w.add(ctx, app)
		}
	}
	for id, isChanged := range w.changed {
		fn := s.current.app.Function(id)
		if !isChanged || fn == nil || s.current != before && !before.hasCode(fn) {
			continue // what was built a moment ago
		}
		s.rebuild(ctx, fn)
		w.addSources(ctx, fn) // it may import more by now
	}
	clear(w.changed)
}

// add watches what belongs to a template. What an earlier one has had is watched on, to no harm.
func (w *watcher) add(ctx context.Context, app *sam.App) {
	for _, name := range app.Files {
		name = realName(name)
		w.files[name] = true
		w.isBack = w.addFolder(filepath.Dir(name)) || w.isBack
	}
	for _, fn := range app.Functions {
		w.addSources(ctx, fn)
	}
}

func (w *watcher) addSources(ctx context.Context, fn *sam.Function) {
	if isBuilt(fn) {
		return
	}
	dirs, err := sources(ctx, fn)
	if err != nil {
		dirs = []string{fn.CodeURI}
	}
	for _, dir := range dirs {
		dir = realFolder(dir)
		isKnown := slices.Contains(w.of[dir], fn.ID)
		if !isKnown {
			w.of[dir] = append(w.of[dir], fn.ID)
		}
		if w.addFolder(dir) && isKnown { // it was gone
			w.changed[fn.ID] = true
		}
	}
}

// addFolder watches a folder, and reports whether that is new. One that is not there is watched when it comes.
func (w *watcher) addFolder(dir string) (isNew bool) {
	if slices.Contains(w.fs.WatchList(), dir) {
		return false
	}
	err := w.fs.Add(dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(w.s.stderr, "%s is not watched: %v\n", dir, err)
	}
	return err == nil
}

func (w *watcher) holdsFiles(dir string) bool {
	for name := range w.files {
		if filepath.Dir(name) == dir {
			return true
		}
	}
	return false
}

// lookForLost watches the folders of the template again that were gone, as git takes some away with a branch; the channel
// says when to look for those that still are, nil where there are none.
func (w *watcher) lookForLost() <-chan time.Time {
	var again <-chan time.Time
	for name := range w.files {
		dir := filepath.Dir(name)
		if _, err := os.Stat(dir); errors.Is(err, os.ErrNotExist) {
			again = time.After(lostTime)
			continue
		}
		w.isBack = w.addFolder(dir) || w.isBack
	}
	return again
}

// realFolder is the one name of a folder: absolute, without symbolic links.
func realFolder(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return real
	}
	return dir
}

// realName is the one name of a file, which may be gone.
func realName(name string) string {
	return filepath.Join(realFolder(filepath.Dir(name)), filepath.Base(name))
}

func isSource(name string) bool {
	base := filepath.Base(name)
	return !strings.HasPrefix(base, ".") && (strings.HasSuffix(base, ".go") && !strings.HasSuffix(base, "_test.go") || base == "go.mod")
}

func (s *system) rebuild(ctx context.Context, fn *sam.Function) {
	if err := s.builds.build(ctx, fn); err != nil {
		if ctx.Err() == nil {
			fmt.Fprintf(s.stderr, "%v\n%s keeps running as it was\n", err, fn.ID)
		}
		return
	}
	s.current.functions[fn.ID].Restart()
}
