package vtl

import (
	"bytes"
	"context"
	"errors"
)

// Input is what a template renders. Nothing in it is changed.
type Input struct {
	// Body is the payload: $input.body, $input.json and $input.path. Empty reads as "{}".
	Body []byte
	// Path, Query and Header are the parameters: $input.params. AWS hands out one value of each.
	Path, Query, Header map[string]string
	// Context is $context: nil, string, bool, int, int32, int64, float64, json.Number, map[string]any, map[string]string, []any and
	// []string. "requestOverride" and "responseOverride" are added where they are missing; a response template gets the
	// values of the request template's Output.
	Context map[string]any
	// StageVariables is $stageVariables.
	StageVariables map[string]string
	// Coverage, if not nil, notes which branches are rendered.
	Coverage *Coverage
	// Order is the order in which loops go through the parameters. The zero value sorts them by name.
	Order Order
}

// Order lists names in the order in which keySet() returns them. Names that it leaves out come behind, sorted.
type Order struct{ Path, Query, Header, Context, StageVariables []string }

// Output is a rendering.
type Output struct {
	// Body is valid UTF-8.
	Body []byte
	// RequestOverride and ResponseOverride are $context.requestOverride and $context.responseOverride after the
	// rendering: strings, bools, int64, float64, json.Number where these do not hold a number, nil, []any and
	// map[string]any. They are never nil.
	RequestOverride, ResponseOverride map[string]any
	// OverriddenTwice names the parameters that the template set more than once, as "responseOverride.header.X-A":
	// API Gateway answers 5XX then. It is nil where there are none.
	OverriddenTwice []string
}

// Render renders the template. Every error is a *RenderError; there is no output then. API Gateway answers 500, or 400
// where errors.Is(err, ErrMalformedBody). Render may be called from many goroutines at once.
func (t *Template) Render(in Input) (Output, error) {
	return t.RenderContext(context.Background(), in)
}

// RenderContext is Render for a caller who may stop waiting: once ctx is done, rendering ends soon with an error that wraps
// that of ctx. The limits of the package end it in any case.
func (t *Template) RenderContext(ctx context.Context, in Input) (Output, error) {
	r := t.renderer(ctx, &in)
	defer r.release()
	err := r.block(t.body)
	if err != nil && !errors.Is(err, errStop) && !errors.Is(err, errBreak) {
		return Output{}, r.at(0, err)
	}
	var out Output
	if bytes.IndexByte(r.out, 0xED) >= 0 {
		out.Body = joinSurrogates(r.out)
	} else {
		out.Body = make([]byte, len(r.out))
		copy(out.Body, r.out)
	}
	if out.RequestOverride, err = r.override("requestOverride", requestOverrideKeys); err != nil {
		return Output{}, r.at(0, err)
	}
	if out.ResponseOverride, err = r.override("responseOverride", responseOverrideKeys); err != nil {
		return Output{}, r.at(0, err)
	}
	if out.OverriddenTwice, err = r.overriddenTwice(); err != nil {
		return Output{}, r.at(0, err)
	}
	return out, nil
}

// renderer is one rendering. A template keeps those that have ended for the next ones.
type renderer struct {
	t     *Template
	in    *Input
	out   []byte
	vars  []variable
	nulls []nullVar
	ctx   context.Context
	steps int
	check int // at so many steps, budget and context are looked at
	depth int

	defined bool // there is a #define, which lists and maps may hold

	args    []any // of the methods that are being called
	input   inputObject
	util    utilObject
	context *dict
	writes  []writes // of the overrides
	regexps map[string]*javaRegexp
	paths   map[string]*jsonPath
	params  []member[string] // that are being sorted
	memory  memory
}

func (t *Template) renderer(ctx context.Context, in *Input) *renderer {
	r, ok := t.renderers.Get().(*renderer)
	if !ok {
		r = &renderer{vars: make([]variable, t.variables)}
	}
	r.t, r.in, r.ctx, r.input.r = t, in, ctx, r
	return r
}

// What is kept for the next rendering is no larger than this, in elements.
const (
	maxKeptBytes  = 64 << 10
	maxKeptValues = 1 << 10
)

// release forgets everything but the memory that it is in.
func (r *renderer) release() {
	clear(r.vars)
	r.memory.reset()
	t := r.t
	*r = renderer{
		out: r.out[:0], vars: r.vars, nulls: r.nulls[:0], memory: r.memory,
		args: emptied(r.args), params: emptied(r.params),
	}
	if cap(r.out) > maxKeptBytes {
		r.out = nil
	}
	t.renderers.Put(r)
}

// emptied forgets the elements of a slice, and the slice as well if it is large.
func emptied[T any](s []T) []T {
	if cap(s) > maxKeptValues {
		return nil
	}
	clear(s[:cap(s)])
	return s[:0]
}

// errStop ends the rendering; errBreak ends the innermost loop or block.
var (
	errStop  = errors.New("#stop")
	errBreak = errors.New("#break")
)

// scopeBreak ends the loop of a scope: #break($foreach.parent).
type scopeBreak struct{ scope *scope }

func (*scopeBreak) Error() string { return "#break" }

// at gives an error its position, unless it has one or is no error.
func (r *renderer) at(pos int, err error) error {
	if err == nil {
		return nil
	}
	return r.locate(pos, err)
}

func (r *renderer) locate(pos int, err error) error {
	var (
		t  *thrown
		re *RenderError
		sb *scopeBreak
	)
	switch {
	case errors.Is(err, errStop), errors.Is(err, errBreak), errors.As(err, &re):
		return err
	case errors.As(err, &sb) && pos > 0:
		return err
	}
	line, col := lineCol(r.t.src, pos)
	re = &RenderError{Name: r.t.name, Line: line, Col: col, Msg: err.Error(), src: r.t.src}
	if errors.As(err, &t) {
		re.Err = t.err
	}
	return re
}

// charge counts work against the budget.
func (r *renderer) charge(n int) error {
	if r.steps += n; r.steps >= r.check {
		return r.mayGoOn()
	}
	return nil
}

// stepsBetween is how much work goes by between two looks at the context: about 0.1 ms of it.
const stepsBetween = 2000

func (r *renderer) mayGoOn() error {
	if r.steps > MaxSteps {
		return limit("more than %d steps", MaxSteps)
	}
	r.check = min(r.steps+stepsBetween, MaxSteps+1)
	if r.ctx != nil && r.ctx.Err() != nil {
		return &thrown{msg: "rendering was stopped: " + context.Cause(r.ctx).Error(), err: context.Cause(r.ctx)}
	}
	return nil
}

// chargeBytes counts copied text: a step for every 64 bytes.
func (r *renderer) chargeBytes(n int) error {
	if n > MaxOutputBytes {
		return limit("a text of more than %d bytes", MaxOutputBytes)
	}
	return r.charge(1 + n>>6)
}

// chargeProduct is chargeBytes(n + a*b), also where an int has 32 bits.
func (r *renderer) chargeProduct(n, a, b int) error {
	return r.chargeBytes(int(min(int64(n)+int64(a)*int64(b), MaxOutputBytes+1)))
}

// chargeValues counts copied values, of which four are 64 bytes.
func (r *renderer) chargeValues(n int) error { return r.charge(1 + n>>2) }

func (r *renderer) block(b block) error {
	if r.depth++; r.depth > 2*MaxNesting {
		return limit("blocks nested deeper than %d levels", 2*MaxNesting)
	}
	defer func() { r.depth-- }()
	for _, s := range b {
		if err := r.charge(1); err != nil {
			return err
		}
		if err := s.render(r); err != nil {
			return err
		}
		if len(r.out) > MaxOutputBytes {
			return limit("output of more than %d bytes", MaxOutputBytes)
		}
	}
	return nil
}

// capture renders a block to a string.
func (r *renderer) capture(b block) (string, error) {
	outer := r.out
	r.out = nil
	err := r.block(b)
	inner := r.out
	r.out = outer
	if err != nil {
		return "", err
	}
	return string(inner), r.chargeBytes(len(inner))
}

func (t textNode) render(r *renderer) error {
	r.out = append(r.out, t...)
	return nil
}

func (n *ifNode) render(r *renderer) error {
	for i := range n.arms {
		arm := &n.arms[i]
		yes := arm.cond == nil
		if !yes {
			var err error
			if yes, err = arm.cond.truth(r); err != nil {
				return err
			}
		}
		if yes {
			r.in.Coverage.note(arm.pos, taken)
			return r.block(arm.body)
		}
	}
	r.in.Coverage.note(n.arms[0].pos, skipped)
	return nil
}

// render assigns, unless the value is null.
func (n *setNode) render(r *renderer) error {
	v, err := n.right.value(r)
	if err != nil {
		return r.at(n.pos, err)
	}
	if v == nil {
		return nil
	}
	if len(n.ref.steps) == 0 {
		r.set(n.ref.target, v)
		return nil
	}
	return r.at(n.pos, n.ref.assign(r, v))
}

func (n *defineNode) render(r *renderer) error {
	r.defined = true
	r.set(n.name, &blockValue{def: n})
	return nil
}

// blockValue is what #define makes: a block that is rendered wherever it is printed.
type blockValue struct {
	def   *defineNode
	depth int
}

// maxDefineDepth is how deep a block may print itself.
const maxDefineDepth = 2

// render reports false where the block is nested too deep, and prints nothing.
func (b *blockValue) render(r *renderer) (bool, error) {
	if b.depth >= maxDefineDepth {
		return false, nil
	}
	b.depth++
	err := r.block(b.def.body)
	b.depth--
	if errors.Is(err, errBreak) {
		err = nil
	}
	return true, err
}

func (n *breakNode) render(r *renderer) error {
	if n.scope == nil {
		return errBreak
	}
	v, err := n.scope.value(r)
	if err != nil {
		return r.at(n.pos, err)
	}
	s, ok := v.(*scope)
	if !ok {
		return r.at(n.pos, throw("#break takes a scope such as $foreach"))
	}
	return &scopeBreak{s}
}

func (stopNode) render(*renderer) error { return errStop }

func (n *failNode) render(r *renderer) error { return r.at(n.pos, throw("%s", n.msg)) }
