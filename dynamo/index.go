package dynamo

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// index is a secondary index that T's tags declare. One without a partition key
// of its own has the table's, which makes it a local one.
type index struct {
	name            string
	partition, sort *keyAttr // sort is nil if there is none
	local           bool
	keys            []*keyAttr // partition and sort
	reads           []*keyAttr // the table's key, then the rest of keys
}

const maxIndexName, minIndexName = 255, 3 // "Naming rules", developer guide

// indexNamed gives the index of that name, which it makes at the first time.
func (s *schema) indexNamed(name string) (*index, error) {
	if len(name) < minIndexName || len(name) > maxIndexName {
		return nil, errorf("index name %q: want %d to %d characters", name, minIndexName, maxIndexName)
	}
	if ix := s.index(name); ix != nil {
		return ix, nil
	}
	ix := &index{name: name}
	s.indexes = append(s.indexes, ix)
	return ix, nil
}

// index gives the declared index of that name, nil if there is none.
func (s *schema) index(name string) *index {
	for _, ix := range s.indexes {
		if ix.name == name {
			return ix
		}
	}
	return nil
}

// checkIndexes completes the indexes when all fields are known.
func (s *schema) checkIndexes() error {
	for _, ix := range s.indexes {
		switch {
		case ix.partition != nil:
		case ix.sort == nil:
			return errorf("index %q has no key", ix.name)
		case s.sort == nil:
			return errorf("field %s: index %q has no partition key, so it would be a local one, which only a table with a sort key can have", ix.sort.field, ix.name)
		default:
			ix.partition, ix.local = s.partition, true
		}
		ix.keys = keysOf(ix.partition, ix.sort)
		ix.reads = addKeys(s.keys, ix.keys)
	}
	return nil
}

// keysOf lists the attributes of a key, the partition key first.
//
//go:noinline
func keysOf(partition, sort *keyAttr) []*keyAttr {
	if sort == nil {
		return []*keyAttr{partition}
	}
	return []*keyAttr{partition, sort}
}

// readKeys lists the attributes that every item read through ix has, and that a
// position in it consists of: the table's key, then the rest of the index's.
// A nil index is the table.
func (s *schema) readKeys(ix *index) []*keyAttr {
	if ix == nil {
		return s.keys
	}
	return ix.reads
}

// allKeys lists the attributes of all keys, each once.
//
//go:noinline
func (s *schema) allKeys() []*keyAttr {
	keys := s.keys
	for _, ix := range s.indexes {
		keys = addKeys(keys, ix.keys)
	}
	return keys
}

// addKeys gives keys with those of more that they do not have.
//
//go:noinline
func addKeys(keys, more []*keyAttr) []*keyAttr {
	keys = keys[:len(keys):len(keys)]
	for _, k := range more {
		if keyNamed(keys, k.name) == nil {
			keys = append(keys, k)
		}
	}
	return keys
}

// keyNamed gives the attribute of that name, nil if it is not part of the key.
func keyNamed(keys []*keyAttr, name string) *keyAttr {
	if i := keyIndex(keys, name); i >= 0 {
		return keys[i]
	}
	return nil
}

// keyIndex is which of the keys has that name, or -1.
//
//go:noinline
func keyIndex(keys []*keyAttr, name string) int {
	for i, k := range keys {
		if k.name == name {
			return i
		}
	}
	return -1
}

// checkIndexKeys refuses what DynamoDB would refuse: an item may lack the key of
// an index, and is not in it then, but it cannot have another kind of value there.
func (s *schema) checkIndexKeys(m item) error {
	for _, ix := range s.indexes {
		for _, k := range ix.keys {
			av, ok := m[k.name]
			if !ok {
				continue
			}
			if err := k.check(av); err != nil {
				return errorf("%v, a key of index %q: %w%s", k, ix.name, err, omitHint(av))
			}
		}
	}
	return nil
}

// omitHint says how a field without a value keeps its item out of an index.
func omitHint(av types.AttributeValue) string {
	switch v := av.(type) {
	case *types.AttributeValueMemberNULL:
	case *types.AttributeValueMemberS:
		if v.Value != "" {
			return ""
		}
	default:
		return ""
	}
	return "; the option omitempty of dynamodbav keeps such items out of the index"
}

var errGlobalConsistent = errors.New("a global index cannot be read consistently")

// readIndex is the index that a read names, nil for the table and for an index
// that T does not declare, which DynamoDB knows and the program need not.
func (s *schema) readIndex(cfg *readConfig) (*index, error) {
	if cfg.index == "" {
		return nil, nil
	}
	ix := s.index(cfg.index)
	if ix != nil && !ix.local && cfg.consistent {
		return nil, errorf("index %q: %w", ix.name, errGlobalConsistent)
	}
	return ix, nil
}
