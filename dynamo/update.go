package dynamo

import (
	"context"
	"reflect"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Update changes attributes of the item with the given key, in one step, and
// gives the item as it is then. If there is none it is created, with its key and
// what u sets.
//
//	u := expression.Set(expression.Name("email"), expression.Value("kim@example.com"))
//	user, err := users.Update(ctx, dynamo.KeyOf(1), u)
//
// [Old] gives the item as it was before; DynamoDB answers one of the two, so the
// T that Update returns is then zero.
//
// With [If], [IfVersion] or [IfNotExists] the item is changed only if the
// condition holds; otherwise the error is a [*ConditionError] with the item that
// is in the table, and matches [ErrConditionFailed].
//
// Fields tagged version, created and updated are kept as by [Repository.Put]; u
// must leave them alone, and what templated keys are made of as well. With a
// version an Update never creates an item, unless by IfNotExists: an item that
// was deleted stays deleted. Without IfVersion it changes an item of any version,
// and counts.
//
// If the answer is lost, what happens depends on u. Setting attributes to values,
// removing them, and adding to and deleting from sets come to the same however
// often they are done: they are repeated. So is what IfVersion or IfNotExists
// guards, because it can succeed only once. If a condition then fails, the error
// is [ErrUnknownOutcome], unless IfVersion or IfNotExists is given and the item
// shows all that u sets: then the Update has succeeded. Two writers that would
// leave equal items cannot be told apart by this.
//
// Everything else (counters, list_append, copies of other attributes, list
// elements by index) is never done twice: after a lost answer the error is
// ErrUnknownOutcome at once. [Once] makes such an update safe to repeat.
//
// Of the options, all but [Stored] apply.
func (r *Repository[T]) Update(ctx context.Context, key Key, u expression.UpdateBuilder, opts ...WriteOption) (T, error) {
	var out T
	err := r.store.update(ctx, key, u, opts, valueAt(&out))
	return out, err
}

// update is Update; the new item goes to into, which stays zero after an error.
func (s *store) update(ctx context.Context, key Key, u expression.UpdateBuilder, opts []WriteOption, into reflect.Value) error {
	w, err := s.newUpdate(key, u, opts)
	if err != nil {
		return s.fail("update", err)
	}
	answer, err := s.write(ctx, w)
	if err != nil || !w.wantsNew() {
		return err
	}
	if err := s.readOwn(answer.attributes, w.key, into); err != nil {
		into.SetZero()
		return s.fail("update", errorf("done, but the new item: %w", err))
	}
	return nil
}

// wantsNew tells whether the answer to an update holds the new item.
func (w *write) wantsNew() bool { return w.cfg.old == nil && w.cfg.token == "" }

func (s *store) newUpdate(k Key, u expression.UpdateBuilder, opts []WriteOption) (*write, error) {
	cfg, err := newWriteConfig(opts, "IfNotExists If IfVersion Old Once Capacity")
	if err != nil {
		return nil, err
	}
	key, err := s.schema.encodeKey(k)
	if err != nil {
		return nil, err
	}
	cfg.exists = s.schema.version != nil && !cfg.ifNotExists && cfg.ifVersion == nil
	buildersIn(&cfg.given).update = &u
	if err := s.schema.forWrite(cfg); err != nil {
		return nil, err
	}
	e := &cfg.e
	actions := parseUpdate(*e.update)
	if err := s.schema.checkUpdate(actions, e); err != nil {
		return nil, err
	}
	own, err := s.maintain(cfg, e)
	if err != nil {
		return nil, err
	}
	w, err := s.newWrite("update", key, cfg, e.condition)
	if err != nil {
		return nil, err
	}
	w.judgeRepetition(actions, own, e)
	s.sendUpdate(w, e)
	w.complete(s)
	return w, nil
}

// judgeRepetition decides what may happen after a lost answer; see Update.
func (w *write) judgeRepetition(theirs, own []action, e *expressions) {
	idempotent := everyAction(theirs, func(a action) bool { return a.idempotent(e.values) })
	guarded := w.cfg.ifVersion != nil || w.cfg.ifNotExists
	w.repeat = w.repeat && idempotent
	w.resend = w.resend && (idempotent || guarded)
	if guarded {
		w.applied = func(now item) bool {
			return everyAction(append(theirs, own...), func(a action) bool { return a.visible(now, e) })
		}
	}
}

func (s *store) sendUpdate(w *write, e *expressions) {
	in := &dynamodb.UpdateItemInput{
		TableName:                           aws.String(s.table),
		Key:                                 w.key,
		UpdateExpression:                    e.update,
		ConditionExpression:                 e.condition,
		ExpressionAttributeNames:            e.names,
		ExpressionAttributeValues:           e.values,
		ReturnValues:                        types.ReturnValueAllNew,
		ReturnValuesOnConditionCheckFailure: oldItemIf(e.condition),
		ReturnConsumedCapacity:              w.cfg.meter.wanted(),
	}
	if w.cfg.old != nil {
		in.ReturnValues = types.ReturnValueAllOld
	}
	w.operation, w.in = "UpdateItem", in
	w.send = func(ctx context.Context, opts ...func(*dynamodb.Options)) (written, error) {
		out, err := s.client.UpdateItem(ctx, s.own(in).(*dynamodb.UpdateItemInput), opts...)
		if err != nil {
			return written{}, err
		}
		if out == nil || out.Attributes == nil && w.wantsNew() {
			return written{}, corrupt("no Attributes")
		}
		return written{out.Attributes, out.ConsumedCapacity}, nil
	}
}

// checkUpdate refuses to change what is not the caller's to change.
func (s *schema) checkUpdate(actions []action, e *expressions) error {
	for _, a := range actions {
		name := e.names[a.attribute()]
		for _, kept := range []*field{s.version, s.created, s.updated} {
			if kept != nil && kept.attr == name {
				return errorf("attribute %q (field %s) is kept by Update itself", name, kept.path)
			}
		}
		for _, t := range s.templates {
			if t.field.attr == name || t.uses(name) {
				return errorf("attribute %q takes part in the template of field %s: Put the whole item", name, t.field.path)
			}
		}
	}
	return nil
}

func (t *template) uses(attr string) bool {
	for _, name := range t.names {
		if name == attr {
			return true
		}
	}
	return false
}

// maintain adds to the update what keeps version, created and updated. It works
// on the text of the expression, because an UpdateBuilder shares its lists with
// its copies, so that adding to one would change the caller's.
func (s *store) maintain(cfg *writeConfig, e *expressions) ([]action, error) {
	fields := s.schema
	var own []action
	set := func(f *field, placeholder, value string) {
		own = append(own, action{"SET", placeholder, value})
		e.setName(placeholder, f.attr)
	}
	switch {
	case fields.version == nil:
	case cfg.ifVersion != nil || cfg.ifNotExists:
		next, err := fields.next(cfg)
		if err != nil {
			return nil, err
		}
		set(fields.version, "#version", ":version")
		e.setValue(":version", next)
	default:
		set(fields.version, "#version", "if_not_exists(#version, :zero) + :one")
		e.setValue(":zero", &types.AttributeValueMemberN{Value: "0"})
		e.setValue(":one", &types.AttributeValueMemberN{Value: "1"})
	}
	if fields.created == nil && fields.updated == nil {
		e.append(own)
		return own, nil
	}
	now := s.now()
	for _, at := range []struct {
		*field
		placeholder, value, expression string
	}{
		{fields.created, "#created", ":created", "if_not_exists(#created, :created)"},
		{fields.updated, "#updated", ":updated", ":updated"},
	} {
		if at.field == nil {
			continue
		}
		set(at.field, at.placeholder, at.expression)
		e.setValue(at.value, at.timeValue(now))
	}
	e.append(own)
	return own, nil
}

// next is the version after the one that a condition demands.
func (s *schema) next(cfg *writeConfig) (types.AttributeValue, error) {
	v := reflect.New(s.version.typ).Elem()
	if cfg.ifVersion != nil {
		setInteger(allocate(v), *cfg.ifVersion)
	}
	if _, err := bump(v); err != nil {
		return nil, errorf("field %s: %w", s.version.path, err)
	}
	n, err := versionIn(v)
	return &types.AttributeValueMemberN{Value: strconv.FormatInt(n, 10)}, err
}
