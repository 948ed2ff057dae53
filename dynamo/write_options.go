package dynamo

import (
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// WriteOption changes a [Repository.Put], [Repository.Update] or
// [Repository.Delete]. One that does not apply to the operation is an error,
// never ignored.
type WriteOption interface{ write(*writeConfig) }

type writeOption func(*writeConfig)

func (o writeOption) write(c *writeConfig) { o(c) }

type writeConfig struct {
	used
	given       given
	e           expressions // what is given, and what a repository adds
	exists      bool        // there must be an item
	ifNotExists bool
	ifVersion   *int64
	guarded     bool                                      // the item in the table must have the version guard
	guard       int64                                     // see schema.versionIs
	old, stored any                                       // **T and *T, or nil
	takeOld     func(s *store, w *write, from item) error // to old
	token       string                                    // "": not as a transaction
	asOnly      func(*store, *write)                      // has it sent as the only one of a transaction
	meter       *meter
}

// newWriteConfig applies opts and refuses those that are not in allowed.
func newWriteConfig(opts []WriteOption, allowed string) (*writeConfig, error) {
	c := new(writeConfig)
	for _, opt := range opts {
		opt.write(c)
	}
	return c, c.only(allowed)
}

// IfNotExists lets a Put or an Update only create: if there is an item with
// that key the write fails with [ErrConditionFailed]. Together with [If], both
// must hold.
func IfNotExists() WriteOption {
	return writeOption(func(w *writeConfig) { w.use("IfNotExists"); w.ifNotExists = true })
}

// If lets a write happen only if c holds for the item that is in the table. If
// it does not the write fails with [ErrConditionFailed]. Several must all hold.
func If(c expression.ConditionBuilder) WriteOption {
	return writeOption(func(w *writeConfig) {
		w.use("If")
		b := buildersIn(&w.given)
		b.condition = and(b.condition, c)
	})
}

// IfVersion lets an Update or a Delete happen only if the item in the table has
// that version, in its field tagged version; otherwise, and if there is no item,
// the write fails with [ErrConditionFailed]. A Put needs no such option: it goes
// by the version of the item that it puts. An item without version has
// version 0.
func IfVersion(n int64) WriteOption {
	return writeOption(func(w *writeConfig) {
		w.use("IfVersion")
		w.ifVersion = &n
		if n < 0 {
			w.bad(errors.New("the version is negative"))
		}
	})
}

// Old stores the item that a write replaces, changes or removes in *into, nil if
// there was none: the write and the reading of it are one. T must be the type of
// the repository.
//
//	var old *User
//	err := users.Delete(ctx, dynamo.KeyOf(1), dynamo.Old(&old))
//
// If the answer to the write is lost, the old item is lost with it: the error is
// [ErrUnknownOutcome], even where the write could be repeated without harm.
// After any error *into is nil.
func Old[T any](into **T) WriteOption {
	return writeOption(func(w *writeConfig) {
		w.use("Old")
		w.old, w.takeOld = into, takeOld
		if into == nil {
			w.bad(errors.New("Old needs a pointer to store to"))
			return
		}
		*into = nil
	})
}

// Stored sets *into to the item as a Put has written it: with its new version,
// the times of its creation and update, and its templated keys. It is what the
// next Put of the item must start from. T must be the type of the repository;
// after an error *into is as it was.
//
//	err := users.Put(ctx, user, dynamo.Stored(&user))
func Stored[T any](into *T) WriteOption {
	return writeOption(func(w *writeConfig) {
		w.use("Stored")
		w.stored = into
		if into == nil {
			w.bad(errors.New("Stored needs a pointer to store to"))
		}
	})
}

// takeOld stores the old item that the answer to a write holds.
func takeOld(s *store, w *write, from item) error {
	old := reflect.New(s.schema.typ)
	if err := s.readOwn(from, w.key, old.Elem()); err != nil {
		return s.fail(w.op, errorf("done, but the old item: %w", err))
	}
	reflect.ValueOf(w.cfg.old).Elem().Set(old)
	return nil
}

// checkTarget refuses what an option was told to store to, if it is given, unless
// that is a pointer to want.
func checkTarget(option string, into any, want reflect.Type) error {
	if into != nil && reflect.TypeOf(into).Elem() != want {
		return errorf("option %s is given a %T, want a *%v", option, into, want)
	}
	return nil
}
