// Command mutate breaks the code in small ways, one at a time, and runs the tests: a change that no
// test notices is a survivor, and either a test is missing or the change means nothing.
//
//	go run ./.ci/mutate -n 40 -seed 1 -run 'Cursor|Page' ./dynamo cursor.go …
//
// The places are drawn from all files with a seed. The changed file is handed to the go command as an
// overlay (go help build), so that the tree stays as it is. A change that does not compile is drawn again.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"log"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// A mutant is a piece of a file with what stands there instead.
type mutant struct {
	file       string
	from, to   int // bytes
	line       int
	old, text  string
	whole      []byte
	inFunction string
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d %s: %s becomes %s", m.file, m.line, m.inFunction, m.old, m.text)
}

// swaps are the operators, and what becomes of each.
var swaps = map[token.Token][]token.Token{
	token.EQL: {token.NEQ}, token.NEQ: {token.EQL},
	token.LSS: {token.LEQ, token.GEQ}, token.LEQ: {token.LSS, token.GTR}, token.GTR: {token.GEQ, token.LEQ}, token.GEQ: {token.GTR, token.LSS},
	token.LAND: {token.LOR}, token.LOR: {token.LAND},
	token.ADD: {token.SUB}, token.SUB: {token.ADD}, token.MUL: {token.QUO}, token.QUO: {token.MUL}, token.SHL: {token.SHR},
	token.ADD_ASSIGN: {token.SUB_ASSIGN}, token.SUB_ASSIGN: {token.ADD_ASSIGN}, token.INC: {token.DEC}, token.DEC: {token.INC},
	token.BREAK: {token.CONTINUE}, token.CONTINUE: {token.BREAK},
}

// mutantsOf lists every change of a file.
func mutantsOf(file string) (all []mutant, err error) {
	whole, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, whole, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, d := range tree.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		add := func(at token.Pos, old, text string) {
			p := set.Position(at)
			all = append(all, mutant{file, p.Offset, p.Offset + len(old), p.Line, old, text, whole, f.Name.Name})
		}
		swap := func(at token.Pos, op token.Token) {
			for _, other := range swaps[op] {
				add(at, op.String(), other.String())
			}
		}
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.BinaryExpr:
				swap(n.OpPos, n.Op)
			case *ast.AssignStmt:
				swap(n.TokPos, n.Tok)
			case *ast.IncDecStmt:
				swap(n.TokPos, n.Tok)
			case *ast.BranchStmt:
				swap(n.TokPos, n.Tok)
			case *ast.UnaryExpr:
				if n.Op == token.NOT {
					add(n.OpPos, "!", "")
				}
			case *ast.BasicLit:
				if v, err := strconv.Atoi(n.Value); n.Kind == token.INT && err == nil {
					add(n.ValuePos, n.Value, strconv.Itoa(v+1))
				}
			case *ast.Ident:
				if other, ok := map[string]string{"true": "false", "false": "true"}[n.Name]; ok {
					add(n.NamePos, n.Name, other)
				}
			}
			return true
		})
	}
	return all, nil
}

var errNotCompiled = errors.New("it does not compile")

// survives runs the tests with the mutant in place of its file. A change that makes them run for two
// minutes is noticed, but it is said: on a busy machine it may be the machine.
func (m mutant) survives(pkg, run, dir string) (bool, error) {
	changed := filepath.Join(dir, "mutant.go")
	text := string(m.whole[:m.from]) + m.text + string(m.whole[m.to:])
	if err := os.WriteFile(changed, []byte(text), 0o600); err != nil {
		return false, err
	}
	file, err := filepath.Abs(m.file)
	if err != nil {
		return false, err
	}
	overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: changed}})
	if err != nil {
		return false, err
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, overlay, 0o600); err != nil {
		return false, err
	}
	// -vet=off: a change that vet would notice is one that tests should. The limit ends endless loops.
	out, err := exec.Command("go", "test", "-overlay", name, "-count=1", "-short", "-failfast", "-vet=off", "-timeout", "2m", "-run", run, pkg).CombinedOutput()
	if bytes.Contains(out, []byte("[build failed]")) || bytes.Contains(out, []byte("[setup failed]")) {
		return false, errNotCompiled
	}
	if bytes.Contains(out, []byte("panic: test timed out")) {
		fmt.Println("timed out:", m)
	}
	return err == nil, nil
}

func main() {
	log.SetFlags(0)
	n := flag.Int("n", 40, "how many mutants")
	seed := flag.Uint64("seed", 1, "of the choice")
	run := flag.String("run", ".", "the tests that are to notice")
	limit := flag.Duration("limit", time.Hour, "no further mutant after this time")
	flag.Parse()
	if flag.NArg() < 2 {
		log.Fatal("mutate: expected a package and its files")
	}
	if err := mutate(flag.Arg(0), flag.Args()[1:], *run, *n, *seed, *limit); err != nil {
		log.Fatal("mutate: ", err)
	}
}

func mutate(pkg string, files []string, run string, n int, seed uint64, limit time.Duration) error {
	pkg = "./" + filepath.ToSlash(filepath.Clean(pkg))
	var all []mutant
	for _, file := range files {
		more, err := mutantsOf(filepath.Join(pkg, file))
		if err != nil {
			return err
		}
		all = append(all, more...)
	}
	random := rand.New(rand.NewPCG(seed, 0))
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	dir, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if out, err := exec.Command("go", "test", "-count=1", "-short", "-run", run, pkg).CombinedOutput(); err != nil {
		return fmt.Errorf("the tests fail without any change: %w\n%s", err, out)
	}
	begin, tried, survivors := time.Now(), 0, 0
	for _, m := range all {
		if tried == n || time.Since(begin) > limit {
			break
		}
		survived, err := m.survives(pkg, run, dir)
		if errors.Is(err, errNotCompiled) {
			continue
		}
		if err != nil {
			return err
		}
		if tried++; survived {
			survivors++
			fmt.Println("survived:", m)
		}
	}
	fmt.Printf("%s: %d of %d possible changes tried (seed %d), %d noticed, %d survived\n", pkg, tried, len(all), seed, tried-survivors, survivors)
	return nil
}
