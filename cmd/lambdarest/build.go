package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// A builder makes a bootstrap binary of each function. It belongs to the goroutine that deploys.
type builder struct {
	dir     string
	log     io.Writer
	folders map[string]int // numbers of the folders with sources
}

func newBuilder(dir string, log io.Writer) *builder {
	return &builder{dir: dir, log: log, folders: make(map[string]int)}
}

// isBuilt reports whether the function's folder has a binary already, and no program.
func isBuilt(fn *sam.Function) bool {
	sources, _ := filepath.Glob(filepath.Join(fn.CodeURI, "*.go"))
	return len(sources) == 0 && isFile(filepath.Join(fn.CodeURI, "bootstrap"))
}

// binary is where the function's bootstrap is. A function that has moved to another folder has another: the one that
// runs must not become it before the template is in use.
func (b *builder) binary(fn *sam.Function) string {
	if isBuilt(fn) {
		return filepath.Join(fn.CodeURI, "bootstrap")
	}
	number, ok := b.folders[fn.CodeURI]
	if !ok {
		number = len(b.folders)
		b.folders[fn.CodeURI] = number
	}
	return filepath.Join(b.dir, strconv.Itoa(number), fn.ID, "bootstrap")
}

// build compiles a function for this machine. A binary that runs is replaced, not written to.
func (b *builder) build(ctx context.Context, fn *sam.Function) error {
	if isBuilt(fn) {
		return nil
	}
	if info, err := os.Stat(fn.CodeURI); err != nil || !info.IsDir() {
		return fmt.Errorf("%s: function %s: there is no folder %s with its code", fn.Pos, fn.ID, fn.CodeURI)
	}
	fmt.Fprintf(b.log, "building %s from %s\n", fn.ID, fn.CodeURI)
	begin := time.Now()
	binary := b.binary(fn)
	cmd := exec.CommandContext(ctx, "go", "build", "-tags", "lambda.norpc", "-o", binary+".new", ".")
	cmd.Dir = fn.CodeURI
	cmd.Env = append(os.Environ(), "GOOS=", "GOARCH=") // of this machine
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil && isArchive(binary+".new") {
		err = errors.New("expected package main")
	}
	if err == nil {
		err = os.Rename(binary+".new", binary)
	}
	if err != nil {
		return fmt.Errorf("%s: function %s does not build: %s", fn.Pos, fn.ID, strings.TrimSpace(err.Error()+"\n"+out.String()))
	}
	fmt.Fprintf(b.log, "built %s in %.1f s\n", fn.ID, time.Since(begin).Seconds())
	return nil
}

// isArchive reports whether a file is what the Go tool makes of a package that is no program.
func isArchive(name string) bool {
	f, err := os.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8)
	_, err = io.ReadFull(f, head)
	return err == nil && string(head) == "!<arch>\n"
}

// sources are the folders that a function is built from, as far as they belong to its module or to one beside it.
func sources(ctx context.Context, fn *sam.Function) ([]string, error) {
	cmd := exec.CommandContext(ctx, "go", "list", "-deps", "-tags", "lambda.norpc", "-f",
		"{{if and .Module (not .Standard)}}{{if or .Module.Main (not .Module.Version)}}{{.Dir}}{{end}}{{end}}", ".")
	cmd.Dir = fn.CodeURI
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("sources of %s: %w", fn.ID, err)
	}
	return strings.FieldsFunc(string(out), func(r rune) bool { return r == '\n' || r == '\r' }), nil
}

// workFolder makes a folder for what is built.
func workFolder() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "lambdarest-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

// isFile reports whether there is a regular file.
func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}
