package mapping_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/stretchr/testify/require"

	"github.com/lambdarest/lambdarest/mapping"
)

type line struct {
	SKU   string  `json:"sku"`
	Price float64 `json:"price"`
	Count int8    `json:"count"`
}

type order struct {
	ID      int            `json:"id"`
	Name    string         `json:"name"`
	Lines   []line         `json:"lines"`
	User    *user          `json:"user"`
	When    time.Time      `json:"when"`
	Data    []byte         `json:"data"`
	Paid    bool           `json:"paid"`
	Stock   uint32         `json:"stock"`
	Labels  map[string]int `json:"labels"`
	Colour  colour         `json:"colour"`
	Corners [2]float32     `json:"corners"`
}

type user struct {
	ID    int    `json:"id"`
	Email string `json:"email"`
}

// colour has an UnmarshalText whose errors quote the value.
type colour string

func (c *colour) UnmarshalText(text []byte) error {
	if string(text) != "red" {
		return errors.New("unknown colour " + string(text))
	}
	*c = colour(text)
	return nil
}

// echo returns its input.
func echo[T any](_ context.Context, in T) (T, error) { return in, nil }

// requireError checks status and detail of an error and that its text is one line
// of JSON.
func requireError(t *testing.T, err error, status int, detail string) *mapping.Error {
	t.Helper()
	require.Error(t, err)
	var e *mapping.Error
	require.True(t, errors.As(err, &e), "%T is no *mapping.Error", err)
	var text struct {
		Status        int
		Title, Detail string
		RequestID     string `json:"requestId"`
	}
	require.NotContains(t, err.Error(), "\n")
	require.NoError(t, json.Unmarshal([]byte(err.Error()), &text), err.Error())
	require.Equal(t, status, text.Status, err.Error())
	require.Equal(t, detail, text.Detail, err.Error())
	require.NotEmpty(t, text.Title)
	return e
}

func TestNew(t *testing.T) {
	h := mapping.New(echo[order])
	const event = `{"id":7,"name":"<Kim> & \u00e9 한글","lines":[{"sku":"a","price":1.5,"count":2}],"user":{"id":1,"email":"k@example.com"},` +
		`"when":"2026-05-04T10:00:00Z","data":"AQI=","paid":true,"stock":4294967295,"labels":{"x":1},"colour":"red","corners":[1,2],"unknown":{}}`
	out, err := h.Invoke(t.Context(), []byte(event))
	require.NoError(t, err)
	require.Equal(t, `{"id":7,"name":"<Kim> & é 한글","lines":[{"sku":"a","price":1.5,"count":2}],"user":{"id":1,"email":"k@example.com"},`+
		`"when":"2026-05-04T10:00:00Z","data":"AQI=","paid":true,"stock":4294967295,"labels":{"x":1},"colour":"red","corners":[1,2]}`, string(out))
}

func TestNewNilPanics(t *testing.T) {
	require.PanicsWithValue(t, "mapping: New: the function is nil", func() { mapping.New[int, int](nil) })
}

// TestNewKeepsNothing overwrites the event's buffer after the call, as the runtime
// does.
func TestNewKeepsNothing(t *testing.T) {
	var kept json.RawMessage
	h := mapping.New(func(_ context.Context, in struct{ A json.RawMessage }) (string, error) {
		kept = in.A
		return "", nil
	})
	event := []byte(`{"A":{"b":1}}`)
	_, err := h.Invoke(t.Context(), event)
	require.NoError(t, err)
	clear(event)
	require.Equal(t, `{"b":1}`, string(kept))
}

func TestMistakes(t *testing.T) {
	h := mapping.New(echo[order])
	for _, tt := range []struct{ name, event, detail string }{
		{"no event", ``, `the event is not valid JSON: unexpected end of JSON input at byte 0`},
		{"null", ` null `, `the event must be an object, not null`},
		{"a string", `"secret"`, `the event must be an object, not a string`},
		{"an array", `[{"id":1}]`, `the event must be an object, not an array`},
		{"syntax", `{"id":1,}`, `the event is not valid JSON: invalid character '}' looking for beginning of object key string at byte 9`},
		{"truncated", `{"id":1`, `the event is not valid JSON: unexpected end of JSON input at byte 7`},
		{"trailing data", `{"id":1}{}`, `the event is not valid JSON: invalid character '{' after top-level value at byte 9`},
		{"string for an integer", `{"id":"secret"}`, `"id" must be an integer, not a string`},
		{"boolean for an integer", `{"id":true}`, `"id" must be an integer, not a boolean`},
		{"fraction for an integer", `{"id":1.5}`, fmt.Sprintf(`"id" must be an integer from %d to %d`, math.MinInt, math.MaxInt)},
		{"small integer", `{"lines":[{},{"count":128}]}`, `"lines[1].count" must be an integer from -128 to 127`},
		{"unsigned integer", `{"stock":-1}`, `"stock" must be an integer from 0 to 4294967295`},
		{"float out of range", `{"corners":[1,1e39]}`, `"corners[1]" must be a number of smaller magnitude`},
		{"number for a string", `{"name":4242}`, `"name" must be a string, not a number`},
		{"number for a boolean", `{"paid":1}`, `"paid" must be a boolean, not a number`},
		{"object for an array", `{"lines":{}}`, `"lines" must be an array, not an object`},
		{"array for an object", `{"user":[1]}`, `"user" must be an object, not an array`},
		{"nested", `{"user":{"email":"x","id":"secret"}}`, `"user.id" must be an integer, not a string`},
		{"in a map", ` { "labels" : { "a" : 1 , "b,}" : "secret" } } `, `"labels.b,}" must be an integer, not a string`},
		{"in an array", "{\"lines\":[\n {\"price\" : 1 } ,\t{\"sku\":\"]\",\"price\":\"secret\"}]}", `"lines[1].price" must be a number, not a string`},
		{"time", `{"when":"secret"}`, `"when" must be a time such as 2006-01-02T15:04:05Z`},
		{"time, wrong type", `{"when":4242}`, `"when" has an invalid value`},
		{"base64", `{"data":"%secret"}`, `"data" must be base64`},
		{"base64, wrong type", `{"data":{"secret":1}}`, `"data" must be a base64 string, not an object`},
		{"own text", `{"colour":"secret"}`, `"colour" has an invalid value`},
		{"key with escapes", `{"labels":{"\u0062":"secret"}}`, `"labels.b" must be an integer, not a string`},
		{"long key", `{"labels":{"` + strings.Repeat("k", 5000) + `":"secret"}}`, `"labels.` + strings.Repeat("k", 64) + `…" must be an integer, not a string`},
		{"duplicate", `{"id":1,"name":"secret","id":1}`, `"id" occurs twice`},
		{"duplicate before a wrong type", `{"id":"secret","id":1}`, `"id" occurs twice`},
		{"duplicate by escape", `{"id":1,"\u0069d":2}`, `"id" occurs twice`},
		{"duplicate, nested", `{"lines":[{"sku":"a"},{"x":{},"sku":"b","sku":"c"}]}`, `"lines[1].sku" occurs twice`},
		{"duplicate in what is ignored", `{"z":[[],[1,{"a":{"b":1},"a":2}]]}`, `"z[1][1].a" occurs twice`},
		{"duplicate of an empty key", `{"z":{"":1,"":1}}`, `"z." occurs twice`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			out, err := h.Invoke(t.Context(), []byte(tt.event))
			require.Nil(t, out)
			requireError(t, err, 400, tt.detail)
			require.NotContains(t, err.Error(), "secret")
			require.NotContains(t, err.Error(), "4242")
		})
	}
}

func TestNoFalseDuplicates(t *testing.T) {
	var many strings.Builder
	for i := range 40 {
		many.WriteString(`"k` + strings.Repeat("x", i) + `":{"a":1},`)
	}
	for _, event := range []string{
		`{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":1}],"c":"a"}`,
		`{"a":{},"b":{},"c":"b"}`,
		`{"a":[],"b":"a","A":1}`,
		`{"a":"\",\"a\":1","b":"a"}`,
		`{` + many.String() + `"z":1}`,
	} {
		_, err := mapping.New(echo[map[string]any]).Invoke(t.Context(), []byte(event))
		require.NoError(t, err, event)
	}
	_, err := mapping.New(echo[map[string]any]).Invoke(t.Context(), []byte(`{`+many.String()+`"kxxx":1}`))
	requireError(t, err, 400, `"kxxx" occurs twice`)
}

func TestNullEvent(t *testing.T) {
	for _, h := range []interface {
		Invoke(context.Context, []byte) ([]byte, error)
	}{mapping.New(echo[map[string]int]), mapping.New(echo[[]int]), mapping.New(echo[any])} {
		out, err := h.Invoke(t.Context(), []byte("null"))
		require.NoError(t, err)
		require.Equal(t, "null", string(out))
	}
	_, err := mapping.New(echo[*order]).Invoke(t.Context(), []byte("null"))
	requireError(t, err, 400, "the event must be an object, not null")
	_, err = mapping.New(echo[int]).Invoke(t.Context(), []byte("null"))
	requireError(t, err, 400, "the event must be an integer, not null")
}

var errTooYoung = errors.New("age must be 18 or more")

type person struct{ Age int }

func (p person) Validate() error {
	switch {
	case p.Age < 0:
		return mapping.Errorf(422, "age is negative")
	case p.Age < 18:
		return errTooYoung
	case p.Age > 200:
		panic("nobody is that old")
	}
	return nil
}

// account validates with a pointer receiver.
type account struct{ ID string }

func (a *account) Validate() error {
	if a.ID == "" {
		return errors.New(`"ID" is required`)
	}
	return nil
}

func TestValidate(t *testing.T) {
	for _, h := range []interface {
		Invoke(context.Context, []byte) ([]byte, error)
	}{mapping.New(echo[person]), mapping.New(echo[*person])} {
		_, err := h.Invoke(t.Context(), []byte(`{"Age":18}`))
		require.NoError(t, err)
		_, err = h.Invoke(t.Context(), []byte(`{"Age":17}`))
		requireError(t, err, 400, "age must be 18 or more")
		require.ErrorIs(t, err, errTooYoung)
		_, err = h.Invoke(t.Context(), []byte(`{"Age":-1}`))
		requireError(t, err, 422, "age is negative")
		_, err = h.Invoke(t.Context(), []byte(`{"Age":201}`))
		requireError(t, err, 500, "")
	}
	for _, h := range []interface {
		Invoke(context.Context, []byte) ([]byte, error)
	}{mapping.New(echo[account]), mapping.New(echo[*account])} {
		_, err := h.Invoke(t.Context(), []byte(`{}`))
		requireError(t, err, 400, `"ID" is required`)
		_, err = h.Invoke(t.Context(), []byte(`{"ID":"x"}`))
		require.NoError(t, err)
	}
}

// fussy chooses its error itself.
type fussy struct{}

func (*fussy) UnmarshalJSON([]byte) error { return mapping.Errorf(415, "not like this") }

func TestUnmarshalJSONChoosesTheError(t *testing.T) {
	_, err := mapping.New(echo[struct{ F fussy }]).Invoke(t.Context(), []byte(`{"F":1}`))
	requireError(t, err, 415, "not like this")
}

var errSecret = errors.New("table secret-orders: no such item")

func TestFunctionErrors(t *testing.T) {
	shared := mapping.Errorf(409, "already there")
	for _, tt := range []struct {
		name   string
		err    error
		status int
		detail string
	}{
		{"any error", errSecret, 500, ""},
		{"Error", mapping.Errorf(404, "no order %d", 7), 404, "no order 7"},
		{"Error with a cause", &mapping.Error{Status: 404, Detail: "gone", Err: errSecret}, 404, "gone"},
		{"Error in the chain", errors.Join(errSecret, shared), 409, "already there"},
		{"wrapped Error", fmt.Errorf("%w: %w", errSecret, shared), 409, "already there"},
		{"wrapped Error with a request id", fmt.Errorf("%w: %w", errSecret, &mapping.Error{Status: 409, RequestID: "r-1"}), 409, ""},
		{"shared Error", shared, 409, "already there"},
		{"nil Error", (*mapping.Error)(nil), 500, ""},
		{"status that is none", mapping.Errorf(200, "odd"), 500, "odd"},
		{"context", context.DeadlineExceeded, 500, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := mapping.New(func(context.Context, struct{}) (int, error) { return 1, tt.err })
			ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
			out, err := h.Invoke(ctx, []byte(`{}`))
			require.Nil(t, out)
			e := requireError(t, err, tt.status, tt.detail)
			require.Equal(t, "r-1", e.RequestID)
			require.NotContains(t, err.Error(), "secret")
			require.NotErrorIs(t, err, errTooYoung, "Is comes to an end")
			if errors.Is(tt.err, errSecret) {
				require.ErrorIs(t, err, errSecret)
			}
		})
	}
	require.Empty(t, shared.RequestID, "the user's error was changed")
}

func TestPanics(t *testing.T) {
	for _, tt := range []struct {
		name string
		f    func()
	}{
		{"string", func() { panic("secret") }},
		{"error", func() { panic(errSecret) }},
		{"nil", func() { panic(nil) }},
		{"Error", func() { panic(mapping.Errorf(404, "secret")) }},
		{"nil pointer", func() { var u *user; _ = u.Email }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := mapping.New(func(context.Context, struct{}) (int, error) { tt.f(); return 1, nil })
			out, err := h.Invoke(t.Context(), []byte(`{}`))
			require.Nil(t, out)
			requireError(t, err, 500, "")
			require.NotContains(t, err.Error(), "secret")
		})
	}
}

type panicky struct{}

func (panicky) MarshalJSON() ([]byte, error) { panic("secret") }

func TestResults(t *testing.T) {
	result := func(v any) ([]byte, error) {
		return mapping.New(func(context.Context, struct{}) (any, error) { return v, nil }).Invoke(t.Context(), []byte(`{}`))
	}
	for _, tt := range []struct {
		v    any
		want string
	}{
		{nil, `null`},
		{"</a>&", `"</a>&"`},
		{[]int(nil), `null`},
		{[]int{}, `[]`},
		{struct{}{}, `{}`},
		{strings.Repeat("x", 6_291_554), `"` + strings.Repeat("x", 6_291_554) + `"`}, // at the limit
	} {
		out, err := result(tt.v)
		require.NoError(t, err)
		require.True(t, tt.want == string(out), "%.100s", out)
	}
	_, err := result(math.NaN())
	requireError(t, err, 500, "")
	_, err = result(panicky{})
	requireError(t, err, 500, "")
	_, err = result(strings.Repeat("x", 6_291_555))
	requireError(t, err, 500, "the response of 6291557 bytes is above Lambda's limit of 6291556")
}

// TestWorkIsLinear decodes hostile events that are quadratic for a decoder which
// looks for the culprit carelessly.
func TestWorkIsLinear(t *testing.T) {
	var wide strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&wide, `"k%d":0,`, i)
	}
	deep := strings.Repeat(`{"z":`, 9_000) + `1` + strings.Repeat(`}`, 9_000)
	for _, event := range []string{
		`{` + wide.String() + `"id":"x"}`,
		`{"z":` + deep + `,"id":"x"}`,
		`{"z":[` + strings.Repeat(`{"a":1},`, 50_000) + `1],"id":"x"}`,
		`{"lines":[` + strings.Repeat(`{"sku":"a"},`, 50_000) + `1],"id":1}`,
	} {
		const limit = 10 * time.Second // what is quadratic takes minutes
		quickest := time.Hour
		for try := 0; try < 3 && quickest > limit; try++ { // the machine may have other things to do
			start := time.Now()
			_, err := mapping.New(echo[order]).Invoke(t.Context(), []byte(event))
			var e *mapping.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, 400, e.Status)
			quickest = min(quickest, time.Since(start))
		}
		require.LessOrEqual(t, quickest, limit)
	}
}

func FuzzNew(f *testing.F) {
	for _, event := range []string{
		``, `null`, `{}`, `[]`, `{"id":1}`, `{"id":"x"}`, `{"lines":[{"price":"x"}]}`, `{"id":1,"id":2}`,
		`{"user":{"id":{}}}`, `{"when":"x","data":"%","colour":"blue"}`, `{"labels":{"a\"b":[]}}`, "{\"\xff\":1,\"\xfe\":1}",
		`{"body-json":{"id":"x"},"params":{"path":{"id":1}},"stage-variables":{},"context":{}}`,
	} {
		f.Add([]byte(event))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		for _, h := range []interface {
			Invoke(context.Context, []byte) ([]byte, error)
		}{mapping.New(echo[order]), mapping.New(echo[mapping.Passthrough[order]])} {
			out, err := h.Invoke(t.Context(), event)
			if err == nil {
				require.True(t, json.Valid(event))
				require.True(t, json.Valid(out))
				continue
			}
			e, ok := err.(*mapping.Error)
			require.True(t, ok, "%T", err)
			require.Equal(t, 400, e.Status, "%v for %q", err, event)
			require.True(t, json.Valid([]byte(err.Error())))
			require.LessOrEqual(t, len(err.Error()), 2000)
		}
	})
}

// FuzzDuplicates compares with a walk over encoding/json's tokens.
func FuzzDuplicates(f *testing.F) {
	for _, event := range []string{`{}`, `{"a":1,"a":2}`, `[{"a":{"b":[],"b":1}}]`, `{"a":"\"","a":1}`, `{"a":[],"b":"b"}`, "{\"\xff\":1,\"\xfe\":1}"} {
		f.Add([]byte(event))
	}
	h := mapping.New(echo[any])
	f.Fuzz(func(t *testing.T, event []byte) {
		if !json.Valid(event) {
			return
		}
		_, err := h.Invoke(t.Context(), event)
		want := repeatsKey(json.NewDecoder(strings.NewReader(string(event))))
		got := err != nil && strings.Contains(err.Error(), "occurs twice")
		require.Equal(t, want, got, "%q: %v", event, err)
	})
}

func repeatsKey(dec *json.Decoder) bool {
	token, err := dec.Token()
	if err != nil {
		return false // a number out of range
	}
	repeated := false
	switch token {
	case json.Delim('{'):
		seen := make(map[any]bool)
		for dec.More() {
			key, _ := dec.Token()
			repeated = repeated || seen[key]
			seen[key] = true
			repeated = repeatsKey(dec) || repeated
		}
		_, _ = dec.Token()
	case json.Delim('['):
		for dec.More() {
			repeated = repeatsKey(dec) || repeated
		}
		_, _ = dec.Token()
	}
	return repeated
}

func BenchmarkNew(b *testing.B) {
	h := mapping.New(echo[order])
	event := []byte(`{"id":7,"name":"Kim","lines":[{"sku":"a","price":1.5,"count":2},{"sku":"b","price":2.5,"count":1}],"user":{"id":1,"email":"k@example.com"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Invoke(b.Context(), event); err != nil {
			b.Fatal(err)
		}
	}
}
