package dynamo_test

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lambdarest/lambdarest/dynamo"
)

// The types of items of TestRandomBatches, one for each kind of key.

// kind is a type of items, which are numbered and have a mark. A key has several
// forms, which DynamoDB holds for equal.
type kind[T any] struct {
	item   func(n, form int, mark string) T
	key    func(n, form int) dynamo.Key
	mark   func(T) string
	bad    T    // cannot be written
	single bool // one write takes one unit: there are no indexes
}

type textKeyed struct {
	ID   string `dynamodbav:"id"             dynamo:"partition"`
	City string `dynamodbav:"city,omitempty" dynamo:"index=by-city,partition"`
	Mark string `dynamodbav:"mark"`
	Fill string `dynamodbav:"fill"`
}

type numberKeyed struct {
	ID   json.Number `dynamodbav:"id" dynamo:"partition"`
	Mark string      `dynamodbav:"mark"`
	Fill string      `dynamodbav:"fill"`
}

type bytesKeyed struct {
	ID   []byte `dynamodbav:"id"  dynamo:"partition"`
	Rev  int    `dynamodbav:"rev" dynamo:"sort"`
	Mark string `dynamodbav:"mark"`
	Fill string `dynamodbav:"fill"`
}

type templateKeyed struct {
	PK   string `dynamodbav:"pk"             dynamo:"partition,template=ORG#{org}#{id}"`
	SK   string `dynamodbav:"sk"             dynamo:"sort,template=U#{id}"`
	By   string `dynamodbav:"by,omitempty"   dynamo:"index=by-team,partition,template=TEAM#{team}"`
	Org  string `dynamodbav:"org"`
	ID   int    `dynamodbav:"id"`
	Team string `dynamodbav:"team,omitempty"`
	Mark string `dynamodbav:"mark"`
	Fill string `dynamodbav:"fill"`
}

// filler makes items of many sizes, of which the wire escapes a part.
func filler(mark string) string { return strings.Repeat(`"`+mark, 7*len(mark)) }

func textKind() kind[textKeyed] {
	return kind[textKeyed]{
		item: func(n, _ int, mark string) textKeyed {
			return textKeyed{fmt.Sprint("é\"", n), []string{"", "Seoul"}[n%2], mark, filler(mark)}
		},
		key:  func(n, _ int) dynamo.Key { return dynamo.KeyOf(fmt.Sprint("é\"", n)) },
		mark: func(v textKeyed) string { return v.Mark },
		bad:  textKeyed{ID: "id", City: strings.Repeat("x", 3000)},
	}
}

func numberKind() kind[numberKeyed] {
	id := func(n, form int) json.Number {
		return json.Number(strconv.Itoa(n) + []string{"", ".0", "e0", ".00"}[form])
	}
	return kind[numberKeyed]{
		item:   func(n, form int, mark string) numberKeyed { return numberKeyed{id(n, form), mark, filler(mark)} },
		key:    func(n, form int) dynamo.Key { return dynamo.KeyOf(id(n, form)) },
		mark:   func(v numberKeyed) string { return v.Mark },
		bad:    numberKeyed{ID: "x"},
		single: true,
	}
}

func bytesKind() kind[bytesKeyed] {
	id := func(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n/3)) }
	return kind[bytesKeyed]{
		item:   func(n, _ int, mark string) bytesKeyed { return bytesKeyed{id(n), -(n % 3), mark, filler(mark)} },
		key:    func(n, _ int) dynamo.Key { return dynamo.KeyOf(id(n), -(n % 3)) },
		mark:   func(v bytesKeyed) string { return v.Mark },
		single: true,
	}
}

func templateKind(r func() *dynamo.Repository[templateKeyed]) kind[templateKeyed] {
	item := func(n, _ int, mark string) templateKeyed {
		return templateKeyed{Org: "acme", ID: n, Team: []string{"", "blue"}[n%2], Mark: mark, Fill: filler(mark)}
	}
	return kind[templateKeyed]{
		item: item,
		key:  func(n, form int) dynamo.Key { return r().KeyFor(item(n, form, "")) },
		mark: func(v templateKeyed) string { return v.Mark },
	}
}
