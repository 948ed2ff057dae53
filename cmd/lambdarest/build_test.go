package main

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// TestBuildOfNoProgram: the Go tool makes something of a package that is not main, too, but nothing that runs.
func TestBuildOfNoProgram(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module lib\n\ngo 1.26\n"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "lib.go"), []byte("package lib\n"), 0o600))
	b := newBuilder(t.TempDir(), io.Discard)
	err := b.build(t.Context(), &sam.Function{ID: "F", CodeURI: dir, Pos: "template.yaml:3"})
	require.EqualError(t, err, "template.yaml:3: function F does not build: expected package main")
}
