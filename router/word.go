package router

import "math/bits"

// What follows looks at eight bytes of a path at a time, as one number whose lowest byte
// is the first: a segment ends at the first slash, segments are compared by such heads, and
// a whole path is ASCII where no byte has its high bit. In w ^ '/' × ones a slash is a zero
// byte; (v-ones)&^v has the high bit of the lowest zero byte set, whatever borrows make of
// the bytes above that.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// word returns the bytes of s from i on, eight at most, zeros in place of those behind
// the end. i is within s or at its end.
func word(s string, i int) uint64 {
	n := len(s) - 8
	switch {
	case i <= n:
		return load(s[i : i+8])
	case n >= 0:
		return load(s[n:]) >> (8 * uint(i-n))
	case n >= -4: // two halves, which may overlap
		return (load4(s) | load4(s[n+4:])<<(8*uint(n+4))) >> (8 * uint(i))
	}
	var w uint64
	for j := len(s) - 1; j >= i; j-- {
		w = w<<8 | uint64(s[j])
	}
	return w
}

// load returns the first eight bytes of s, which has as many.
func load(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

// load4 returns the first four bytes of s, which has as many.
func load4(s string) uint64 {
	_ = s[3]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
}

// zeros marks the zero bytes of v by their high bits. Only the lowest mark counts.
func zeros(v uint64) uint64 { return (v - ones) &^ v & highs }

// slash returns how many of a word's bytes stand before its first slash, 8 if it has none.
func slash(w uint64) int { return bits.TrailingZeros64(zeros(w^'/'*ones)) / 8 }

// plain reports whether s is ASCII and has no percent sign.
func plain(s string) bool {
	i, odd := 0, uint64(0)
	for ; i+8 <= len(s); i += 8 {
		w := load(s[i : i+8])
		odd |= w | zeros(w^'%'*ones)
	}
	w := word(s, i)
	odd |= w | zeros(w^'%'*ones)
	return odd&highs == 0
}
