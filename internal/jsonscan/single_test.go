package jsonscan

import (
	"encoding/json"
	"testing"
	"unicode/utf8"
)

var strs = []string{
	`""`, `"a"`, `"12345678"`, `"1234567\""`, `"é한국어"`, `"\u00e9\ud83d\ude00"`, `"\ud83d"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\ud83d\ude00"`, `"\ude00\ud83d"`,
	`"\"\\\/\b\f\n\r\t"`, "\"\xff\"", "\"12345678\xff\"", "\"\\n\xff\"", "\"\xe2\\n\x82\"",
	`"`, `"a`, `"a\`, `"a\"`, `"\x"`, `"\u12"`, `"\ud83d\u"`, `"\ud83d\uzzzz"`, `"\ud83d\uDZZZ"`, `"\ud83d\udc0"`, "\"\n\"", "\"\\n\n\"", `1`, `{}`, ``, ` "a" `,
}

// checkText holds Text against what Value and Unquote make of a document.
func checkText(t *testing.T, data []byte) {
	t.Helper()
	s := New(data)
	got, valid, ok := s.Text()
	whole := New(data)
	isString := whole.Peek() == '"'
	raw := whole.Value()
	if want := isString && whole.Err() == nil; ok != want {
		t.Fatalf("%q: a string: %v, want %v (%v)", clip(data), ok, want, s.Err())
	}
	if !ok {
		if isString && (s.Err() == nil || s.Err().Error() != whole.Err().Error()) {
			t.Fatalf("%q: error %v, want %v", clip(data), s.Err(), whole.Err())
		}
		return
	}
	if s.Offset() != whole.Offset() || valid != utf8.Valid(raw) {
		t.Fatalf("%q: ends at %d, valid UTF-8: %v", clip(data), s.Offset(), valid)
	}
	var want string
	if err := json.Unmarshal(raw, &want); err != nil || valid && string(got) != want {
		t.Fatalf("%q: got %q, want %q (%v)", clip(data), got, want, err)
	}
}

func TestText(t *testing.T) {
	for _, str := range append(strs, documents...) {
		checkText(t, []byte(str))
	}
}

func FuzzText(f *testing.F) {
	for _, str := range strs {
		f.Add([]byte(str))
	}
	f.Fuzz(func(t *testing.T, data []byte) { checkText(t, data) })
}

// The end of the object must follow, and nothing else.
func TestTextEnd(t *testing.T) {
	for doc, want := range map[string]string{
		`{"S":"a"}`: "a", `{"S":"a" }`: "a", `{"S":"é\n"}`: "é\n", `{"S":""}`: "",
		`{"S":"a","N":"1"}`: "!", `{"S":"a"`: "!", `{"S":"a`: "!", `{"S":"\n"]`: "!", `{"S":"a\`: "!",
	} {
		s := New([]byte(doc))
		if !s.Match([]byte(`{"S":"`)) {
			t.Fatal("no match")
		}
		got, _, ok := s.TextEnd()
		if ok != (want != "!") || ok && (string(got) != want || s.Rest() != 0) {
			t.Errorf("%s: got %q, %v", doc, got, ok)
		}
	}
}
