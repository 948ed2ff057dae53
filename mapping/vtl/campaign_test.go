package vtl

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestAgainstVelocity renders random templates with the reference renderer, Apache Velocity 1.7 with Jayway JsonPath, and
// with this package, and compares. The renderer is a process that reads a case a line; CAMPAIGN is the number of cases and
// SEED another seed. VELOCITY names the renderer; without it, one beside the repository is used. Cases that a budget of ours
// ends are not given to it: there would be nothing to compare, and most would take it minutes.
func TestAgainstVelocity(t *testing.T) {
	n, seed := campaign(t)
	explained := map[string]int{}
	var cases []testCase
	for i := range n {
		g := generator{Rand: rand.New(rand.NewPCG(seed, uint64(i)))}
		c := g.testCase()
		if _, err := c.render(t); errors.Is(err, ErrLimit) {
			explained["a budget of ours"]++
		} else {
			cases = append(cases, c)
		}
	}
	t.Logf("%d of %d cases are within our budgets", len(cases), n)
	for i := 0; i < len(cases); {
		i = compareAll(t, cases, i, seed, explained) // again, where a case has ended the renderer
	}
	t.Logf("%d cases, SEED=%d: %v", n, seed, explained)
}

// compareAll compares the cases from i on, up to one that ends the reference renderer, and returns the next.
func compareAll(t *testing.T, cases []testCase, i int, seed uint64, explained map[string]int) int {
	t.Helper()
	reference := startReference(t, cases[i:])
	defer reference.end()
	for line, err := reference.line(); err == nil; line, err = reference.line() {
		why, diff := cases[i].compare(t, line)
		explained[why]++
		if diff != "" {
			t.Errorf("SEED=%d: %s\ntemplate %q\nbody %q", seed, diff, cases[i].Template, cases[i].Body)
		}
		if i++; i%20_000 == 0 {
			t.Logf("%d: %v", i, explained)
		}
	}
	if i < len(cases) {
		// It writes overrides as JSON, and whatever objects are in them, whose methods it calls.
		require.Contains(t, cases[i].Template, "Override", "a case ends the reference renderer: template %q\nbody %q", cases[i].Template, cases[i].Body)
		explained["ends the reference renderer"]++
		i++
	}
	return i
}

// compare tells in what we differ from a line of the reference's, or how the case ended.
func (c *testCase) compare(t *testing.T, line []byte) (how, diff string) {
	t.Helper()
	got, err := c.render(t)
	if len(line) > maxLine {
		if !errors.Is(err, ErrLimit) {
			diff = fmt.Sprintf("the reference renders more than %d bytes, we %d, error %v", maxLine, len(got.Body), err)
		}
		return "too long", diff
	}
	var want referenceAnswer
	if json.Unmarshal(line, &want) != nil { // an override that is not a number
		line = bytes.ReplaceAll(line, []byte(":NaN"), []byte(":null"))
		require.NoError(t, json.Unmarshal(line, &want), "%s", line)
	}
	if err != nil && want.Out != nil && c.failsInOverride(t, *want.Out) {
		return "an override holds a block of #define that fails, and the reference does not render it", ""
	}
	return explain(want, got, err)
}

// campaign returns the size and the seed.
func campaign(t *testing.T) (n int, seed uint64) {
	t.Helper()
	n = 300
	if size, err := strconv.Atoi(os.Getenv("CAMPAIGN")); err == nil {
		n = size
	}
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("SEED=%d", seed)
	return n, seed
}

// referenceRun is the reference renderer at work.
type referenceRun struct {
	answers *bufio.Reader
	end     func() // kills it, if it still runs, and waits for it
}

// startReference starts the renderer, and writes the cases to it.
func startReference(t *testing.T, cases []testCase) *referenceRun {
	t.Helper()
	renderer := os.Getenv("VELOCITY")
	if renderer == "" {
		renderer = filepath.Join("..", "..", "..", "shared", "tools", "velocity-oracle", "render")
	}
	if _, err := os.Stat(renderer); err != nil {
		t.Skipf("no reference renderer (%v): nothing is compared with Velocity, recorded cases and the package's own still are", err)
	}
	if _, err := exec.LookPath("javac"); err != nil {
		t.Skipf("no JDK (%v): nothing is compared with Velocity, recorded cases and the package's own still are", err)
	}
	ctx, kill := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, renderer)
	cmd.Env = append(os.Environ(), "JAVA_TOOL_OPTIONS=-Xmx2g")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	go func() {
		w := bufio.NewWriter(in)
		for i := range cases {
			_, _ = w.Write(asciiJSON(cases[i])) // a renderer that is gone is found by the reader
		}
		_ = w.Flush()
		_ = in.Close()
	}()
	end := sync.OnceFunc(func() {
		kill()
		_ = cmd.Wait() // it was killed, or has ended as it likes
	})
	t.Cleanup(end)
	return &referenceRun{bufio.NewReaderSize(out, 1<<20), end}
}

// line returns the next answer; of one that is longer than maxLine the rest is dropped.
func (r *referenceRun) line() (line []byte, err error) {
	for {
		piece, err := r.answers.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, piece...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// maxLine is more than a text that is within our limits takes as JSON.
const maxLine = 6 * MaxOutputBytes

// asciiJSON encodes a case with nothing in it that the renderer's permissive parser would drop.
func asciiJSON(c testCase) []byte {
	encoded, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and maps of them
	}
	var b []byte
	for _, u := range encodeUTF16(string(encoded)) {
		if u < 0x7f {
			b = append(b, byte(u))
		} else {
			b = fmt.Appendf(b, `\u%04x`, u)
		}
	}
	return append(b, '\n')
}

type referenceAnswer struct {
	Out              *string
	Err              string
	RequestOverride  any
	ResponseOverride any
}

func (c *testCase) render(t *testing.T) (Output, error) {
	t.Helper()
	tpl, err := Parse("t", c.Template)
	if err != nil {
		return Output{}, err
	}
	return tpl.Render(c.input())
}

func (c *testCase) input() Input {
	sorted := func(v any) map[string]string {
		m, _ := v.(map[string]string)
		return m
	}
	return Input{
		Body: []byte(c.Body), Path: sorted(c.Params["path"]), Query: sorted(c.Params["querystring"]), Header: sorted(c.Params["header"]),
		Context: c.Context, StageVariables: c.StageVariables,
	}
}

// failsInOverride reports whether a case renders what the reference renders, and fails only where its overrides become
// values: what #define makes is rendered then. The reference writes it as an empty object.
func (c *testCase) failsInOverride(t *testing.T, want string) bool {
	t.Helper()
	if !strings.Contains(c.Template, "define") {
		return false
	}
	tpl, err := Parse("t", c.Template)
	require.NoError(t, err)
	in := c.input()
	r := tpl.renderer(t.Context(), &in)
	defer r.release()
	err = r.block(tpl.body)
	return (err == nil || errors.Is(err, errStop) || errors.Is(err, errBreak)) && string(joinSurrogates(r.out)) == want
}

// identity is what differs from one run of Java to the next.
var identity = regexp.MustCompile(`(\[Ljava\.lang\.(?:String|Object);|java\.[\w.$]+|net\.minidev\.[\w.$]+)@[0-9a-f]+`)

// explain compares an answer with the reference's.
func explain(want referenceAnswer, got Output, err error) (how, diff string) {
	switch {
	case errors.Is(err, ErrLimit):
		return "a budget of ours", ""
	case want.Err != "" && err != nil:
		return "both have an error", ""
	case want.Err != "":
		return "differs", fmt.Sprintf("the reference has the error %s, we render %q", want.Err, got.Body)
	case err != nil:
		return "differs", fmt.Sprintf("we have the error %v, the reference renders %q", err, *want.Out)
	}
	ours, theirs := identity.ReplaceAllString(string(got.Body), "$1@0"), identity.ReplaceAllString(*want.Out, "$1@0")
	if ours != theirs && fewestDigits(ours) == fewestDigits(theirs) {
		return "Java before 19 prints more digits", ""
	}
	if ours != theirs {
		return "differs", fmt.Sprintf("\nwe        %q\nreference %q", ours, theirs)
	}
	if !sameJSON(got.RequestOverride, want.RequestOverride) || !sameJSON(got.ResponseOverride, want.ResponseOverride) {
		return "differs", fmt.Sprintf("overrides: we %v %v, reference %v %v", got.RequestOverride, got.ResponseOverride, want.RequestOverride, want.ResponseOverride)
	}
	return "the same", ""
}

func sameJSON(a map[string]any, b any) bool {
	encoded, err := json.Marshal(finite(a))
	var decoded any
	return err == nil && json.Unmarshal(encoded, &decoded) == nil && sameValue(decoded, b)
}

// sameValue compares an override with the reference's, which writes what JSON has no type for (what #define makes, say) as
// an empty object, where we give its text.
func sameValue(ours, theirs any) bool {
	switch theirs := theirs.(type) {
	case nil:
		empty, isMap := ours.(map[string]any)
		return ours == nil || isMap && len(empty) == 0
	case map[string]any:
		if _, isText := ours.(string); isText && len(theirs) == 0 {
			return true
		}
		m, _ := ours.(map[string]any)
		for k := range theirs {
			if !sameValue(m[k], theirs[k]) {
				return false
			}
		}
		return len(m) == len(theirs)
	case []any:
		l, _ := ours.([]any)
		return slices.EqualFunc(l, theirs, sameValue)
	}
	a, isText := ours.(string)
	b, _ := theirs.(string)
	return ours == theirs || isText && fewestDigits(a) == fewestDigits(b)
}

// fewestDigits writes the numbers with an exponent in a text anew: before Java 19, Double.toString printed more digits of some
// than are needed.
func fewestDigits(s string) string {
	return exponents.ReplaceAllStringFunc(s, func(number string) string {
		f, err := strconv.ParseFloat(number, 64)
		if err != nil {
			return number
		}
		return strconv.FormatFloat(f, 'g', -1, 64)
	})
}

var exponents = regexp.MustCompile(`\d\.\d+E-?\d+`)

// finite makes null of what JSON has no number for, as the reference does.
func finite(v any) any {
	switch v := v.(type) {
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil
		}
	case map[string]any:
		for k := range v {
			v[k] = finite(v[k])
		}
	case []any:
		for i := range v {
			v[i] = finite(v[i])
		}
	}
	return v
}
