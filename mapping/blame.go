package mapping

import (
	"bytes"
	"errors"
)

// blame returns the path of the value in doc because of which try returned err for
// doc, and try's error for that value alone. It is needed because errors of a type's
// UnmarshalJSON or UnmarshalText (time.Time, say) do not say where the value stood,
// and encoding/json's own leave out the elements of arrays.
//
// It goes down level by level. Of the members of an object, or the elements of an
// array, it tries the first half, alone in an object or array of the same kind; then
// it halves that one if it is refused, else the other, down to a single one, where it
// descends. Of {"a":1,"b":[2,"x"],"c":3} it tries
//
//	{}  {"a":1,"b":[2,"x"]}  {"a":1}  {"b":[2,"x"]}  {"b":[]}  {"b":[2]}  {"b":["x"]}
//
// and blames b[1]. A level whose empty object or array is refused, too, is to blame as
// a whole.
//
// The document comes from the client, who could make this expensive: every try
// repeats all keys on the way down. So there is a budget. Once it is spent, blame
// returns the path it has and errSpent.
func blame(doc []byte, err error, try func([]byte) error) (path string, _ error) {
	s := search{try: try, budget: minBudget + budgetFactor*len(doc)}
	in := enclosure{} // of the current value
	value := bytes.TrimSpace(doc)
	for range maxBlame {
		culprit, e := s.refused(in, value)
		if e == errSpent {
			return path, e
		}
		if e == nil {
			break
		}
		path, err = culprit.appendTo(path), e
		if len(path) > maxPath {
			break
		}
		in = in.around(value[0], culprit)
		value = culprit.value
	}
	return path, err
}

// maxBlame is how many levels down blame looks. Each costs about as much as decoding
// the value there.
const maxBlame = 8

// The bytes that blame may try: so many times those of the document, and some more
// so that a small document is never short of them.
const (
	budgetFactor = 8
	minBudget    = 64 << 10
)

var errSpent = errors.New("mapping: the search for the mistake takes too long")

// search tries documents as long as it may.
type search struct {
	try    func([]byte) error
	budget int // bytes left
}

func (s *search) refuses(doc []byte) error {
	if s.budget -= len(doc); s.budget < 0 {
		return errSpent
	}
	return s.try(doc)
}

// refused returns the first child of value that is refused alone, and why; the error
// is nil if there is no such child.
func (s *search) refused(in enclosure, value []byte) (child, error) {
	open := value[0]
	if open != '{' && open != '[' {
		return child{}, nil
	}
	if err := s.refuses(in.document(open, nil)); err != nil {
		if err == errSpent {
			return child{}, err
		}
		return child{}, nil
	}
	children, index := value[1:len(value)-1], 0
	for {
		head, n, tail := halve(children)
		if n == 0 {
			break
		}
		switch err := s.refuses(in.document(open, head)); err {
		case errSpent:
			return child{}, err
		case nil:
			children, index = tail, index+n
		default:
			children = head
		}
	}
	if len(bytes.TrimSpace(children)) == 0 {
		return child{}, nil
	}
	return newChild(open, children, index), s.refuses(in.document(open, children))
}

// enclosure is what stands around a value in a document that has nothing else.
type enclosure struct{ before, after []byte }

// document returns the document with an object or array in its place that has these
// children; open is the bracket that begins it.
func (in enclosure) document(open byte, children []byte) []byte {
	doc := make([]byte, 0, len(in.before)+len(children)+len(in.after)+2)
	doc = append(append(doc, in.before...), open)
	doc = append(append(doc, children...), closing(open))
	return append(doc, in.after...)
}

// around returns the enclosure of c in an object or array that itself is enclosed
// by in.
func (in enclosure) around(open byte, c child) enclosure {
	before := append(bytes.Clone(in.before), open)
	if c.key != nil {
		before = append(append(before, c.key...), ':')
	}
	return enclosure{before, append([]byte{closing(open)}, in.after...)}
}

// closing returns the bracket for an opening one: } is two after {, ] two after [.
func closing(open byte) byte { return open + 2 }

// child is a member of an object or an element of an array.
type child struct {
	key   []byte // a member's key as it stands in the document, with its quotes
	index int    // an element's
	value []byte
}

func newChild(open byte, text []byte, index int) child {
	text = bytes.TrimSpace(text)
	if open == '[' {
		return child{index: index, value: text}
	}
	end := stringEnd(text, 0)
	_, value, _ := bytes.Cut(text[end:], []byte{':'})
	return child{key: text[:end], value: bytes.TrimSpace(value)}
}

func (c child) appendTo(path string) string {
	if c.key == nil {
		return appendIndex(path, c.index)
	}
	return appendKey(path, unquote(c.key))
}

// halve cuts a list of children at the comma that is next to its middle, or the last
// one before it, and returns the number of children in the head. That is 0 if there
// is no comma.
func halve(list []byte) (head []byte, n int, tail []byte) {
	depth, comma := 0, -1
	for i := 0; i < len(list); i++ {
		switch list[i] {
		case '"':
			i = stringEnd(list, i) - 1
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',':
			if depth > 0 {
				continue
			}
			if comma, n = i, n+1; i >= len(list)/2 {
				return list[:i], n, list[i+1:]
			}
		}
	}
	if n == 0 {
		return list, 0, nil
	}
	return list[:comma], n, list[comma+1:]
}
