package jsonscan

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestUnquote(t *testing.T) {
	for _, tt := range []struct{ raw, want string }{
		{`""`, ""},
		{`"plain é 한"`, "plain é 한"},
		{`"\"\\\/\b\f\n\r\t"`, "\"\\/\b\f\n\r\t"},
		{`"\u0041\u00e9\u00E9"`, "Aéé"},
		{`"\ud83d\ude00"`, "😀"},
		{`"\ud83d"`, "\ufffd"},
		{`"\ud83dx"`, "\ufffdx"},
		{`"\ud83d\u0041"`, "\ufffdA"},
		{`"\ude00\ud83d"`, "\ufffd\ufffd"},
		{`"\u0000"`, "\x00"},
		{"\"a\xffb\\n\"", "a\ufffdb\n"},
	} {
		if got := Unquote([]byte(tt.raw)); got != tt.want {
			t.Errorf("Unquote(%s) = %q, want %q", tt.raw, got, tt.want)
		}
	}
}

func TestAppendQuote(t *testing.T) {
	for _, tt := range []struct{ s, want string }{
		{"", `""`},
		{"plain <é> & 한", `"plain <é> & 한"`},
		{"\"\\/\b\f\n\r\t\x00\x1f\x7f", `"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f\""},
		{"a\xffb\xc3", `"a` + "\ufffdb\ufffd" + `"`},
		{"eight bytes and\nmore", `"eight bytes and\nmore"`},
	} {
		if got := string(AppendQuote([]byte("x"), tt.s)); got != "x"+tt.want {
			t.Errorf("AppendQuote(%q) = %s, want x%s", tt.s, got, tt.want)
		}
	}
}

func TestQuoteAllocations(t *testing.T) {
	long := strings.Repeat("more than 32 bytes of text\n", 40) // a short one would be copied to the stack
	dst := make([]byte, 0, 2*len(long))
	if n := testing.AllocsPerRun(100, func() { dst = AppendQuote(dst[:0], long) }); n != 0 {
		t.Errorf("AppendQuote: %v allocations, want 0", n)
	}
}

// A string literal means what encoding/json says it means, and quoting is
// undone by unquoting.
func FuzzQuote(f *testing.F) {
	for _, d := range documents {
		f.Add([]byte(d))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var want string
		if len(data) > 0 && data[0] == '"' && json.Unmarshal(data, &want) == nil {
			s := New(data)
			if got := Unquote(s.Value()); got != want {
				t.Errorf("Unquote(%q) = %q, want %q", data, got, want)
			}
		}
		quoted := AppendQuote(nil, data)
		if !json.Valid(quoted) {
			t.Fatalf("AppendQuote(%q) = %q is not JSON", data, quoted)
		}
		if err := json.Unmarshal(quoted, &want); err != nil || Unquote(quoted) != want {
			t.Errorf("AppendQuote(%q) = %q: %q against %q", data, quoted, Unquote(quoted), want)
		}
	})
}

// Escapes stand at every place of the words that are copied at once, and dst has room for
// a word, or has not; what dst had stays.
func TestAppendTextAtEveryPlace(t *testing.T) {
	for before := range 44 {
		for _, escape := range []string{"", `\n`, `\u00e9`, `\\`, `\"é`, "\xff", `\ud83d\ude00`} {
			text := strings.Repeat("abcdefghi", 5)[:before] + escape + "tail" + escape + "xyz"
			var want string
			if err := json.Unmarshal([]byte(`"`+text+`"`), &want); err != nil {
				t.Fatal(err)
			}
			for _, room := range []int{0, 7, 8, 9, len(text), 3 * len(text)} {
				dst := append(make([]byte, 0, 4+room), "old:"...)
				if got := AppendText(dst, []byte(`"`+text+`"`)); string(got) != "old:"+want {
					t.Fatalf("%q with room for %d: %q, want %q", text, room, got, want)
				}
			}
		}
	}
}
