package vtl

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
)

// generator writes random templates and inputs that Velocity and this package must render alike. It knows the grammar, so
// that most templates parse, and then disturbs some of them. White space goes wherever it may stand, since directives
// swallow it by rules of their own.
type generator struct {
	*rand.Rand
	depth int
	vars  []string
}

// testCase is a template with what it renders.
type testCase struct {
	Template       string            `json:"template"`
	Body           string            `json:"body"`
	Params         map[string]any    `json:"params"`
	Context        map[string]any    `json:"context"`
	StageVariables map[string]string `json:"stageVariables"`
}

func (g *generator) pick(options ...string) string { return options[g.IntN(len(options))] }

// mistake returns what is right, and rarely what Velocity refuses.
func (g *generator) mistake(right, wrong string) string {
	if g.oneIn(40) {
		return wrong
	}
	return right
}

// choose calls one of the functions.
func (g *generator) choose(options ...func() string) string { return options[g.IntN(len(options))]() }

// oneIn reports true once in n calls.
func (g *generator) oneIn(n int) bool { return g.IntN(n) == 0 }

func (g *generator) testCase() testCase {
	g.depth, g.vars = 0, []string{"s", "n", "l", "m", "j", "d", "b"}
	template := g.prelude() + g.block(1+g.IntN(6))
	if g.oneIn(12) {
		template = g.disturb(template)
	}
	return testCase{
		Template: template, Body: g.body(),
		Params: map[string]any{
			"path": map[string]string{"id": "7"}, "querystring": map[string]string{"q": g.text(), "id": "x"}, "header": map[string]string{"Accept": "*/*"},
		},
		Context: map[string]any{
			"stage": "prod", "httpMethod": g.pick("GET", "POST"), "requestTimeEpoch": int64(1700000000000),
			"identity": map[string]any{"sourceIp": "192.0.2.1", "userAgent": g.text()},
		},
		StageVariables: map[string]string{"table": g.text()},
	}
}

// prelude gives the variables values that the rest can use.
func (g *generator) prelude() string {
	var b strings.Builder
	for _, v := range []struct{ name, value string }{
		{"s", g.stringLiteral()}, {"n", g.number()}, {"l", g.listLiteral()}, {"m", g.mapLiteral()},
		{"j", "$input.path('" + g.jsonPath() + "')"}, {"d", g.pick("1.5", "100.0", "-0.25", "1.0e10", "2.5e-5")}, {"b", g.pick("true", "false")},
	} {
		if !g.oneIn(6) {
			fmt.Fprintf(&b, "#set($%s%s=%s%s)", v.name, g.blank(), g.blank(), v.value)
			b.WriteString(g.pick("", "", "\n", " ", " \n"))
		}
	}
	return b.String()
}

func (g *generator) blank() string { return g.pick("", "", "", " ", "  ", "\t") }

// space goes between the parts of a template.
func (g *generator) space() string {
	return g.pick("", "", " ", "\n", "\n\n", "  ", "\t", " \n", "\n  ", " \n ", "\r\n", "\t\n\t")
}

func (g *generator) text() string {
	return g.pick("a", "x y", "it's", `say "hi"`, "1", "한글", "é", "𝄞", "a,b", "{}", "[1]", "-", "a/b", `a\b`, "<b>", "&", "%", "A", "Hello World", "", " ", "  padded ", "a.b.c", "true", "null", "3.14")
}

func (g *generator) block(n int) string {
	var b strings.Builder
	g.depth++
	defer func() { g.depth-- }()
	for range n {
		b.WriteString(g.space())
		b.WriteString(g.statement())
	}
	b.WriteString(g.space())
	return b.String()
}

func (g *generator) statement() string {
	if g.depth > 4 {
		return g.choose(g.reference, g.plain)
	}
	return g.choose(g.reference, g.reference, g.reference, g.plain, g.plain, g.odd, g.set, g.set, g.condition, g.condition, g.loop, g.define, g.comment, g.rare)
}

func (g *generator) plain() string {
	return g.pick("text", "a b", "{", "}", "(", ")", "[", "]", `"`, "'", ",", ":", ".", "!", "-", "1", "word.", "한", "x=y", "|", "*", "/", "@", "é")
}

// odd is text that looks like something.
func (g *generator) odd() string {
	return g.pick("$", "#", `\`, `\\`, "$$", "##", "$!", "${", "$.", "#(", "#1", "$1", "$-", "$ x", "# if", "#foo", "#foo($s)", "#@foo", "#{foo}", "#end1", "#iff", "#setx", "#elsea",
		`\$s`, `\\$s`, `\\\$s`, `\$nope`, `\$!s`, `$\!s`, `\${s}`, `\#if`, `\#set($x=1)`, `\\#set($x=1)`, `\#foo`, `\#end`, "$s$n", "$s.", "$s.$n", "$s-$n", "${s}x", "$!s!", "$s!", "$s[", "$s(", "$s.length(", "${s.length()}", "$!{s}", "$_a", "$a-b", "$s.1", "$s..length()",
		"#[[ $s #if ]]#", "#[[a]]", "#include('x')", "#parse('x')", "#evaluate('$s')", "#macro(x)y#end", "#return", "$foreach.index", "$velocityCount", "#*", "*#", "#**#", "$!!s", "$!{!s}", "##\n")
}

func (g *generator) comment() string {
	return g.pick("## "+g.plain()+"\n", "##\n", "#* "+g.odd2()+" *#", "#**x*#", "##$s #if(true)\n", "## x", "#* a\n b *#")
}

func (g *generator) odd2() string { return g.pick("x", "$s", "#if(true)", "#end", "# #", "* *", "\n") }

func (g *generator) set() string {
	target := g.choose(
		func() string { return "$" + g.newVar() }, func() string { return "$" + g.newVar() }, func() string { return "${" + g.newVar() + "}" },
		func() string { return "$m." + g.pick("a", "b", "new") }, func() string { return "$m['" + g.pick("a", "b", "c d") + "']" },
		func() string { return "$l[" + g.pick("0", "1", "-1", "5", "$n") + "]" }, func() string { return "$context.requestOverride.header." + g.pick("a", "x-b") },
		func() string { return "$context.responseOverride.status" }, func() string { return "$j." + g.pick("name", "x.y") }, func() string { return "$!" + g.newVar() },
	)
	keyword := g.mistake(g.pick("#set(", "#set(", "#set (", "#set( ", "#{set}("), "#set\t(")
	return keyword + g.blank() + target + g.blank() + "=" + g.blank() + g.expression() + g.blank() + ")"
}

func (g *generator) newVar() string {
	name := g.pick("v", "w", "x1", "y-z", "s", "n", "l", "m")
	g.vars = append(g.vars, name)
	return name
}

func (g *generator) condition() string {
	var b strings.Builder
	b.WriteString(g.pick("#if(", "#if(", "#if (", "#{if}(", "#if( ") + g.truth() + g.pick(")", ")", " )") + g.block(1+g.IntN(2)))
	for g.oneIn(4) {
		b.WriteString(g.pick("#elseif(", "#elseif (", "#{elseif}(") + g.truth() + ")" + g.block(1+g.IntN(2)))
	}
	if g.oneIn(2) {
		b.WriteString(g.pick("#else", "#{else}", "#else ", "#else\n") + g.block(1+g.IntN(2)))
	}
	b.WriteString(g.pick("#end", "#end", "#{end}", "#end\n", "#end \n"))
	return b.String()
}

func (g *generator) loop() string {
	name := g.pick("i", "e", "s", "k")
	head := g.pick("#foreach(", "#foreach (", "#{foreach}(", "#foreach( ") + "$" + name + g.pick(" in ", "  in ", " in\t") + g.iterable() + g.pick(")", " )")
	g.vars = append(g.vars, name, "foreach.index", "foreach.count", "foreach.hasNext", "foreach.first", "foreach.last", "foreach.parent.index", "velocityCount")
	body := g.block(1 + g.IntN(3))
	if g.oneIn(4) {
		body += g.pick("#if($foreach.hasNext),#end", "#break", "#if($foreach.count>1)#break#end", "$foreach.index", "#if($foreach.last)#stop#end")
	}
	return head + body + g.pick("#end", "#{end}", "#end\n")
}

func (g *generator) iterable() string {
	return g.choose(
		func() string {
			return "$" + g.pick("l", "m", "j", "s", "n", "nope", "l.subList(0,1)", "m.keySet()", "m.values()", "m.entrySet()", "j.items", "s.split(',')")
		},
		func() string { return "[1.." + g.pick("0", "1", "3", "-2") + "]" }, g.listLiteral,
	)
}

func (g *generator) define() string {
	name := g.pick("block", "v", "w")
	g.vars = append(g.vars, name)
	return g.pick("#define($", "#define( $", "#{define}($") + name + g.pick(")", " )") + g.block(1+g.IntN(2)) + g.pick("#end", "#{end}", "#end\n")
}

func (g *generator) rare() string {
	if g.oneIn(3) {
		return g.pick("#stop", "#break", "#{stop}", "#literal()$s#if#end", "#literal()x#end")
	}
	return g.reference()
}

func (g *generator) variable() string {
	if g.oneIn(8) {
		return g.pick("nope", "context", "stageVariables", "input.body", "context.stage", "context.identity.sourceIp", "context.nope.x", "stageVariables.table", "input.params()", "input.params().path.id", "input.params().header")
	}
	return g.vars[g.IntN(len(g.vars))]
}

func (g *generator) reference() string {
	inner := g.variable()
	for g.oneIn(2) {
		inner += g.step()
	}
	if g.oneIn(5) {
		inner = g.builtin()
	}
	return fmt.Sprintf(g.pick("$%s", "$%s", "$%s", "$!%s", "${%s}", "$!{%s}"), inner)
}

func (g *generator) builtin() string {
	return g.choose(
		func() string {
			return g.pick("util", "input", "n.shortValue()", "s.hashCode()", "n.hashCode()", "l.hashCode()", "m.hashCode()", "d.hashCode()", "b.hashCode()", "n.byteValue()", "s.class", "m.class", "n.class", "l.class.name")
		},
		func() string { return "input.json('" + g.jsonPath() + "')" }, func() string { return "input.path('" + g.jsonPath() + "')" },
		func() string { return `input.json("` + g.jsonPath() + `")` }, func() string { return `input.path('$.items[?(@.sku != "A1")]')` }, func() string { return `input.path("$.tags[?(@ == 'red')]")` }, func() string { return "input.params('" + g.pick("id", "q", "Accept", "accept", "nope") + "')" },
		func() string {
			return "util." + g.pick("escapeJavaScript", "urlEncode", "base64Encode", "parseJson") + "(" + g.argument() + ")"
		},
		func() string {
			return "util.urlDecode('" + g.pick("a%20b", "a+b", "%C3%A9", "100%25", g.mistake("x", g.pick("%zz", "%"))) + "')"
		},
		func() string {
			return "util.base64Decode('" + g.pick("YQ==", "YQ", "4pyT", "", "YWI=", g.mistake("YQ", "!")) + "')"
		},
		func() string {
			return "util.parseJson('" + strings.ReplaceAll(g.body(), "'", "") + "')" + g.pick("", ".a", ".name", "[0]")
		},
	)
}

func (g *generator) step() string {
	if g.oneIn(6) {
		return g.pick(".a", ".b", ".name", ".items", ".size", ".empty", ".length", ".x-y", ".key", ".value")
	}
	if g.oneIn(6) {
		return "[" + g.pick("0", "1", "-1", "$n", "'a'", `"b"`, "99", "$s", "$nope", " 0 ") + "]"
	}
	return "." + g.method()
}

func (g *generator) argument() string {
	if g.depth > 5 {
		return g.literal()
	}
	return g.choose(g.literal, g.literal, g.literal, func() string { return "$" + g.variable() }, g.reference, func() string { return "$" + g.variable() + "." + g.method() })
}

func (g *generator) method() string {
	g.depth++
	defer func() { g.depth-- }()
	switch g.IntN(4) {
	case 0:
		return g.pick("size()", "isEmpty()", "length()", "toString()", "trim()", "toLowerCase()", "toUpperCase()", "keySet()", "values()", "entrySet()", "intValue()", "longValue()", "doubleValue()", "abs()", "clear()", "iterator().next()", "isBlank()", "strip()", "toArray()", "intern()", "stripLeading()", "stripTrailing()", "clone()", "negate()", "signum()", "isNaN()", "isInfinite()", "getKey()", "getValue()", "notify()")
	case 1:
		return g.pick("get", "remove", "add", "contains", "containsKey", "containsValue", "indexOf", "lastIndexOf", "addAll", "equals", "concat", "startsWith", "endsWith", "equalsIgnoreCase", "compareTo", "compareToIgnoreCase", "removeAll", "retainAll", "containsAll", "putAll", "contentEquals", "valueOf", "parseInt", "parseDouble", "parseLong") + "(" + g.argument() + ")"
	case 2:
		return g.pick(
			"charAt("+g.index()+")", "substring("+g.index()+")", "repeat("+g.pick("0", "2", "-1")+")", "split("+g.pattern()+")", "matches("+g.pattern()+")", "codePointAt("+g.index()+")", "get("+g.index()+")", "remove("+g.index()+")",
			"substring("+g.index()+","+g.index()+")", "substring("+g.index()+", "+g.index()+")", "subList("+g.index()+","+g.index()+")", "set("+g.index()+","+g.literal()+")", "add("+g.index()+","+g.literal()+")",
			"replaceAll("+g.pattern()+","+g.pick("'x'", "'$0'", "'[$1]'", "'${n}'", `''`, `'\\'`, "'$'")+")", "replaceFirst("+g.pattern()+",'-')", "split("+g.pattern()+","+g.pick("0", "1", "2", "-1")+")",
			"indexOf("+g.literal()+","+g.index()+")", "lastIndexOf("+g.literal()+","+g.index()+")", "startsWith('a',"+g.index()+")")
	default:
		return g.pick(
			"replace("+g.stringLiteral()+","+g.stringLiteral()+")", "put("+g.literal()+","+g.literal()+")", "getOrDefault("+g.literal()+","+g.literal()+")", "putIfAbsent('a',"+g.literal()+")", "replace('a',"+g.literal()+")", "remove('a',"+g.literal()+")",
			"format("+g.format()+","+g.literal()+")", "max(1,2)", "min(1.5,2.5)", "compare(1,2)", "sum(1,2)", "toHexString(255)", "toBinaryString(5)", "join('-',$l)", "join(',','a','b')", "addAll(0,$l)", "nope(1)", "size(1)", "length('x')")
	}
}

func (g *generator) index() string {
	return g.pick("0", "0", "1", "1", "2", "3", "-1", "99", "$n", "'a'")
}

func (g *generator) pattern() string {
	return g.pick("','", "'a'", "' '", "'[a-c]'", "'.'", `'\.'`, `'\s+'`, `'\d'`, "'(a)(b)?'", "'^a'", "'$'", "''", "'a*'", "'a|b'", "'[^a-z]'", "'(?i)A'", `'\\'`, "'l+'", "'\"'", "'/'", "'-'", `'\w+'`, "'['", "'(.)'", g.lookAround())
}

// lookAround is a pattern that only Java's engine understands, or finds more with than others.
func (g *generator) lookAround() string {
	return g.pick("'(?=b)'", "'(?<!a)b'", "'(?<=,)'", `'(.)\1'`, "'[a-c&&[^b]]'", "'[a[0-9]]'", "'a++'", "'a++a'", "'(?>a|ab)c'", `'\b'`, `'\B'`, "'(a|b)*'", "'(a|b)+?'",
		"'(?m)^'", "'(?m)$'", `'\R'`, `'\p{L}+'`, `'\P{L}'`, "'(?<n>[a-c])'", `'\G.'`, "'(a|,)??'", "'(?!,).'", `'\Q.\E'`, "'x*'", "'.*'", "'.*?'", "'(?i)[^a]'", "'a{1,2}+'", "'a{,2}'", `'\w(?=\W)'`)
}

func (g *generator) format() string {
	return g.pick("'%s'", "'%d'", "'%5d|'", "'%-5s|'", "'%.2f'", "'%05d'", "'%x'", "'%,d'", "'%%'", "'%b'", "'%c'", "'%e'", "'%S'", "'%n'", "'a%sb'", "'%+d'", "'%o'")
}

func (g *generator) literal() string {
	return g.choose(g.stringLiteral, g.stringLiteral, g.number, func() string { return g.pick("true", "false", "$nope", "$n", "$s", "$null") }, func() string { return g.pick("0", "1", "2") })
}

func (g *generator) stringLiteral() string {
	if g.oneIn(5) {
		return `"` + g.pick("$s", "a$n b", "${s}x", "$!nope", "$nope", `\$s`, "#if($b)y#end", "$l", "$m.a", "#foreach($q in $l)$q,#end", "$", "#", "a#b", "$s.length()", "''", "#set($z=1)$z", "##x", `\`) + `"`
	}
	text := g.text()
	if g.oneIn(3) {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return "'" + strings.ReplaceAll(text, "'", "''") + "'"
}

func (g *generator) number() string {
	return g.choose(
		func() string { return strconv.Itoa(g.IntN(12) - 3) },
		func() string {
			return g.pick("0", "1", "-1", "2147483647", "-2147483648", "2147483648", "9223372036854775807", "9223372036854775808", "99999999999999999999", "007", "1000")
		},
		func() string {
			return g.pick("0.5", "1.0", "1.50", "-2.25", "1.5e-7", "10000000.5", "0.001", "1.0e400", "3.0e10", "100.0", "123456789.123", g.mistake("7.0", g.pick("1e5", "1e400", "1.", ".5", "1e")), "-0.0")
		},
	)
}

func (g *generator) listLiteral() string {
	items := make([]string, g.IntN(4))
	for i := range items {
		items[i] = g.blank() + g.item()
	}
	if len(items) == 0 {
		return g.mistake("[]", "[ ]")
	}
	return "[" + strings.Join(items, ",") + g.blank() + "]"
}

func (g *generator) mapLiteral() string {
	pairs := make([]string, g.IntN(4))
	for i := range pairs {
		pairs[i] = g.blank() + g.pick("'a'", "'b'", `"c d"`, "'x-y'", "1", "$s", "'name'") + g.blank() + ":" + g.blank() + g.item()
	}
	return "{" + strings.Join(pairs, ",") + g.blank() + "}"
}

func (g *generator) item() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 3 {
		return g.literal()
	}
	return g.choose(g.literal, g.literal, g.literal, g.listLiteral, g.mapLiteral)
}

func (g *generator) expression() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 4 {
		return g.literal()
	}
	return g.choose(g.literal, g.literal, g.reference, g.reference, g.listLiteral, g.mapLiteral, g.arithmetic, g.arithmetic, g.truth, func() string { return "[" + g.pick("1", "-1", "$n") + ".." + g.pick("3", "-2", "$n") + "]" })
}

func (g *generator) operand() string {
	return g.choose(g.number, func() string { return "$" + g.pick("n", "d", "n", "s", "l", "nope", "j.n", "j.price") }, g.literal, func() string { return "(" + g.arithmetic() + ")" })
}

func (g *generator) arithmetic() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 5 {
		return g.number()
	}
	e := g.operand()
	for range 1 + g.IntN(2) {
		e += g.pick(" ", " ", "") + g.pick("+", "-", "*", "/", "%") + g.pick(" ", " ", "") + g.operand()
	}
	return e
}

func (g *generator) truth() string {
	g.depth++
	defer func() { g.depth-- }()
	if g.depth > 5 {
		return g.pick("true", "false", "$b")
	}
	return g.choose(
		func() string { return "$" + g.variable() }, g.reference, g.comparison, g.comparison, g.comparison,
		func() string { return g.pick("!", "not ", "! ") + g.truth() },
		func() string { return g.truth() + g.pick(" && ", "||", " and ", " or ", "&&", " || ") + g.truth() },
		func() string { return "(" + g.truth() + ")" }, func() string { return g.pick("true", "false", "'x'", "1", "''", "[]") },
	)
}

func (g *generator) comparison() string {
	return g.compared() + g.pick(" ", "", " ") + g.pick("==", "!=", "<", ">", "<=", ">=", "eq", "ne", "lt", "gt", "le", "ge") + " " + g.compared()
}

func (g *generator) compared() string {
	return g.choose(g.literal, g.literal, g.reference, func() string { return "$" + g.variable() }, g.arithmetic, func() string { return "$null" }, func() string { return "''" })
}

func (g *generator) jsonPath() string {
	if !g.oneIn(4) { // what the usual body has
		return g.pick("$", "$.name", "$.n", "$.price", "$.ok", "$.none", "$.nope", "$.items", "$.tags", "$.addr", "$.addr.city", "$['e-mail']", "$.e-mail", "$.text", "$.uni",
			"$.items[0]", "$.items[1].gift", "$.items[*].sku", "$.items[*]", "$.tags[0]", "$.tags[1:]", "$.tags[:2]", "$.tags[0,2]", "$.tags[-1]", "$..sku", "$..*", "$.*", "$.items[5]", "$.addr['city','zip']",
			"$.items[?(@.qty>0)]", "$.items[?(@.gift)]", "$.items[?(@.qty == 2)].sku", "$.items[?(@.qty >= 0 && @.gift)]", "$.items[?(@.qty<1 || @.gift==true)]", "$.items[?(!@.gift)]", "$.items.length()", "$.tags.length()", "name", "items[0].sku", "$.items[?(@.nope)]")
	}
	path := g.mistake("$", g.pick("", "@", "$.", "name."))
	for g.oneIn(2) || path == "$" && g.oneIn(2) {
		path += g.pick(".name", ".n", ".items", ".tags", ".nope", "[0]", "[1]", "[-1]", "[*]", ".*", "..sku", "..*", "[0:1]", "[1:]", "[0,1]", "[?(@.n>1)]", ".none", "['name']", "..['sku','qty']", "[*][0]", g.mistake(".x", g.pick("[", ".", "[?(", "[a]")))
	}
	return path
}

func (g *generator) body() string {
	switch g.IntN(12) {
	case 0:
		return bodyCases[g.IntN(len(bodyCases))].template
	case 1:
		return g.pick("", "[]", "{}", "[1,2,3]", `["a","b"]`, `"x"`, "null", "true", "12", "a=b&c=d", "{a", `[{"n":1},{"n":2}]`, `{"a":{"a":{"a":1}}}`, "[[1,2],[3]]")
	case 2:
		return g.disturb(testBody)
	}
	return testBody
}

// disturb removes, doubles or replaces a piece.
func (g *generator) disturb(s string) string {
	runes := []rune(s)
	if len(runes) == 0 {
		return s
	}
	from := g.IntN(len(runes))
	to := min(from+1+g.IntN(3), len(runes))
	switch g.IntN(3) {
	case 0:
		return string(runes[:from]) + string(runes[to:])
	case 1:
		return string(runes[:to]) + string(runes[from:])
	}
	return string(runes[:from]) + g.pick("$", "#", "\\", "(", ")", "{", "}", "[", "]", "\"", "'", " ", "\n", "!", "-", ".", ",", "=", "0", "#end", "#if") + string(runes[from:])
}
