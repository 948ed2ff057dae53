package jsonscan

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// documents are small documents of every kind, right and wrong; the fuzz
// targets start from them.
var documents = []string{
	`null`, `true`, `false`, `0`, `-0`, `12.5e-3`, `1E+2`, `""`, `"a"`, `{}`, `[]`, ` [ 1 , 2 ] `,
	`{"a":1,"b":{"c":[true,null,"x"]}}`, "\t\r\n{\"k\" : \"v\"}\n", `"\u0041\ud83d\ude00\ud800x"`, `"\"\\\/\b\f\n\r\t"`,
	`{"a":1,"a":2}`, `"한국어 é"`, "\"\xff\xc3(\"", `[[[[]]]]`, `"12345678\n12345678"`,
	``, ` `, `nul`, `truE`, `01`, `-`, `1.`, `.5`, `1e`, `1e+`, `+1`, `"`, `"a`, `"\`, `"\x"`, `"\u12"`, `"\u12g4"`, "\"\n\"", "\"1234567\x1f\"",
	`{`, `[`, `}`, `]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{,}`, `[1,]`, `[,1]`, `[1 2]`, `{"a":1 "b":2}`, `{a:1}`, `{"a":1}}`, `[]x`, `1 2`, `{"a" 1}`, `{1:2}`,
}

func verdict(data []byte) error {
	s := New(data)
	s.Skip()
	return s.End()
}

// walk reads a document through every Enter and Next method.
func walk(s *Scanner) {
	switch {
	case s.EnterObject():
		for s.NextKey() {
			walk(s)
		}
	case s.EnterArray():
		for s.NextElem() {
			walk(s)
		}
	default:
		s.Value()
	}
}

func checkVerdict(t *testing.T, data []byte) {
	t.Helper()
	want := json.Valid(data)
	if err := verdict(data); (err == nil) != want {
		t.Errorf("Skip: %q: got error %v, encoding/json says valid=%v", clip(data), err, want)
	}
	s := New(data)
	walk(&s)
	if err := s.End(); (err == nil) != want {
		t.Errorf("walk: %q: got error %v, encoding/json says valid=%v", clip(data), err, want)
	}
}

func clip(data []byte) []byte { return data[:min(len(data), 200)] }

func TestVerdict(t *testing.T) {
	for _, d := range documents {
		checkVerdict(t, []byte(d))
	}
}

func TestDepth(t *testing.T) {
	for _, open := range []string{"[", `{"a":`} {
		closing := map[string]string{"[": "]", `{"a":`: "}"}[open]
		for _, depth := range []int{MaxDepth, MaxDepth + 1} {
			doc := strings.Repeat(open, depth) + "1" + strings.Repeat(closing, depth)
			checkVerdict(t, []byte(doc))
			if got := verdict([]byte(doc)) == nil; got != (depth == MaxDepth) {
				t.Errorf("%d levels of %s: accepted=%v", depth, open, got)
			}
		}
	}
}

// A comma or a colon that Skip may not take for granted at any length: every
// prefix and every single-byte change of a document.
func TestMutations(t *testing.T) {
	doc := []byte(`{"a":[1,-2.5e3,"x\u00e9\n"],"long enough for eight bytes":{"b":null,"c":true}} `)
	for i := range doc {
		checkVerdict(t, doc[:i])
		for _, c := range []byte("\"\\{}[],:0-.eEu \x00\x1f\x7f\xff") {
			m := bytes.Clone(doc)
			m[i] = c
			checkVerdict(t, m)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, tt := range []struct {
		doc    string
		offset int
		msg    string
	}{
		{`{"a":1,}`, 7, `unexpected character '}' at the start of a key`},
		{`{"a" 1}`, 5, `unexpected character '1' after a key`},
		{`[1 2]`, 3, `unexpected character '2' after an array's element`},
		{`{"a":1 2}`, 7, `unexpected character '2' after an object's member`},
		{`"a`, 2, `unexpected end of input in a string`},
		{"\"a\n\"", 2, `unexpected character '\n' in a string`},
		{`"\q"`, 2, `unexpected character 'q' in a string escape`},
		{`"\u00g0"`, 5, `unexpected character 'g' in a \u escape`},
		{`truf`, 3, `unexpected character 'f' in literal true`},
		{`-x`, 1, `unexpected character 'x' in a number`},
		{`1.x`, 2, `unexpected character 'x' after a decimal point`},
		{`1e`, 2, `unexpected end of input in an exponent`},
		{`{} {}`, 3, `unexpected character '{' after the top-level value`},
		{``, 0, `unexpected end of input looking for a value`},
		{`?`, 0, `unexpected character '?' looking for a value`},
	} {
		var e *SyntaxError
		if err := verdict([]byte(tt.doc)); !errors.As(err, &e) || e.Offset != tt.offset || e.Msg != tt.msg {
			t.Errorf("%q: got %v, want byte %d: %s", tt.doc, err, tt.offset, tt.msg)
		}
	}
}

func TestWalk(t *testing.T) {
	s := New([]byte(` {"p\u0061th" : "/a", "list":[1, [2] ,{"x":3}], "skip":{"path":"no"}, "n":null} `))
	var path, list, null string
	if !s.EnterObject() {
		t.Fatal("not an object")
	}
	for s.NextKey() {
		switch string(s.Key()) {
		case "path":
			path = Unquote(s.Value())
		case "list":
			for ok := s.EnterArray(); ok && s.NextElem(); {
				list += string(s.Value()) + ";"
			}
		case "n":
			if s.EnterObject() {
				t.Error("entered null as an object")
			}
			null = string(s.Value())
		default:
			s.Skip()
		}
	}
	if err := s.End(); err != nil {
		t.Fatal(err)
	}
	if path != "/a" || list != `1;[2];{"x":3};` || null != "null" {
		t.Errorf("path %q, list %q, null %q", path, list, null)
	}
}

func TestErrorsAreSticky(t *testing.T) {
	s := New([]byte(`{"a":tru`))
	s.EnterObject()
	s.NextKey()
	if s.Value() != nil || s.NextKey() || s.EnterArray() || s.NextElem() || s.Peek() != 0 || s.Value() != nil {
		t.Error("the scanner went on after an error")
	}
	if first := s.Err(); first == nil || s.End() != first {
		t.Errorf("End reports %v, the first error was %v", s.End(), first)
	}
}

// After Stop the scanner gives what it gives after an error, wherever it stood.
func TestStop(t *testing.T) {
	for _, in := range []int{0, 1, 2} { // of {"a":[1,2]}
		s := New([]byte(`{"a":[1,2]}`))
		if in > 0 {
			_ = s.EnterObject() && s.NextKey()
		}
		if in > 1 {
			_ = s.EnterArray() && s.NextElem()
		}
		s.Stop()
		if s.Err() == nil || s.Value() != nil || s.NextKey() || s.EnterArray() || s.NextElem() || s.Peek() != 0 || s.Rest() != 0 || s.End() == nil {
			t.Errorf("%d deep the scanner went on", in)
		}
	}
}

// A value that was left for later is read in its place, and what came after it goes on as if nothing had been.
func TestBack(t *testing.T) {
	s := New([]byte(`[{"later":{"x":[7,8]},"a":1}, {"b":2} ] `))
	if !s.EnterArray() || !s.NextElem() || !s.EnterObject() || !s.NextKey() {
		t.Fatal(s.Err())
	}
	later := s.Mark()
	for s.Skip(); s.NextKey(); s.Skip() {
	}
	after := s.Mark()
	for range 2 {
		s.Back(later)
		if !s.EnterObject() || !s.NextKey() || string(s.Key()) != "x" || string(s.Value()) != "[7,8]" || s.NextKey() {
			t.Fatalf("what was left for later is not there: %v", s.Err())
		}
	}
	s.Back(later) // and not to its end
	_ = s.EnterObject() && s.NextKey() && s.EnterArray()
	s.Back(after)
	if !s.NextElem() || string(s.Value()) != `{"b":2}` || s.NextElem() || s.End() != nil {
		t.Errorf("what came after is not there: %v", s.Err())
	}
	s = New(bytes.Repeat([]byte("["), MaxDepth)) // a depth that Back did not restore would end here
	for range MaxDepth - 1 {
		_ = s.EnterArray() && s.NextElem()
	}
	deep := s.Mark()
	for range 3 {
		s.Back(deep)
		if !s.EnterArray() {
			t.Fatal(s.Err())
		}
	}
}

func TestScanAllocatesNothing(t *testing.T) {
	doc := []byte(`{"a":[1,-2.5e3,"x\u00e9\n"],"b":{"c":null,"d":true}}`)
	if n := testing.AllocsPerRun(100, func() {
		s := New(doc)
		walk(&s)
		if s.End() != nil {
			t.Error("invalid")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// The suite's files are named y_ (accept), n_ (reject) and i_ (either).
func TestJSONTestSuite(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "data", "corpora", "JSONTestSuite")
	files, _ := filepath.Glob(filepath.Join(dir, "*", "*.json"))
	if len(files) == 0 {
		t.Skip("JSONTestSuite is not beside this checkout: its 318 files are not compared; TestVerdict and the fuzz target are")
	}
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		checkVerdict(t, data)
	}
}

func FuzzScan(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkVerdict(t, data) })
}

// What is closed counts no more: a list of many containers is not deep.
func TestDepthIsGivenBack(t *testing.T) {
	for _, one := range []string{`[]`, `{}`, `[1]`, `{"a":1}`, `[[],{}]`, `{"a":{"b":[]}}`} {
		checkVerdict(t, []byte(`[`+strings.Repeat(one+`,`, MaxDepth)+`0]`))
	}
}
