package lambdarest_test

import (
	"fmt"
	"go/scanner"
	"go/token"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// documents are the Markdown files of the repository, by their paths.
func documents(t *testing.T) map[string]string {
	t.Helper()
	docs := make(map[string]string)
	readAll(t, ".md", docs)
	if docs["README.md"] == "" {
		t.Fatal("README.md is missing")
	}
	return docs
}

// readAll reads the files with an extension, those of other modules included.
func readAll(t *testing.T, extension string, into map[string]string) {
	t.Helper()
	err := filepath.WalkDir(".", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") && d.Name() != ".ci" || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if d.IsDir() || filepath.Ext(file) != extension {
			return nil
		}
		data, err := os.ReadFile(file)
		into[filepath.ToSlash(file)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	link    = regexp.MustCompile(`\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)`)
	heading = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	fenced  = regexp.MustCompile("(?ms)^```.*?^```$")
	code    = regexp.MustCompile("`[^`\n]+`")
)

// TestLinks: what a link leads to inside the repository is there, headings included. Addresses outside of it are only
// held against their syntax: a test that asks the network fails for reasons that are nobody's fault.
func TestLinks(t *testing.T) {
	docs := documents(t)
	found := 0
	for file, text := range docs {
		text = code.ReplaceAllString(fenced.ReplaceAllString(text, ""), "")
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			found++
			if err := checkLink(docs, file, m[1]); err != nil {
				t.Errorf("%s: link %s: %v", file, m[1], err)
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d links found: does the pattern still fit?", found)
	}
}

func checkLink(docs map[string]string, from, target string) error {
	u, err := url.Parse(target)
	switch {
	case err != nil:
		return err
	case u.IsAbs() && (u.Scheme != "https" || u.Host == ""):
		return fmt.Errorf("expected https://")
	case u.IsAbs():
		return nil
	case filepath.IsAbs(u.Path):
		return fmt.Errorf("expected a path from the file that has the link")
	}
	file := from
	if u.Path != "" {
		file = filepath.ToSlash(filepath.Join(filepath.Dir(from), u.Path))
	}
	if _, err := os.Stat(file); err != nil || strings.HasPrefix(file, "..") {
		return fmt.Errorf("there is no %s in the repository", file)
	}
	if u.Fragment == "" || filepath.Ext(file) == ".go" && strings.HasPrefix(u.Fragment, "L") {
		return nil
	}
	for _, m := range heading.FindAllStringSubmatch(fenced.ReplaceAllString(docs[file], ""), -1) {
		if anchor(m[1]) == u.Fragment {
			return nil
		}
	}
	return fmt.Errorf("%s has no heading of that name", file)
}

// anchor is what GitHub makes of a heading: lower case, letters, digits, _ and -, with - for each space.
func anchor(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}

// commands are those of the README, and where CI runs them.
var commands = map[string]struct{ script, as string }{
	"go get github.com/lambdarest/lambdarest":                      {".ci/consume", `go get "$module@$version"`},
	"go get -tool github.com/lambdarest/lambdarest/cmd/lambdarest": {".ci/consume", `go get -tool "$module/cmd/lambdarest@$version"`},
	"go tool lambdarest start template.yaml":                       {".ci/consume", `"$lambdarest" start -addr 127.0.0.1:0 template.yaml`},
	"go run ./cmd/lambdarest start examples/users/template.yaml":   {".ci/examples", `lambdarest" start -addr 127.0.0.1:0 "$@" examples/users/template.yaml`},
	"go test ./...": {".ci/run", "\ngo test ./...\n"},
}

// TestCommands: what the README tells to run, CI runs.
func TestCommands(t *testing.T) {
	left := maps.Clone(commands)
	text := fenced.ReplaceAllString(documents(t)["README.md"], "")
	for _, m := range regexp.MustCompile(`(?m)^    (\S.*)$`).FindAllStringSubmatch(text, -1) {
		c, ok := commands[m[1]]
		if !ok {
			t.Errorf("README.md has %q, of which the test does not know where CI runs it", m[1])
			continue
		}
		delete(left, m[1])
		script, err := os.ReadFile(c.script)
		if err != nil || !strings.Contains(string(script), c.as) {
			t.Errorf("%s does not run %q", c.script, c.as)
		}
		if run, err := os.ReadFile(".ci/run"); err != nil || c.script != ".ci/run" && !strings.Contains(string(run), "\n"+c.script+"\n") {
			t.Errorf(".ci/run does not run %s", c.script)
		}
	}
	for command := range left {
		t.Errorf("README.md no longer has %q", command)
	}
}

var (
	shown   = regexp.MustCompile(`\[.((?:Test|Example)\w*).\]\(([^)]+_test\.go)\)`)
	feature = regexp.MustCompile(`(?m)^\|.*\| y \|.*\|$`)
)

// TestFeatures: each row of the README's feature table has a link to the test that shows it.
func TestFeatures(t *testing.T) {
	rows := feature.FindAllString(documents(t)["README.md"], -1)
	if len(rows) < 15 {
		t.Errorf("only %d rows found: does the pattern still fit?", len(rows))
	}
	for _, row := range rows {
		m := shown.FindStringSubmatch(row)
		if m == nil {
			t.Errorf("no test shows %s", row)
			continue
		}
		if source, err := os.ReadFile(m[2]); err != nil || !strings.Contains(string(source), "\nfunc "+m[1]+"(") {
			t.Errorf("there is no %s in %s", m[1], m[2])
		}
	}
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// TestCode: every block of Go in a document is a passage of a Go file, comments and line breaks aside, and so compiled and
// tested with it. Where the block has …, something is left out.
func TestCode(t *testing.T) {
	sources := make(map[string]string)
	readAll(t, ".go", sources)
	for file, text := range sources {
		sources[file] = strings.Join(passages(text), "")
	}
	blocks := 0
	for file, text := range documents(t) {
		for _, m := range goBlock.FindAllStringSubmatch(text, -1) {
			blocks++
			if !isPassage(passages(m[1]), sources) {
				t.Errorf("%s has a block that no Go file has:\n%s", file, m[1])
			}
		}
	}
	if blocks < 10 {
		t.Errorf("only %d blocks found: does the pattern still fit?", blocks)
	}
}

// isPassage tells whether a file has the passages, one after the other.
func isPassage(block []string, sources map[string]string) bool {
	for _, text := range sources {
		found := true
		for _, passage := range block {
			_, text, found = strings.Cut(text, passage)
			if !found {
				break
			}
		}
		if found {
			return true
		}
	}
	return false
}

// passages are the tokens of a text, a space on both sides of each, in parts that … separates.
func passages(text string) []string {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile("", set.Base(), len(text)), []byte(text), func(token.Position, string) {}, 0)
	var parts []string
	var b strings.Builder
	b.WriteString(" ")
	for {
		switch _, tok, literal := s.Scan(); {
		case tok == token.EOF:
			return append(parts, b.String())
		case literal == "…":
			parts = append(parts, b.String())
			b.Reset()
			b.WriteString(" ")
		case tok == token.SEMICOLON && literal != ";": // a line break
		case tok.IsLiteral() || tok == token.ILLEGAL:
			b.WriteString(literal + " ")
		default:
			b.WriteString(tok.String() + " ")
		}
	}
}
