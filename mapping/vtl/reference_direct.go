package vtl

// $input.json('$.a') and $util.escapeJavaScript($a) are most of what templates print. Where a reference ends with one of
// them, its text goes to the output without becoming a value before.

// isDirect reports whether a reference with these steps is such a one, if it is of $input or $util.
func isDirect(steps []step) bool {
	if len(steps) == 0 {
		return false
	}
	s := &steps[len(steps)-1]
	if !s.method || len(s.args) != 1 {
		return false
	}
	return s.name == "escapeJavaScript" || s.name == "json" && s.constant() != ""
}

// constant is the only argument of a method, if that is a text that nothing changes.
func (s *step) constant() string {
	if len(s.args) == 1 {
		if n, ok := s.args[0].(*literalNode); ok {
			text, _ := n.val.(string)
			return text
		}
	}
	return ""
}

func (ref *reference) renderDirect(r *renderer) error {
	last := &ref.steps[len(ref.steps)-1]
	v, err := ref.follow(r, ref.steps[:len(ref.steps)-1])
	if err != nil {
		return r.at(ref.pos, err)
	}
	if v == nil {
		return ref.print(r, "")
	}
	if err := r.charge(2); err != nil {
		return r.at(ref.pos, err)
	}
	switch v := v.(type) {
	case *inputObject:
		if last.name == "json" {
			return r.at(last.pos, rename(ref.printJSON(r, v, last.constant()), last.name))
		}
	case *utilObject:
		if last.name == "escapeJavaScript" {
			return r.at(last.pos, ref.printEscaped(r, last))
		}
	}
	if v, err = last.apply(r, v); err != nil {
		return r.at(last.pos, err)
	}
	if v == nil {
		v = ""
	}
	return ref.print(r, v)
}

func (ref *reference) printJSON(r *renderer, in *inputObject, path string) error {
	b := append(append(r.out, ref.escapes...), ref.prefix...)
	b, err := in.appendJSON(b, path)
	if err != nil {
		return err
	}
	r.out = b
	return nil
}

func (ref *reference) printEscaped(r *renderer, s *step) error {
	v, err := s.args[0].value(r)
	if err != nil {
		return err
	}
	text, ok, err := r.stringOf(v)
	if err != nil {
		return rename(err, s.name)
	}
	if !ok {
		text = "null"
	}
	r.out = append(append(r.out, ref.escapes...), ref.prefix...)
	start := len(r.out)
	r.out = appendEscapedScript(r.out, text)
	return r.chargeBytes(len(r.out) - start)
}
