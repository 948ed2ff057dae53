package vtl

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestSyntaxErrorPosition(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a\n#if(true)", "get.vtl:2:10: unexpected end of template, want #end"},
		{"$ ok\n  #set($x=7-3)", `get.vtl:2:12: unexpected "-3", want ")"`},
		{"é${x", `get.vtl:1:5: unexpected end of template, want "}"`},
		{"x$", `get.vtl:1:3: the template ends in the middle of "$"`},
		{"#end", `get.vtl:1:1: unexpected "#end"`},
		{"#set($x=\"a\n$y.b(\")", `get.vtl:2:6: unexpected " ", want "(" or ")"`},
		{"#set($x=^)", `get.vtl:1:9: unexpected character "^"`},
		{"\n\n#foreach($x in [1]) $x", "get.vtl:3:23: unexpected end of template, want #end"},
		{"#macro()x#end", "get.vtl:1:1: #macro needs a name"},
	} {
		_, err := Parse("get.vtl", c.src)
		var se *SyntaxError
		require.ErrorAs(t, err, &se, c.src)
		if strings.HasPrefix(c.want, `get.vtl:2:6`) { // inside a string the line and the template's name matter
			require.Equal(t, 2, se.Line)
			continue
		}
		require.EqualError(t, err, c.want, c.src)
	}
}

func TestRenderErrorPosition(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"a\n$s.x #set($s='abc') $s.charAt(9)", "put.vtl:2:24: method charAt: String index out of range: 9"},
		{"#set($l=[1])\n\n  #if($l[3])x#end", "put.vtl:3:9: method get: index 3 is out of bounds for length 1"},
		{"$input.path('$[')", "put.vtl:1:8: method path: invalid JSON path"},
		{"x $util.urlDecode('%zz')", "put.vtl:1:9: method urlDecode: URLDecoder: Illegal hex characters in escape (%) pattern"},
		{"#set($l=[1])#foreach($i in $l)\n$l.add(2)#end", "put.vtl:1:13: the list or map of a #foreach was changed inside it"},
	} {
		tpl, err := Parse("put.vtl", c.src)
		require.NoError(t, err, c.src)
		out, err := tpl.Render(Input{Body: []byte("{}")})
		var re *RenderError
		require.ErrorAs(t, err, &re, c.src)
		require.EqualError(t, err, c.want)
		require.Nil(t, out.Body, "no output with an error")
	}
}

// TestMalformedBody tells a body that cannot be read, which is the client's fault, from a broken template.
func TestMalformedBody(t *testing.T) {
	_, err := renderString("$input.path('$.a')", Input{Body: []byte("{a")})
	require.ErrorIs(t, err, ErrMalformedBody)
	require.EqualError(t, err, "t.vtl:1:8: could not process payload: Unexpected End Of File position 1: null")

	_, err = renderString("$input.path('$[')", Input{Body: []byte("{}")})
	require.Error(t, err)
	require.NotErrorIs(t, err, ErrMalformedBody)

	got, err := renderString("$input.body", Input{Body: []byte("{a")})
	require.NoError(t, err, "a body that is not read is not parsed")
	require.Equal(t, "{a", got)
}

func TestLimits(t *testing.T) {
	grow := "#set($s='0123456789abcdef')#foreach($i in [1..1000])#set($s=$s+$s)#end"
	for _, c := range []struct{ name, src, want string }{
		{"output", "#set($s='0123456789abcdef')#foreach($i in [1..16])#set($s=$s+$s)#end#foreach($i in [1..1000])$s#end", "output of more than"},
		{"text", grow, "a text of more than"},
		{"interpolation", "#set($s='0123456789abcdef')#foreach($i in [1..1000])#set($s=\"$s$s\")#end", "output of more than"},
		{"steps", "#foreach($i in [1..1000])#foreach($j in [1..1000])#foreach($k in [1..1000])x#end#end#end", "steps"},
		{"range", "#set($l=[1..2147483647])", "a range of"},
		{"list that holds itself", "#set($l=[1])#set($m=[$l])#set($q=$l.add($m))$l", "nested deeper"},
		{"list that holds itself as JSON", "#set($l=$input.path('$'))#set($q=$l.add([$l]))$l", "nested deeper"},
		{"shared lists", "#set($l=['x'])#foreach($i in [1..60])#set($l=[$l,$l])#end$l", "steps|text of more"},
		{"comparing shared lists", "#set($a=['x'])#set($b=['x'])#foreach($i in [1..60])#set($a=[$a,$a])#set($b=[$b,$b])#end#if($a==$b)y#end", "steps"},
		{"doubling a list", "#set($l=[1])#foreach($i in [1..60])#set($q=$l.addAll($l))#end", "steps"},
		{"big numbers", "#set($n=99999999999999999999)#foreach($i in [1..1000])#set($n=$n*$n)#end", "digits"},
		{"repeat", "#set($s='ab')$s.repeat(2147483647)", "a text of more than"},
		{"scan", "#set($r=$input.path('$'))#set($q=$r.add($r))$input.path('$..x')", "nested deeper"},
		{"regular expression", "#set($s='a')$s.matches('" + strings.Repeat("(a|b)", 300) + "')", "regular expression of more"},
		{"override", "#set($c=$context.requestOverride)#set($c.path.self=$c)", "nested deeper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := renderString(c.src, Input{Body: []byte("[1]")})
			require.ErrorIs(t, err, ErrLimit)
			ok := false
			for _, w := range strings.Split(c.want, "|") {
				ok = ok || strings.Contains(err.Error(), w)
			}
			require.True(t, ok, err.Error())
		})
	}
}

// TestParseIsLinear: templates of one kind of token, as long as they may be. Four times the template may take four times
// as long; where the work is quadratic, it takes sixteen times as long.
func TestParseIsLinear(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, unit := range []string{`\`, "$", "#", "$x", "#foo", "#foo ", " ", "#set($x=1)", `"`, "[", "$x.a", "$a[0]", "#$", `\$`, "#[[", "## \n", "$!{", "{", "#*", "$x##"} {
		for _, before := range []string{"", "#set($x="} {
			parse := func(bytes int) { Parse("t", before+strings.Repeat(unit, (bytes-len(before))/len(unit))) }
			const noise = 5 * time.Second // what is quadratic takes minutes
			whole, quarter := time.Hour, time.Hour
			for try := 0; try < 3 || try < 20 && whole > noise+9*quarter; try++ { // the machine has other things to do
				whole, quarter = min(whole, duration(parse, MaxTemplateBytes)), min(quarter, duration(parse, MaxTemplateBytes/4))
			}
			require.LessOrEqual(t, whole, noise+9*quarter, before+unit)
		}
	}
}

func duration(parse func(bytes int), bytes int) time.Duration {
	start := time.Now()
	parse(bytes)
	return time.Since(start)
}

// TestForeachLimit: a loop is cut, without an error.
func TestForeachLimit(t *testing.T) {
	got, err := renderString("#foreach($i in [1..5000])#if($foreach.count>999)$i #end#end|", Input{})
	require.NoError(t, err)
	require.Equal(t, "1000 |", got)
}

func TestParseLimits(t *testing.T) {
	_, err := Parse("t", strings.Repeat("x", MaxTemplateBytes))
	require.NoError(t, err)
	for _, src := range []string{
		strings.Repeat("x", MaxTemplateBytes+1),
		strings.Repeat("#if(true)", 100) + strings.Repeat("#end", 100),
		"#set($x=" + strings.Repeat("[", 100) + strings.Repeat("]", 100) + ")",
		"#set($x=" + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100) + ")",
		"#if(" + strings.Repeat("!", 100) + "true)x#end",
		"#set($x=" + strings.Repeat("[$a.b(", 60) + "1" + strings.Repeat(")]", 60) + ")",
		strings.Repeat("$a.b(", 100) + "1" + strings.Repeat(")", 100),
	} {
		_, err := Parse("t", src)
		var se *SyntaxError
		require.ErrorAs(t, err, &se, clip(src))
	}
}

// TestErrorsShowNoValues: a message may quote the template, never what the request carries.
func TestErrorsShowNoValues(t *testing.T) {
	const secret = "s3cr3t"
	in := Input{Body: []byte(`{"v":"` + secret + `","bad":"[s3cr3t(","m":[{"v":1}]}`), Header: map[string]string{"k": secret}}
	for _, src := range []string{
		"$input.params('k').charAt(99)", "#set($s=$input.path('$.v'))$s.substring(99)", "$input.path('$.v[0]')",
		"$input.path('$.v').matches($input.path('$.bad'))", "#set($n=1)$n.parseInt($input.path('$.v'))", "$input.path($input.path('$.bad'))",
		"#set($d=1.5)$d.parseDouble($input.path('$.v'))", "$input.path(\"$.m[?(@.v==$input.path('$.v'))]\")", "$n.format($input.path('$.v'))$input.path('$.v').format(\"%$input.path('$.v')\")",
	} {
		_, err := renderString(src, in)
		require.Error(t, err, src)
		require.NotContains(t, err.Error(), secret)
	}
	require.False(t, errors.Is(nil, ErrLimit))
}
