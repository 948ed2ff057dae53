package mapping

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping/vtl"
)

type quote struct {
	ID      int     `path:"id"`
	Limit   *int    `query:"limit"`
	IfMatch string  `header:"If-Match"`
	Session string  `cookie:"sid"`
	Theme   string  `cookie:"theme"`
	Client  string  `context:"identity.sourceIp"`
	User    string  `context:"authorizer.claims.cognito:username"`
	Epoch   int64   `context:"requestTimeEpoch"`
	Table   string  `stage:"table"`
	Text    string  `json:"text"`
	Price   float64 `json:"price"`
}

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

func TestTemplateFor(t *testing.T) {
	text, err := TemplateFor[quote]()
	require.NoError(t, err)
	golden(t, "quote.vtl", text)
	text, err = TemplateFor[Passthrough[quote]]()
	require.NoError(t, err)
	golden(t, "passthrough.vtl", text)
	for _, templateFor := range []func() (string, error){TemplateFor[struct{ Name string }], TemplateFor[[]int], TemplateFor[map[string]any], TemplateFor[any]} {
		text, err = templateFor()
		require.NoError(t, err)
		require.Equal(t, "$input.json('$')", text)
	}
}

func TestTemplateForMistakes(t *testing.T) {
	for want, templateFor := range map[string]func() (string, error){
		"query parameter tag: a template gets one value of it, not a []string": TemplateFor[struct {
			Tags []string `query:"tag"`
		}],
		`header parameter "a'b": such a name cannot stand in a template`: TemplateFor[struct {
			A string `header:"a'b"`
		}],
		`query parameter "$x": such a name cannot stand in a template`: TemplateFor[struct {
			A string `query:"$x"`
		}],
		`"identity..x" is no member of $context`: TemplateFor[struct {
			A string `context:"identity..x"`
		}],
		"cannot bind a chan int from a stage parameter": TemplateFor[struct {
			A chan int `stage:"x"`
		}],
		"A: has a body tag; fields of the body take a json tag": TemplateFor[struct {
			A string `body:"a"`
		}],
		"its path tag has no effect here": TemplateFor[struct {
			A struct {
				B int `path:"b"`
			}
		}],
	} {
		_, err := templateFor()
		require.ErrorContains(t, err, "mapping: TemplateFor: ")
		require.ErrorContains(t, err, want)
	}
	require.PanicsWithValue(t, `mapping: New: struct { A string "body:\"a\"" }.A: has a body tag; fields of the body take a json tag`, func() {
		New(func(_ context.Context, _ struct {
			A string `body:"a"`
		}) (int, error) {
			return 0, nil
		})
	})
	require.Panics(t, func() {
		New(func(_ context.Context, _ struct {
			Tags []string `query:"tag"`
		}) (int, error) {
			return 0, nil
		})
	})
}

// bound renders the template of a type and decodes what it made.
func bound(t *testing.T, typ reflect.Type, in vtl.Input) (reflect.Value, error) {
	t.Helper()
	text, err := templateFor(typ)
	require.NoError(t, err)
	template, err := vtl.Parse("request.vtl", text)
	require.NoError(t, err, text)
	out, err := template.Render(in)
	require.NoError(t, err, text)
	require.True(t, json.Valid(out.Body), "%s\nrenders %s", text, out.Body)
	_, repeated := duplicate(out.Body)
	require.False(t, repeated, "%s", out.Body)
	plan, err := newPlan(typ)
	require.NoError(t, err)
	v := reflect.New(typ).Elem()
	return v, decodeBound(plan, out.Body, v)
}

func TestTemplateForBinds(t *testing.T) {
	v, err := bound(t, reflect.TypeFor[quote](), vtl.Input{
		Body:   []byte(`{"text":"it's \"5/8\"\n한글","price":1.50,"ID":9,"Client":"forged"}`),
		Path:   map[string]string{"id": "7"},
		Query:  map[string]string{"limit": "-3", "If-Match": "forged", "table": "forged"},
		Header: map[string]string{"if-match": `"it's"`, "COOKIE": `a=b; sid=x'y; theme="dark"`, "id": "8"},
		Context: map[string]any{
			"identity": map[string]any{"sourceIp": "192.0.2.1"}, "requestTimeEpoch": int64(1700000000000),
			"authorizer": map[string]any{"claims": map[string]any{"cognito:username": `kim's "o"`}},
		},
		StageVariables: map[string]string{"table": "users"},
	})
	require.NoError(t, err)
	limit := -3
	require.Equal(t, quote{
		ID: 7, Limit: &limit, IfMatch: `"it's"`, Session: "x'y", Theme: "dark", Client: "192.0.2.1", User: `kim's "o"`,
		Epoch: 1700000000000, Table: "users", Text: "it's \"5/8\"\n한글", Price: 1.5,
	}, v.Interface())

	v, err = bound(t, reflect.TypeFor[quote](), vtl.Input{Path: map[string]string{"id": "7"}})
	require.NoError(t, err)
	require.Equal(t, quote{ID: 7}, v.Interface(), "what is absent is zero")
}

func TestBoundMistakes(t *testing.T) {
	_, err := bound(t, reflect.TypeFor[quote](), vtl.Input{
		Path: map[string]string{"id": "secret"}, Query: map[string]string{"limit": ""}, Body: []byte(`{"text":1,"price":"secret"}`),
	})
	require.EqualError(t, err, `{"status":400,"title":"Bad Request","detail":"body field text must be a string (and 3 more)","errors":[`+
		`{"pointer":"/text","detail":"must be a string"},{"pointer":"/price","detail":"must be a number"},`+
		`{"parameter":"id","in":"path","detail":"must be an integer"},{"parameter":"limit","in":"query","detail":"must be an integer"}]}`)
	for body, want := range map[string]string{
		"null": "must be an object", `[1]`: "must be an object", `"x"`: "must be an object", "a=b": "is not valid JSON at byte 0", "{text:1}": "is not valid JSON at byte 1",
		`{"x":NaN}`: "is not valid JSON at byte 5", " ": "must be JSON, and there is none",
	} {
		_, err = bound(t, reflect.TypeFor[quote](), vtl.Input{Path: map[string]string{"id": "7"}, Body: []byte(body)})
		require.ErrorContains(t, err, want, body)
	}
	byHand, err := newPlan(reflect.TypeFor[quote]())
	require.NoError(t, err)
	var q quote
	require.NoError(t, decodeBound(byHand, []byte(`{"path":{"id":"7"},"body":{"text":"x"}}`), reflect.ValueOf(&q).Elem()))
	require.Equal(t, quote{ID: 7, Text: "x"}, q)
	for _, event := range []string{`[]`, `"x"`, `{"path":[]}`, `{"path":{"id":7}}`, `{"cookie":{}}`} {
		plan, err := newPlan(reflect.TypeFor[quote]())
		require.NoError(t, err)
		err = decodeBound(plan, []byte(event), reflect.New(reflect.TypeFor[quote]()).Elem())
		require.ErrorContains(t, err, "the event is not what the template of TemplateFor renders")
		require.False(t, errors.As(err, new(*Error)), "the API definition is wrong, not the client")
	}
}

// The template that is mended is read by the type for the console's own.
func TestPassthroughTemplate(t *testing.T) {
	text, err := TemplateFor[Passthrough[map[string]any]]()
	require.NoError(t, err)
	template, err := vtl.Parse("passthrough.vtl", text)
	require.NoError(t, err)
	for _, hostile := range hostileTexts(t) {
		out, err := template.Render(vtl.Input{
			Body: []byte(`{"a":1}`), Path: map[string]string{"id": hostile}, Query: map[string]string{hostile: hostile, "z": "1"},
			Header: map[string]string{"X": hostile}, StageVariables: map[string]string{"s": hostile},
			Context: map[string]any{"identity": map[string]any{"userAgent": hostile}},
		})
		require.NoError(t, err)
		var got Passthrough[map[string]any]
		require.NoError(t, json.Unmarshal(out.Body, &got), "%s", out.Body)
		want := valid(hostile)
		require.Equal(t, want, got.Params.Path["id"])
		require.Equal(t, want, got.Params.Query[want])
		require.Equal(t, want, got.Params.Header["X"])
		require.Equal(t, want, got.StageVariables["s"])
		require.Equal(t, want, got.Context.UserAgent)
	}
}

// valid is a text as it comes out of JSON: bytes that are no UTF-8 are U+FFFD, one for each as vtl decodes them.
func valid(s string) string { return string([]rune(s)) }

// hostileTexts are texts that break careless templates; the corpora beside the repository have more.
func hostileTexts(t *testing.T) []string {
	t.Helper()
	texts := []string{
		"", " ", "plain", "it's", `\'`, `\\'`, `\\\'`, `\`, `\\`, `"`, `\"`, `","x":"`, `"}`, "a\nb", "\r\n\t\b\f\v\x00\x1f\x7f", "/", "</script>",
		"$input.body", "${x}", "#set($x=1)", "#end", "#*", "##", "$!{context.stage}", "한글 é 𝄞", "\u2028\u2029\u0085", "\xff\xfe", "a\xffb",
		"\u200b\ufeff", "null", "true", "-1", "1e5", "{}", "[]", `\u0027`, `\x27`, "''", `$1`, `\$`, "%27", "&#39;",
	}
	file := filepath.Join("..", "..", "shared", "data", "corpora", "blns", "blns.json")
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("the list of naughty strings is absent: %d texts of the package's own are used", len(texts))
		return texts
	}
	require.NoError(t, err)
	var naughty []string
	require.NoError(t, json.Unmarshal(data, &naughty))
	require.GreaterOrEqual(t, len(naughty), 500)
	return append(texts, naughty...)
}

// TestTemplateForRoundTrip makes types of random tags and requests of hostile texts: what the template renders is strict
// JSON, and decodes to the texts of the request, or to the fault that a number must be one. CAMPAIGN is the number of
// types, SEED another seed.
func TestTemplateForRoundTrip(t *testing.T) {
	n, _ := strconv.Atoi(os.Getenv("CAMPAIGN"))
	seed, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("SEED=%d", seed)
	g := generator{rand.New(rand.NewPCG(seed, 1)), hostileTexts(t)}
	for range max(n, 300) {
		g.roundTrip(t)
	}
}

type generator struct {
	*rand.Rand
	texts []string
}

var fieldTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[*string](), reflect.TypeFor[int8](), reflect.TypeFor[*int](), reflect.TypeFor[uint](),
	reflect.TypeFor[float64](), reflect.TypeFor[bool](), reflect.TypeFor[time.Time](), reflect.TypeFor[**string](),
}

// roundTrip makes one type of one to eight fields and one request.
func (g generator) roundTrip(t *testing.T) {
	in := vtl.Input{Path: map[string]string{}, Query: map[string]string{}, Header: map[string]string{}, StageVariables: map[string]string{}}
	members := map[string]any{}
	in.Context = map[string]any{"deep": members}
	maps := map[string]map[string]string{"path": in.Path, "query": in.Query, "header": in.Header, "stage": in.StageVariables}
	var fields []reflect.StructField
	var places, names []string
	for i := range 1 + g.IntN(8) {
		place := []string{"path", "query", "header", "context", "stage"}[g.IntN(5)]
		name := []string{"n%d", "n-%d", "n.%d", "n_%d", "N%d"}[g.IntN(5)]
		name = fmt.Sprintf(name, i)
		text, isPresent := g.texts[g.IntN(len(g.texts))], place == "path" || g.IntN(4) > 0
		if g.IntN(3) == 0 {
			text = []string{"1", "-7", "300", "2.5", "true", "2006-01-02T15:04:05Z"}[g.IntN(6)]
		}
		tagged := name
		if place == "context" {
			name = strings.ReplaceAll(name, ".", ":")
			tagged = "deep." + name
		}
		if isPresent && place == "context" {
			members[name] = text
		} else if isPresent {
			spelled := name
			if place == "header" && g.IntN(2) == 0 {
				spelled = strings.ToUpper(name)
			}
			maps[place][spelled] = text
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", i), Type: fieldTypes[g.IntN(len(fieldTypes))], Tag: reflect.StructTag(fmt.Sprintf("%s:%q", place, tagged)),
		})
		places, names = append(places, place), append(names, name)
		if !isPresent {
			text = ""
		}
		g.decoy(maps, place, name)
	}
	fields = append(fields, reflect.StructField{Name: "Body", Type: reflect.TypeFor[string]()})
	body := g.texts[g.IntN(len(g.texts))]
	in.Body, _ = json.Marshal(map[string]string{"Body": body, "F0": "forged"})
	if g.IntN(4) == 0 { // no JSON, most often: the event is, all the same
		_, _ = bound(t, reflect.StructOf(fields), vtl.Input{Body: []byte(body)})
	}

	v, err := bound(t, reflect.StructOf(fields), in)
	faulty := map[string]bool{}
	if err != nil {
		var e *Error
		require.ErrorAs(t, err, &e)
		for _, f := range e.faults {
			faulty[f.In+" "+f.Parameter] = true
		}
	}
	require.Equal(t, valid(body), v.FieldByName("Body").String())
	for i := range places {
		text, ok := maps[places[i]][names[i]], false
		switch places[i] {
		case "context":
			text, _ = members[names[i]].(string)
			names[i] = "deep." + names[i]
		case "header":
			if text == "" {
				text = maps["header"][strings.ToUpper(names[i])]
			}
		case "query":
			_, ok = maps["query"][names[i]]
		}
		ok = ok || places[i] == "path" || text != ""
		checkField(t, v.Field(i), valid(text), ok, faulty[places[i]+" "+names[i]])
	}
}

// decoy puts the name of a parameter into other places, where it must not be taken from.
func (g generator) decoy(maps map[string]map[string]string, place, name string) {
	for _, other := range []string{"path", "query", "header", "stage"} {
		if other != place && g.IntN(4) == 0 {
			maps[other][name] = "forged"
		}
	}
}

// checkField compares a field with the text that it comes from.
func checkField(t *testing.T, v reflect.Value, text string, isPresent, isFaulty bool) {
	t.Helper()
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			require.True(t, !isPresent || isFaulty, "%q is lost", text)
			return
		}
		v = v.Elem()
	}
	switch {
	case isFaulty:
		require.NotEqual(t, reflect.String, v.Kind(), "a text is never wrong")
	case !isPresent:
		require.True(t, v.IsZero())
	case v.Kind() == reflect.String:
		require.Equal(t, text, v.String())
	case v.Type() == reflect.TypeFor[time.Time]():
		require.Equal(t, text, v.Interface().(time.Time).Format(time.RFC3339Nano))
	default:
		n, err := strconv.ParseFloat(fmt.Sprint(v.Interface()), 64)
		want, wantErr := strconv.ParseFloat(text, 64)
		require.Equal(t, fmt.Sprint(v.Interface()) == text || err == nil && wantErr == nil && n == want, true, "%v of %q", v, text)
	}
}

// A client chooses the keys of maps, which JSON pointers name: the error stays small all the same.
func TestBoundMistakesAreSmall(t *testing.T) {
	type in struct {
		ID     int `path:"id"`
		Labels map[string]int
		More   map[string]int
	}
	key := strings.Repeat("k", 100_000)
	_, err := bound(t, reflect.TypeFor[in](), vtl.Input{
		Path: map[string]string{"id": "7"}, Body: []byte(`{"More":{"a":"x"},"Labels":{"` + key + `":"x"}}`),
	})
	require.ErrorContains(t, err, `"errors":[{"pointer":"/More/a","detail":"must be an integer"}]`)
	_, err = bound(t, reflect.TypeFor[in](), vtl.Input{Path: map[string]string{"id": "7"}, Body: []byte(`{"Labels":{"` + key + `":"x"}}`)})
	require.Error(t, err)
	require.Less(t, len(err.Error()), 5000)
}

// FuzzBoundEvent decodes anything as an event: an error is the client's with its place, or that of a template that is
// not ours, and never quotes the event.
func FuzzBoundEvent(f *testing.F) {
	for _, event := range []string{
		``, `null`, `[]`, `{}`, `{"path":{"id":"7"},"query":{"limit":null},"body":"{\"text\":\"x\"}"}`, `{"path":{"id":7}}`, `{"body":{"text":1}}`, `{"cookie":"sid=1; ;="}`, `{"path":{"id":"s3cr3t"}}`, `{"path":{},"path":{}}`,
	} {
		f.Add([]byte(event))
	}
	h := New(func(_ context.Context, q quote) (quote, error) { return q, nil })
	f.Fuzz(func(t *testing.T, event []byte) {
		out, err := h.Invoke(t.Context(), event)
		if err == nil {
			require.True(t, json.Valid(out))
			return
		}
		var e *Error
		require.ErrorAs(t, err, &e)
		require.True(t, e.Status == 400 || e.Status == 500, "%v", err)
		require.True(t, json.Valid([]byte(err.Error())))
		require.Less(t, len(err.Error()), 15_000)
	})
}
