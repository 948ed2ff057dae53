package dynamotest

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

const msgTransactTwice = "Transaction request cannot include multiple operations on one item"

// A tableRow is a row among all tables.
type tableRow struct {
	table string
	key   rowKey
}

// reasons collects why the operations of a transaction fail, index by index.
type reasons []reason

func newReasons(n int) reasons {
	r := make(reasons, n)
	for i := range r {
		r[i].code = "None"
	}
	return r
}

func (r reasons) set(i int, f *fault) {
	r[i] = reason{code: codeOf(f), message: f.message, item: f.item}
}

// fault is the transaction's, nil where nothing failed.
func (r reasons) fault() *fault {
	codes := convert(r, func(one reason) string { return one.code })
	if !slices.ContainsFunc(codes, func(code string) bool { return code != "None" }) {
		return nil
	}
	return &fault{
		kind: faultTransaction, reasons: r,
		message: fmt.Sprintf("Transaction cancelled, please refer cancellation reasons for specific reasons [%s]", strings.Join(codes, ", ")),
	}
}

// memberOf names a member of the i-th element of a list, as constraint messages do.
func memberOf(list string, i int, name string) string {
	return fmt.Sprintf("%s.%d.member.%s", list, i+1, name)
}

// A bill adds up the capacity of a transaction, by table.
type bill struct {
	mode    string
	write   bool
	reports []*capacity
}

func newBill(mode string, write bool) *bill { return &bill{mode: mode, write: write} }

// of is the report for a table, nil where none was asked for.
func (b *bill) of(table string) *capacity {
	i := slices.IndexFunc(b.reports, func(c *capacity) bool { return c.table == table })
	if i >= 0 {
		return b.reports[i]
	}
	c := newCapacity(b.mode, table)
	if c != nil {
		c.transactional, c.write = true, b.write
		b.reports = append(b.reports, c)
	}
	return c
}

// tokens remembers the ClientRequestTokens of the transactions of the last ten
// minutes. The DB's lock guards it.
type tokens struct {
	live  map[string]spent
	order []string // of live, oldest first: all live equally long
}

type spent struct {
	request [32]byte // digest of the request
	until   time.Time
	bill    []*capacity
}

const tokenLife = 10 * time.Minute

// lookup finds a token that is still alive.
func (t *tokens) lookup(token string, now time.Time) (spent, bool) {
	s, ok := t.live[token]
	return s, ok && now.Before(s.until)
}

// keep remembers a token and forgets those that have expired.
func (t *tokens) keep(token string, s spent, now time.Time) {
	for len(t.order) > 0 && !now.Before(t.live[t.order[0]].until) {
		delete(t.live, t.order[0])
		t.order = t.order[1:]
	}
	if t.live == nil {
		t.live = map[string]spent{}
	}
	s.until = now.Add(tokenLife)
	t.live[token] = s
	t.order = append(t.order, token)
}
