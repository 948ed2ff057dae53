package dynamotest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"time"
)

// maxLine is more than an item of 400 KB can become as JSON, or a table with all
// its indexes.
const maxLine = 16 << 20

// ReadSnapshot makes a DB of what [DB.WriteSnapshot] has written.
func ReadSnapshot(r io.Reader) (*DB, error) {
	db, err := readSnapshot(r)
	if err != nil {
		return nil, fmt.Errorf("dynamotest: read a snapshot: %w", err)
	}
	return db, nil
}

func readSnapshot(r io.Reader) (*DB, error) {
	in := &lineReader{lines: bufio.NewScanner(r)}
	in.lines.Buffer(make([]byte, 0, 1<<16), maxLine)
	in.head()
	db := New()
	for in.err == nil && in.table(db) {
	}
	if in.err != nil {
		return nil, in.err
	}
	return db, nil
}

// A lineReader reads the lines of a snapshot until one is wrong.
type lineReader struct {
	lines  *bufio.Scanner
	number int
	sum    uint32 // of the lines before the one that was read last
	last   []byte
	err    error
}

// next reads a line; a snapshot does not end before its last.
func (in *lineReader) next() []byte {
	if in.err != nil {
		return nil
	}
	if in.last != nil {
		in.sum = crc32.Update(crc32.Update(in.sum, crc32.IEEETable, in.last), crc32.IEEETable, []byte{'\n'})
	}
	in.number++
	if !in.lines.Scan() {
		in.fail("it ends here, too early")
		if err := in.lines.Err(); err != nil {
			in.err = fmt.Errorf("line %d: %w", in.number, err)
		}
		return nil
	}
	in.last = in.lines.Bytes()
	return in.last
}

// fail says what is wrong with the line; what is stored is not shown.
func (in *lineReader) fail(format string, args ...any) {
	if in.err == nil {
		in.err = fmt.Errorf("%w: line %d: %s", ErrSnapshot, in.number, fmt.Sprintf(format, args...))
	}
}

func (in *lineReader) head() {
	var head snapshotHead
	switch line := in.next(); {
	case in.err != nil:
	case json.Unmarshal(line, &head) != nil || head.Format != snapshotFormat:
		in.fail("want the format %q", snapshotFormat)
	case head.Version != snapshotVersion:
		in.fail("version %d, where %d is known", head.Version, snapshotVersion)
	}
}

// table reads a table with its items, or the end; more is false after that.
func (in *lineReader) table(db *DB) (more bool) {
	var line struct {
		snapshotTable
		snapshotEnd
	}
	if text := in.next(); in.err != nil {
		return false
	} else if json.Unmarshal(text, &line) != nil {
		in.fail("want a table, or the end")
		return false
	}
	if line.CRC32 != nil {
		in.end(line.snapshotEnd, len(db.tables))
		return false
	}
	t := in.schema(db, line.snapshotTable)
	for range line.Items {
		if in.err != nil {
			return false
		}
		in.item(t)
	}
	if in.err == nil && line.TimeToLive != "" {
		t.ttl.start(t, line.TimeToLive)
		db.expiring.Add(1)
	}
	return in.err == nil
}

func (in *lineReader) end(end snapshotEnd, tables int) {
	switch {
	case *end.CRC32 != in.sum:
		in.fail("the checksum is wrong: it is damaged")
	case end.Tables == nil || *end.Tables != tables:
		in.fail("the number of tables is wrong")
	case in.lines.Scan():
		in.number++
		in.fail("there is more after the end")
	}
}

func (in *lineReader) schema(db *DB, line snapshotTable) *table {
	r := &createTableRequest{}
	f := decodeRequest(line.Table, r)
	for _, check := range []func() *fault{r.constrain, r.check} {
		if f == nil {
			f = check()
		}
	}
	if f != nil {
		in.fail("a table that cannot be: %s", f.message)
		return nil
	}
	if _, ok := db.tables[*r.TableName]; ok {
		in.fail("table %q comes twice", *r.TableName)
		return nil
	}
	t := db.add(r)
	t.created = time.UnixMilli(line.Created)
	if line.TableID != "" {
		t.id = line.TableID
	}
	return t
}

func (in *lineReader) item(t *table) {
	text := in.next()
	if in.err != nil {
		return
	}
	var it item
	c := &cursor{text: text}
	if !json.Valid(text) || c.peek() != '{' {
		in.fail("want an item")
		return
	}
	it.read(c)
	f := c.fault
	if f == nil {
		f = checkNewItem(it)
	}
	if f == nil {
		f = t.checkItem(it)
	}
	if f != nil {
		in.fail("an item that cannot be: %s", f.message)
		return
	}
	k := t.rowKey(it)
	if _, ok := t.rows.get(k); ok {
		in.fail("an item that was there before")
		return
	}
	t.put(k, row{item: it, size: it.size()})
}
