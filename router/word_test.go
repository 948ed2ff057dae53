package router

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// Cutting a path eight bytes at a time finds what cutting it at each slash finds, at
// every length and place.
func TestSegmentsAreWhatSplitFinds(t *testing.T) {
	const seed = 20261123
	rnd := rand.New(rand.NewPCG(seed, 0))
	for range 20_000 {
		b := make([]byte, rnd.IntN(40))
		for i := range b {
			b[i] = "abcdefgh//.\x00\x2e\x30\xaf%"[rnd.IntN(16)]
		}
		p := path{text: string(b)}
		var have []string
		for at := p.start(); !p.ended(at); {
			var seg string
			var head uint64
			seg, head, at = p.segment(at)
			if have = append(have, seg); head != simpleWord(seg) {
				t.Fatalf("seed %d: %q: the head of %q is %x", seed, b, seg, head)
			}
		}
		if want := strings.Split(p.text, "/"); p.text != "" && !slices.Equal(have, want) {
			t.Fatalf("seed %d: %q is cut into %q", seed, b, have)
		}
		if want := !strings.ContainsFunc(p.text, func(r rune) bool { return r == '%' || r >= 0x80 }); plain(p.text) != want {
			t.Fatalf("seed %d: plain(%q) is %v", seed, b, !want)
		}
	}
}

func simpleWord(s string) (w uint64) {
	for i := range min(len(s), 8) {
		w |= uint64(s[i]) << (8 * i)
	}
	return w
}

// Literals with the same head, or with the same but for zeros behind it, are apart.
func TestLiteralsWithOneHead(t *testing.T) {
	var l literals
	texts := []string{"", "\x00", "a", "a\x00", "12345678", "12345678a", "12345678b", "12345678ab"}
	for i := range 12 { // one by one at first, in slots later
		for _, text := range texts {
			if l.find(text, word(text, 0)) != nil {
				t.Errorf("%d: %q is there before it was added", i, text)
			}
		}
		l.add(strings.Repeat("x", i+1))
	}
	for _, text := range texts {
		n := l.add(text)
		if l.find(text, word(text, 0)) != n || l.add(text) != n {
			t.Errorf("%q is not found", text)
		}
	}
	if len(l.edges) != 12+len(texts) {
		t.Errorf("%d edges", len(l.edges))
	}
}
