package dynamotest

import (
	"cmp"
	"slices"
)

// A tree keeps the rows of a table in the order of their keys: a B+ tree, all
// rows in its leaves. An inner node holds the lowest key of each of its
// children; the first of them stands for "anything lower" too.
//
//	inner        [ a        k        r ]
//	leaves   [a c f]   [k m o p]   [r u]
//
// A node that overflows splits in half. One that empties is unlinked, but
// nodes are not merged before that: the tree's height follows the most rows it
// has held, which for a table that shrinks costs a level at worst.
//
// Finding, setting, deleting and resuming a scan in the middle are logarithmic.
type tree struct {
	root *node
	rows int
}

const nodeSize = 64

type node struct {
	keys []rowKey
	rows []row   // a leaf's
	kids []*node // an inner node's
}

// A rowKey orders the rows of a table: by a hash of the partition key, as
// DynamoDB scans, then by the partition key itself, then by the sort key.
type rowKey struct {
	hash            uint64
	partition, sort string
}

type row struct {
	item item
	size int
}

func (k rowKey) compare(o rowKey) int {
	if c := cmp.Compare(k.hash, o.hash); c != 0 {
		return c
	}
	if c := cmp.Compare(k.partition, o.partition); c != 0 {
		return c
	}
	return cmp.Compare(k.sort, o.sort)
}

// child is the index of the child that k belongs to.
func (n *node) child(k rowKey) int {
	i, found := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
	if !found && i > 0 {
		i--
	}
	return i
}

func (t *tree) get(k rowKey) (row, bool) {
	n := t.root
	for n != nil && n.kids != nil {
		n = n.kids[n.child(k)]
	}
	if n == nil {
		return row{}, false
	}
	i, found := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
	if !found {
		return row{}, false
	}
	return n.rows[i], true
}

func (t *tree) set(k rowKey, r row) {
	if t.root == nil {
		t.root = &node{}
	}
	if t.root.set(k, r) {
		t.rows++
	}
	if right := t.root.split(); right != nil {
		t.root = &node{keys: []rowKey{t.root.keys[0], right.keys[0]}, kids: []*node{t.root, right}}
	}
}

// set stores a row and tells whether its key is new.
func (n *node) set(k rowKey, r row) (added bool) {
	if n.kids == nil {
		i, found := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
		if found {
			n.rows[i] = r
			return false
		}
		n.keys, n.rows = slices.Insert(n.keys, i, k), slices.Insert(n.rows, i, r)
		return true
	}
	i := n.child(k)
	added = n.kids[i].set(k, r)
	n.keys[i] = n.kids[i].keys[0]
	if right := n.kids[i].split(); right != nil {
		n.keys, n.kids = slices.Insert(n.keys, i+1, right.keys[0]), slices.Insert(n.kids, i+1, right)
	}
	return added
}

// split moves the upper half of an overfull node into a new one.
func (n *node) split() *node {
	if len(n.keys) <= nodeSize {
		return nil
	}
	half := len(n.keys) / 2
	right := &node{keys: slices.Clone(n.keys[half:])}
	n.keys = cut(n.keys, half)
	if n.kids == nil {
		right.rows = slices.Clone(n.rows[half:])
		n.rows = cut(n.rows, half)
		return right
	}
	right.kids = slices.Clone(n.kids[half:])
	n.kids = cut(n.kids, half)
	return right
}

// cut shortens s and clears what lay behind, for the garbage collector.
func cut[E any](s []E, n int) []E {
	clear(s[n:])
	return s[:n]
}

func (t *tree) delete(k rowKey) {
	if t.root == nil || !t.root.delete(k) {
		return
	}
	t.rows--
	for len(t.root.kids) == 1 {
		t.root = t.root.kids[0]
	}
	if len(t.root.keys) == 0 {
		t.root = nil
	}
}

// delete removes a row and tells whether it was there.
func (n *node) delete(k rowKey) bool {
	if n.kids == nil {
		i, found := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
		if found {
			n.keys, n.rows = slices.Delete(n.keys, i, i+1), slices.Delete(n.rows, i, i+1)
		}
		return found
	}
	i := n.child(k)
	if !n.kids[i].delete(k) {
		return false
	}
	if len(n.kids[i].keys) == 0 {
		n.keys, n.kids = slices.Delete(n.keys, i, i+1), slices.Delete(n.kids, i, i+1)
	} else {
		n.keys[i] = n.kids[i].keys[0]
	}
	return true
}

// ascend visits the rows from k on, k included, until visit returns false.
func (t *tree) ascend(k rowKey, visit func(rowKey, row) bool) {
	if t.root != nil {
		t.root.ascend(k, visit)
	}
}

func (n *node) ascend(k rowKey, visit func(rowKey, row) bool) bool {
	if n.kids == nil {
		i, _ := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
		for ; i < len(n.keys); i++ {
			if !visit(n.keys[i], n.rows[i]) {
				return false
			}
		}
		return true
	}
	for i := n.child(k); i < len(n.kids); i++ {
		if !n.kids[i].ascend(k, visit) {
			return false
		}
	}
	return true
}

// descend visits the rows from k down, k included, until visit returns false.
func (t *tree) descend(k rowKey, visit func(rowKey, row) bool) {
	if t.root != nil {
		t.root.descend(k, visit)
	}
}

func (n *node) descend(k rowKey, visit func(rowKey, row) bool) bool {
	if n.kids == nil {
		i, found := slices.BinarySearchFunc(n.keys, k, rowKey.compare)
		if !found {
			i--
		}
		for ; i >= 0; i-- {
			if !visit(n.keys[i], n.rows[i]) {
				return false
			}
		}
		return true
	}
	for i := n.child(k); i >= 0; i-- {
		if !n.kids[i].descend(k, visit) {
			return false
		}
	}
	return true
}
