package vtl

// Variables have numbers: a template's references are known when it is parsed, so that looking one up is indexing a slice.

// symbols are the names that occur in a template and in the templates of its string literals.
type symbols struct {
	variables map[string]int       // by name, their numbers
	paths     map[string]*jsonPath // that $input.path and $input.json are given as constants
}

// The numbers of the built-in objects, and of what loops set.
const (
	varInput = iota
	varUtil
	varContext
	varStageVariables
	varForeach
	varVelocityCount
	varVelocityHasNext
)

func newSymbols() *symbols {
	s := &symbols{variables: make(map[string]int), paths: make(map[string]*jsonPath)}
	for _, name := range [...]string{"input", "util", "context", "stageVariables", "foreach", "velocityCount", "velocityHasNext"} {
		s.number(name)
	}
	return s
}

func (s *symbols) number(name string) int {
	i, ok := s.variables[name]
	if !ok {
		i = len(s.variables)
		s.variables[name] = i
	}
	return i
}

// path compiles a path, so that a rendering need not. A bad one is an error when it is used.
func (s *symbols) path(path string) {
	if s.paths[path] == nil {
		if p, err := compilePath(path, 0); err == nil {
			s.paths[path] = p
		}
	}
}

// variable tells one that a template has set, be it to null, from one that does not exist.
type variable struct {
	val any
	set bool
}

// nullVar hides a variable while the element of its loop is null, whatever it is set to.
type nullVar struct {
	name   int
	active bool
}

// get looks up a variable. The built-in objects are made when they are asked for.
func (r *renderer) get(name int) (any, error) {
	for i := range r.nulls {
		if r.nulls[i].active && r.nulls[i].name == name {
			return nil, nil
		}
	}
	if v := &r.vars[name]; v.set {
		return v.val, nil
	}
	switch name {
	case varInput:
		return &r.input, nil
	case varUtil:
		return &r.util, nil
	case varContext:
		return asAny(r.contextDict())
	case varStageVariables:
		v := r.orderedDict(r.in.StageVariables, r.in.Order.StageVariables)
		r.set(name, v)
		return v, nil
	}
	return nil, nil
}

func (r *renderer) set(name int, v any) {
	if v == nil {
		for i := range r.nulls {
			if r.nulls[i].name == name {
				r.nulls[i].active = true
			}
		}
	}
	r.vars[name] = variable{v, true}
}

// restore gives a variable its value before a loop, or none.
func (r *renderer) restore(name int, v any) {
	if v != nil {
		r.set(name, v)
		return
	}
	for i := range r.nulls {
		if r.nulls[i].name == name {
			r.nulls[i].active = false
		}
	}
	if name <= varStageVariables {
		r.set(name, nil)
		return
	}
	r.vars[name] = variable{}
}
