package warmup

import "github.com/lambdarest/lambdarest/internal/jsonscan"

// allowed reports whether every ARN in resources, the raw JSON of a scheduled
// event's member of that name, matches one of the rules. Without rules everything
// is allowed.
func allowed(resources []byte, rules []string) bool {
	if len(rules) == 0 {
		return true
	}
	s := jsonscan.New(resources)
	if !s.EnterArray() {
		return false
	}
	n := 0
	for s.NextElem() {
		raw := s.Value()
		// An ARN has no escapes; what has is not one of ours.
		if len(raw) < 2 || raw[0] != '"' || !matchesAny(rules, raw[1:len(raw)-1]) {
			return false
		}
		n++
	}
	return n > 0
}

func matchesAny(rules []string, arn []byte) bool {
	for _, rule := range rules {
		if matches(rule, arn) {
			return true
		}
	}
	return false
}

// matches reports whether arn fits pattern, in which * stands for any run of
// characters but a colon. After a mismatch only the latest * is made longer: an
// earlier one never has to be, because what stood between the two has matched at
// its first possible place. A colon fences the stars off from each other.
func matches(pattern string, arn []byte) bool {
	p, a := 0, 0
	star, from := -1, 0 // the latest * and where what it stands for ends
	for a < len(arn) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, a
			p++
		case p < len(pattern) && pattern[p] == arn[a]:
			p++
			a++
		case star >= 0 && arn[from] != ':':
			from++
			p, a = star+1, from
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
