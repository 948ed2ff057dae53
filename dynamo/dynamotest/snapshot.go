package dynamotest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
)

// A snapshot is lines of JSON. The first names the format and its version. Then
// come the tables in the order of their names: a line for the table, with the
// CreateTable request that would make it and the number of its items, and a line
// for each item. The last has a checksum of all before it, so that a file that
// was cut short or changed is not mistaken for one that is whole.
//
//	{"format":"dynamotest","version":1}
//	{"Table":{"TableName":"users", …},"TableId":"…","Created":1767225600000,"Items":1}
//	{"id":{"S":"kim"},"visits":{"N":"7"}}
//	{"tables":1,"crc32":305419896}
//
// Equal contents make equal bytes: attributes are sorted by name.

const (
	snapshotFormat  = "dynamotest"
	snapshotVersion = 1
)

type snapshotHead struct {
	Format  string `json:"format"`
	Version int    `json:"version"`
}

type snapshotTable struct {
	Table      json.RawMessage
	TableID    string `json:"TableId"`
	Created    int64  // milliseconds since 1970
	TimeToLive string `json:",omitempty"` // the attribute
	Items      int
}

type snapshotEnd struct {
	Tables *int    `json:"tables"`
	CRC32  *uint32 `json:"crc32"`
}

// ErrSnapshot is what errors.Is finds in the error for a file that is no
// snapshot, is damaged, or is of a version that this program does not know.
var ErrSnapshot = errors.New("not a snapshot that can be read")

// Save writes everything that is stored to a file: tables with their indexes,
// settings, tags and time to live, and their items. The file is replaced as a
// whole or not at all. Other calls may go on meanwhile; none is seen in part.
func (db *DB) Save(file string) (err error) {
	temp, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return fmt.Errorf("dynamotest: save: %w", err)
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
			err = fmt.Errorf("dynamotest: save %q: %w", file, err)
		}
	}()
	if err := db.writeSnapshot(temp); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	return os.Rename(temp.Name(), file)
}

// Load makes a DB of what [DB.Save] has written. Where there is no file the error
// is an [fs.ErrNotExist].
func Load(file string) (*DB, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("dynamotest: load: %w", err)
	}
	defer f.Close()
	db, err := readSnapshot(f)
	if err != nil {
		return nil, fmt.Errorf("dynamotest: load %q: %w", file, err)
	}
	return db, nil
}

// WriteSnapshot writes to w what [DB.Save] writes to a file.
func (db *DB) WriteSnapshot(w io.Writer) error {
	if err := db.writeSnapshot(w); err != nil {
		return fmt.Errorf("dynamotest: write a snapshot: %w", err)
	}
	return nil
}

// A tableCopy is a table as it is at one moment. Items are never changed in
// place, so that they need no copies.
type tableCopy struct {
	line  []byte
	items []item
}

// copyTables takes all tables at one moment.
func (db *DB) copyTables() []tableCopy {
	db.mu.RLock()
	defer db.mu.RUnlock()
	var copies []tableCopy
	for _, name := range slices.Sorted(maps.Keys(db.tables)) {
		t := db.tables[name]
		if status := db.status(t.settling); status == statusGone || status == statusDeleting {
			continue
		}
		c := tableCopy{line: t.snapshotLine(), items: make([]item, 0, t.rows.rows)}
		t.rows.ascend(rowKey{}, func(_ rowKey, r row) bool {
			c.items = append(c.items, r.item)
			return true
		})
		copies = append(copies, c)
	}
	return copies
}

func (t *table) snapshotLine() []byte {
	return appendJSON(nil, snapshotTable{
		Table: appendRequest(nil, reflect.ValueOf(t.request())), TableID: t.id, Created: t.created.UnixMilli(),
		TimeToLive: t.ttl.attribute, Items: t.rows.rows,
	})
}

func (db *DB) writeSnapshot(w io.Writer) error {
	tables := db.copyTables()
	out := &lineWriter{buffered: bufio.NewWriterSize(w, 1<<16), sum: crc32.NewIEEE()}
	out.line(appendJSON(nil, snapshotHead{snapshotFormat, snapshotVersion}))
	var b []byte
	for _, t := range tables {
		out.line(t.line)
		for _, it := range t.items {
			b = appendOrdered(b[:0], value{kind: kindM, attr: it})
			out.line(b[len(`{"M":`) : len(b)-len(`}`)])
		}
	}
	sum, n := out.sum.Sum32(), len(tables)
	out.line(appendJSON(nil, snapshotEnd{&n, &sum}))
	if out.err == nil {
		out.err = out.buffered.Flush()
	}
	return out.err
}

// A lineWriter writes lines until one fails.
type lineWriter struct {
	buffered *bufio.Writer
	sum      interface {
		io.Writer
		Sum32() uint32
	}
	err error
}

func (w *lineWriter) line(b []byte) {
	for _, part := range [][]byte{b, {'\n'}} {
		_, _ = w.sum.Write(part) // never fails
		if w.err == nil {
			_, w.err = w.buffered.Write(part)
		}
	}
}

// appendOrdered is appendValue with the entries of maps in the order of their names.
func appendOrdered(b []byte, v value) []byte {
	switch v.kind {
	case kindL:
		return append(appendList(append(b, `{"L":`...), v.list, appendOrdered), '}')
	case kindM:
		b = append(b, `{"M":{`...)
		for i, name := range slices.Sorted(maps.Keys(v.attr)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendString(b, name), ':')
			b = appendOrdered(b, v.attr[name])
		}
		return append(b, "}}"...)
	}
	return appendValue(b, v)
}
