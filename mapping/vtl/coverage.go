package vtl

import (
	"cmp"
	"slices"
	"sync"
)

// Coverage notes which branches of a template are rendered: see [Input]. The zero value is ready to use, for any number of
// renderings of one template at once. It costs little, but it is meant for tests.
type Coverage struct {
	mu   sync.Mutex
	seen map[site]bool
}

// Branch is a part of a template that may be rendered or not.
type Branch struct {
	Line, Col int    // from 1
	Name      string // "#if", "#elseif", "#else", "#foreach", or what an #if without #else does where nothing holds
}

// way is what happens at a directive.
type way uint8

const (
	taken   way = iota
	skipped     // an #if of which nothing holds
)

type site struct {
	pos int
	way way
}

type branch struct {
	site
	name string
}

// branches are those that a parser has found.
type branches struct{ list []branch }

func (b *branches) add(pos int, way way, name string) {
	b.list = append(b.list, branch{site{pos, way}, name})
}

func (c *Coverage) note(pos int, way way) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = make(map[site]bool)
	}
	c.seen[site{pos, way}] = true
}

// Missed returns the branches of the template that no rendering has gone through, in their order.
func (c *Coverage) Missed(t *Template) []Branch {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := slices.Clone(t.branches)
	slices.SortFunc(all, func(a, b branch) int { return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.way, b.way)) })
	var missed []Branch
	for _, b := range slices.CompactFunc(all, func(a, b branch) bool { return a.site == b.site }) {
		if !c.seen[b.site] {
			line, col := lineCol(t.src, b.pos)
			missed = append(missed, Branch{line, col, b.name})
		}
	}
	return missed
}
