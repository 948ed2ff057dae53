package mapping

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// TemplateFor returns the request template that makes events for a handler of [New] with an input of type T. T is a type
// that router.JSON takes as well, with tags that say where a field comes from:
//
//	type quote struct {
//		ID      int     `path:"id"`
//		Limit   *int    `query:"limit"`             // nil where absent
//		IfMatch string  `header:"If-Match"`         // in any spelling; zero where absent
//		Session string  `cookie:"sid"`
//		Client  string  `context:"identity.sourceIp"` // of $context
//		User    string  `context:"authorizer.claims.cognito:username"`
//		Table   string  `stage:"table"`             // a stage variable
//		Text    string  `json:"text"`               // every other field: of the JSON body
//	}
//
// What the template renders is strict JSON whatever the client sends: quotes, apostrophes (which $util.escapeJavaScript
// alone would break), line breaks, text that looks like a template. A parameter comes from the place of its tag alone:
// a query parameter cannot pose as a header. Numbers are parsed by [New], so that a client's mistake is its 400 with a
// name, and not API Gateway's without one.
//
// No body is {}. A template gets one value of each parameter, so that slices are refused; of a header that came in several
// spellings, any one.
//
// The template of a T without tags is the body as JSON, $input.json('$'), which leaves what is no JSON to API Gateway: it
// takes {a:1}, and answers {a and [NaN] with 400. That of a [Passthrough] is the console's, with its escapes mended. A T that New does not take is an error, and so is a name that has a quote, a backslash, a $ or a #.
//
// Not verified on AWS: that the maps of $input.params() have containsKey, and that path values come decoded.
func TemplateFor[T any]() (string, error) {
	var zero T
	if p, ok := any(zero).(interface{ requestTemplate() string }); ok {
		return p.requestTemplate(), nil
	}
	text, err := templateFor(reflect.TypeFor[T]())
	if err != nil {
		return "", fmt.Errorf("mapping: TemplateFor: %w", err)
	}
	return text, nil
}

func templateFor(t reflect.Type) (string, error) {
	plan, err := newPlan(t)
	if err != nil {
		return "", err
	}
	if plan == nil {
		return bodyTemplate, nil
	}
	return requestTemplate(plan)
}

// bodyTemplate is the request's body, read permissively and written strictly.
const bodyTemplate = `$input.json('$')`

// escaped returns the expression of a value between quotes as JSON wants it. $util.escapeJavaScript writes an apostrophe as
// \', which JSON does not have; a backslash of the value is doubled by then, so that \' can be nothing else.
func escaped(ref string) string {
	return `$util.escapeJavaScript(` + ref + `).replaceAll("\\'", "'")`
}

// templateWriter writes a request template: the assignments first, then the object.
type templateWriter struct {
	sets, loop strings.Builder
	sections   map[string][]string // lines of members, by section
	variables  int
}

func requestTemplate(plan *bind.Plan) (string, error) {
	w := templateWriter{sections: make(map[string][]string)}
	seen := make(map[string]bool)
	for _, p := range plan.Params {
		if err := checkName(p.In, p.Name); err != nil {
			return "", err
		}
		if p.In == "cookie" {
			p.Name = "Cookie"
		}
		if !seen[p.In+" "+p.Name] {
			w.add(p.In, p.Name)
		}
		seen[p.In+" "+p.Name] = true
	}
	return w.text(plan.HasBody()), nil
}

// A name stands between quotes in a template and in JSON. (Patterns are compiled where they are used, see yaml.go.)
func contextName() *regexp.Regexp { return regexp.MustCompile(`^[\w:/-]+(\.[\w:/-]+)*$`) }

func plainName() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z][\w-]*$`) }

func checkName(in, name string) error {
	if strings.ContainsAny(name, "'\"\\$#") || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f || r == '\ufffd' }) {
		return fmt.Errorf("%s parameter %q: such a name cannot stand in a template", in, name)
	}
	if in == "context" && !contextName().MatchString(name) {
		return fmt.Errorf("%q is no member of $context", name)
	}
	return nil
}

func (w *templateWriter) add(in, name string) {
	switch in {
	case "path":
		w.member(in, name, `"`+escaped(`$params.get("path").get("`+name+`")`)+`"`)
	case "query":
		w.member(in, name, `#if($params.get("querystring").containsKey("`+name+`"))"`+
			escaped(`$params.get("querystring").get("`+name+`")`)+`"#{else}null#end`)
	case "header":
		w.member(in, name, `"`+escaped(w.header(name))+`"`)
	case "cookie":
		w.sections[in] = []string{`"` + escaped(w.header("Cookie")) + `"`}
	case "context":
		w.member(in, name, `"`+escaped(w.variable(contextReference(name)))+`"`)
	case "stage":
		w.member(in, name, `"`+escaped(w.variable(`$!{stageVariables.get("`+name+`")}`))+`"`)
	}
}

func (w *templateWriter) member(section, name, value string) {
	w.sections[section] = append(w.sections[section], `    "`+name+`": `+value)
}

// variable assigns a quiet reference as text to a new variable: $util.escapeJavaScript takes no numbers.
func (w *templateWriter) variable(ref string) string {
	name := fmt.Sprintf("$value%d", w.variables)
	w.variables++
	fmt.Fprintf(&w.sets, "#set(%s = \"%s\")\n", name, strings.ReplaceAll(ref, `"`, `'`))
	return name
}

// header looks a header up whose name the client may spell in any way.
func (w *templateWriter) header(name string) string {
	variable := w.variable("")
	fmt.Fprintf(&w.loop, "#if($name.equalsIgnoreCase(\"%s\"))#set(%s = $params.get(\"header\").get($name))#end\n", name, variable)
	return variable
}

// contextReference returns a reference to a member of $context. What is no identifier, as cognito:username, is a key.
func contextReference(name string) string {
	ref := "$!{context"
	for part := range strings.SplitSeq(name, ".") {
		if plainName().MatchString(part) {
			ref += "." + part
		} else {
			ref += ".get('" + part + "')"
		}
	}
	return ref + "}"
}

func (w *templateWriter) text(body bool) string {
	var b strings.Builder
	b.WriteString("#set($params = $input.params())\n" + w.sets.String())
	if w.loop.Len() > 0 {
		b.WriteString("#foreach($name in $params.get(\"header\").keySet())\n" + w.loop.String() + "#end\n")
	}
	var members []string
	for _, section := range []string{"path", "query", "header", "context", "stage"} {
		if lines := w.sections[section]; len(lines) > 0 {
			members = append(members, `  "`+section+"\": {\n"+strings.Join(lines, ",\n")+"\n  }")
		}
	}
	if cookie := w.sections["cookie"]; len(cookie) > 0 {
		members = append(members, `  "cookie": `+cookie[0])
	}
	if body {
		members = append(members, `  "body": "`+escaped("$input.body")+`"`)
	}
	b.WriteString("{\n" + strings.Join(members, ",\n") + "\n}\n")
	return b.String()
}
