package moving

import (
	"errors"
	"sync"
)

// A Note is what the APIs keep.
type Note struct {
	ID   int    `json:"id"`
	Text string `json:"text"`
}

var errNoNote = errors.New("no such note")

// notes keep notes in memory.
type notes struct {
	mu   sync.Mutex
	byID map[int]Note
}

func newNotes() *notes { return &notes{byID: make(map[int]Note)} }

func (n *notes) get(id int) (Note, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	note, ok := n.byID[id]
	if !ok {
		return Note{}, errNoNote
	}
	return note, nil
}

func (n *notes) put(note Note) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.byID[note.ID] = note
}
