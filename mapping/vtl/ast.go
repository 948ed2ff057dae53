package vtl

// statement is a part of a template that prints.
type statement interface {
	render(*renderer) error
}

// expression is a part of a template that has a value. truth is what #if asks: it is not derived from the value, since
// only references, comparisons and true itself can hold: #if("x") and #if(1) are false.
type expression interface {
	value(*renderer) (any, error)
	truth(*renderer) (bool, error)
}

type (
	block []statement

	textNode string

	ifNode struct {
		arms []ifArm
	}

	// ifArm is one condition with its block; a nil condition is #else.
	ifArm struct {
		pos  int
		cond expression
		body block
	}

	setNode struct {
		pos   int
		ref   *reference
		right expression
	}

	foreachNode struct {
		pos  int
		name int          // of the variable
		args []expression // what #foreach was given: the variable, "in", the list
		body block
	}

	defineNode struct {
		name int // of the variable
		body block
	}

	// breakNode leaves the innermost loop or block, or the loop whose scope it is given.
	breakNode struct {
		pos   int
		scope expression
	}

	stopNode struct{}

	// failNode is a directive that Velocity accepts and cannot render.
	failNode struct {
		pos int
		msg string
	}
)

type (
	// reference is $name and what follows it. See reference.go.
	reference struct {
		pos       int
		name      string
		root      int // the variable of that name
		steps     []step
		context   bool // $context.a.b: see contextValue
		direct    bool // ends with a method that appends to the output: see renderDirect
		bare      bool // no "$": an identifier among the arguments of a method, whose value is null
		escaped   bool
		slashBang bool   // "$\!x", which is no reference: null as a value
		escapes   string // half of the backslashes before "$"
		prefix    string // other text before "$"
		literal   string // what is printed instead of a value
		target    int    // the variable that #set and #define take it for
	}

	// step is .name, .name(args) or [index].
	step struct {
		pos    int
		name   string
		args   []expression
		method bool
		index  expression
	}

	literalNode struct{ val any }

	stringNode struct {
		text block
		trim bool // a blank was appended for the parser
	}

	listNode struct{ items []expression }

	mapNode struct{ pairs []expression } // key, value, key, value

	rangeNode struct{ from, to expression }

	notNode struct{ x expression }

	logicNode struct {
		and  bool
		l, r expression
	}

	compareNode struct {
		op   kind
		l, r expression
	}

	mathNode struct {
		pos          int
		op           kind
		l, r         expression
		ltext, rtext string // the operands as they are written
	}
)
