package gateway

import (
	"regexp"
	"sync"
)

// functionReference is what the Invoke operation takes as a function: a name, an ARN or a part of one, each with a
// version or an alias or without (https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html, FunctionName).
var functionReference = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:arn:aws[a-zA-Z-]*:lambda:)?(?:[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d:)?(?:\d{12}:)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$`)
})

// maxReference is how long a reference may be, in bytes.
const maxReference = 256

// parseReference returns the name of a function and its version or alias, "" for none.
func parseReference(s string) (name, qualifier string, ok bool) {
	m := functionReference().FindStringSubmatch(s)
	if m == nil || len(s) > maxReference {
		return "", "", false
	}
	return m[1], m[2], true
}

// isQualifier reports whether s is a version or an alias.
func isQualifier(s string) bool {
	_, qualifier, ok := parseReference("f:" + s)
	return ok && qualifier == s
}
