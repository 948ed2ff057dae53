package router

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
)

type address struct {
	City string   `json:"city"`
	Tags []string `json:"tags"`
}

type base struct {
	Name string `json:"name"`
	ID   int    `json:"id"`
}

type everything struct {
	ID      int             `path:"id"`
	Limit   *int            `query:"limit"`
	Tags    []string        `query:"tag"`
	Since   time.Time       `query:"since"`
	Ratio   float64         `query:"ratio"`
	On      bool            `query:"on"`
	Small   uint8           `query:"small"`
	Match   string          `header:"If-Match"`
	Forward []string        `header:"X-Forwarded-For"`
	Session string          `cookie:"sid"`
	base                    // promoted: name
	Age     int             `json:"age"`
	Big     int64           `json:"big,string"`
	Address *address        `json:"address"`
	Any     any             `json:"any"`
	Raw     json.RawMessage `json:"raw"`
	Data    []byte          `json:"data"`
	Skip    string          `json:"-"`
	Score   float32
	hidden  int //lint:ignore U1000 it must stay untouched
}

// call runs a typed handler and returns what it was given, and the answer.
func call[In any](t testing.TB, pattern, method, target, body string, headers ...string) (*In, *httptest.ResponseRecorder) {
	t.Helper()
	var got *In
	var r Router
	r.Handle(pattern, JSON(func(_ context.Context, in In) (struct{}, error) { got = &in; return struct{}{}, nil }))
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return got, w
}

func TestJSONBindsEverything(t *testing.T) {
	limit := 10
	got, w := call[everything](t, "/things/{id}", "POST", "/things/7?limit=10&tag=a&tag=b&since=2026-01-02T03:04:05Z&ratio=0.5&on=true&small=255",
		`{"name":"Kim","age":30,"big":"9007199254740993","address":{"city":"서울","tags":["x"]},"any":{"a":1},"raw":[1, 2],"data":"AQI=","SCORE":1.5,"ID":9,"id":8,"Limit":99,"Skip":"no","hidden":1,"unknown":{}}`,
		"If-Match", `"v1"`, "X-Forwarded-For", "a", "X-Forwarded-For", "b", "Cookie", "sid=s1")
	want := &everything{ID: 7, Limit: &limit, Tags: []string{"a", "b"}, Since: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Ratio: 0.5, On: true, Small: 255,
		Match: `"v1"`, Forward: []string{"a", "b"}, Session: "s1", base: base{Name: "Kim", ID: 8}, Age: 30, Big: 9007199254740993,
		Address: &address{City: "서울", Tags: []string{"x"}}, Any: map[string]any{"a": 1.0}, Raw: json.RawMessage(`[1, 2]`), Data: []byte{1, 2}, Score: 1.5}
	if w.Code != 204 || !reflect.DeepEqual(got, want) {
		t.Errorf("%d %s\n got %+v\nwant %+v", w.Code, w.Body, got, want)
	}
}

func TestJSONLeavesOutWhatIsAbsent(t *testing.T) {
	type in struct {
		Limit *int     `query:"limit"`
		Tags  []string `query:"tag"`
		Match string   `header:"If-Match"`
		SID   *string  `cookie:"sid"`
	}
	got, w := call[in](t, "/x", "GET", "/x?other=1", "this is not JSON and nobody asks for it")
	if w.Code != 204 || !reflect.DeepEqual(got, &in{}) {
		t.Errorf("%d %s %+v", w.Code, w.Body, got)
	}
}

// Every fault of the client is reported, with its place and without its value.
func TestJSONFaults(t *testing.T) {
	for _, tt := range []struct {
		name, target, body string
		want               string // the member errors
	}{
		{"wrong types", "/things/x?limit=1.5&small=256&on=1&ratio=NaN&since=tomorrow", `{"name":1,"age":"secret","big":1.5,"address":{"city":true},"data":"*","Score":[]}`,
			`[{"pointer":"/name","detail":"must be a string"},{"pointer":"/age","detail":"must be an integer"},{"pointer":"/big","detail":"must be an integer"},
			{"pointer":"/address/city","detail":"must be a string"},{"pointer":"/data","detail":"must be a base64 string"},{"pointer":"/Score","detail":"must be a number"},
			{"parameter":"id","in":"path","detail":"must be an integer"},{"parameter":"limit","in":"query","detail":"must be an integer"},
			{"parameter":"since","in":"query","detail":"must be an RFC 3339 time"},{"parameter":"ratio","in":"query","detail":"must be a number"},
			{"parameter":"on","in":"query","detail":"must be true or false"},{"parameter":"small","in":"query","detail":"is out of range"}]`},
		{"ranges", "/things/9223372036854775808?small=-1", `{"age":1e3,"Score":1e39,"big":"x"}`,
			`[{"pointer":"/age","detail":"must be an integer"},{"pointer":"/Score","detail":"is out of range"},{"pointer":"/big","detail":"must be a string that holds JSON"},
			{"parameter":"id","in":"path","detail":"is out of range"},{"parameter":"small","in":"query","detail":"is out of range"}]`},
		{"broken JSON", "/things/1", `{"name":"Kim","age":}`, `[{"pointer":"/age","detail":"is not valid JSON at byte 20: unexpected character '}' looking for a value"}]`},
		{"truncated", "/things/1", `{"name":"Ki`, `[{"pointer":"/name","detail":"is not valid JSON at byte 11: unexpected end of input in a string"}]`},
		{"trailing data", "/things/1", `{"name":"Kim"} x`, `[{"detail":"is not valid JSON at byte 15: unexpected character 'x' after the top-level value"}]`},
		{"no object", "/things/1", `[1]`, `[{"detail":"must be an object"}]`},
		{"null", "/things/1", `null`, `[{"detail":"must be an object"}]`},
		{"empty", "/things/1", ` `, `[{"detail":"must be JSON, and there is none"}]`},
		{"too deep", "/things/1", `{"any":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + `}`, `[{"pointer":"/any","detail":"is not valid JSON at byte 10006: nested deeper than 10,000 levels"}]`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, w := call[everything](t, "/things/{id}", "POST", tt.target, tt.body)
			var problem struct {
				Status int
				Detail string
				Errors any
			}
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatal(err)
			}
			if got != nil || w.Code != 400 || problem.Status != 400 || problem.Detail == "" || !reflect.DeepEqual(problem.Errors, jsonOf(t, tt.want)) {
				t.Errorf("%d %s", w.Code, w.Body)
			}
			if strings.Contains(w.Body.String(), "secret") {
				t.Errorf("a value is repeated: %s", w.Body)
			}
		})
	}
}

type strict struct {
	ID int `json:"id"`
}

func (s *strict) Validate() error {
	switch {
	case s.ID == 0:
		return errors.New("id is required")
	case s.ID < 0:
		return Errorf(422, "id must be positive")
	}
	return nil
}

func TestJSONValidates(t *testing.T) {
	for body, want := range map[string]string{
		`{"id":1}`:  "",
		`{}`:        `{"detail":"id is required","status":400,"title":"Bad Request"}`,
		`{"id":-1}`: `{"detail":"id must be positive","status":422,"title":"Unprocessable Entity"}`,
	} {
		if _, w := call[strict](t, "/x", "POST", "/x", body); w.Body.String() != want {
			t.Errorf("%s: %s", body, w.Body)
		}
		if _, w := call[*strict](t, "/x", "POST", "/x", body); w.Body.String() != want {
			t.Errorf("%s into a pointer: %s", body, w.Body)
		}
	}
}

func TestJSONTakesWholeBodies(t *testing.T) {
	if got, w := call[[]int](t, "/x", "POST", "/x", `[1,2]`); w.Code != 204 || !reflect.DeepEqual(*got, []int{1, 2}) {
		t.Errorf("%d %v", w.Code, got)
	}
	if got, w := call[map[string]address](t, "/x", "POST", "/x", `{"a":{"city":"b"}}`); w.Code != 204 || (*got)["a"].City != "b" {
		t.Errorf("%d %v", w.Code, got)
	}
	if got, w := call[time.Time](t, "/x", "POST", "/x", `"2026-01-02T03:04:05Z"`); w.Code != 204 || got.Year() != 2026 {
		t.Errorf("%d %v", w.Code, got)
	}
	if _, w := call[[]int](t, "/x", "POST", "/x", `["1"]`); w.Code != 400 || !strings.Contains(w.Body.String(), "must be an integer") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// A pointer to a struct is bound like the struct; what the body may not set, it may
// not set there either.
func TestJSONBindsPointers(t *testing.T) {
	type in struct {
		ID    int    `path:"id"`
		Admin bool   `header:"X-Admin"`
		Name  string `json:"name"`
	}
	got, w := call[*in](t, "/u/{id}", "PUT", "/u/7", `{"ID":99,"Admin":true,"name":"x"}`)
	if w.Code != 204 || !reflect.DeepEqual(*got, &in{ID: 7, Name: "x"}) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if got, w := call[*in](t, "/u/{id}", "PUT", "/u/7", `null`); w.Code != 400 || got != nil {
		t.Errorf("null: %d %s", w.Code, w.Body)
	}
}

func TestJSONPointersAreExact(t *testing.T) {
	type in struct {
		Lines []struct {
			Price int `json:"price"`
		} `json:"lines"`
		M     map[string]int `json:"m"`
		Event struct {
			At time.Time `json:"at"`
		} `json:"event"`
		N   json.Number `json:"n"`
		Dot struct {
			AB int `json:"a.b/c"`
		} `json:"dot"`
	}
	for body, want := range map[string]string{
		`{"lines":[{"price":1},{"price":"x"}]}`:            `[{"pointer":"/lines/1/price","detail":"must be an integer"}]`,
		`{"lines":[{"price":1}, 5 ]}`:                      `[{"pointer":"/lines/1","detail":"must be an object"}]`,
		`{"lines":[{"price":1},[]]}`:                       `[{"pointer":"/lines/1","detail":"must be an object"}]`,
		`{"lines":{"price":1}}`:                            `[{"pointer":"/lines","detail":"must be an array"}]`,
		`{"m":{"a":1,"k":"x"}}`:                            `[{"pointer":"/m/k","detail":"must be an integer"}]`,
		`{"dot":{"x":[1,{"y":2}],"a.b\/c":"x"}}`:           `[{"pointer":"/dot/a.b~1c","detail":"must be an integer"}]`,
		`{"event":{"at":"nope"}}`:                          `[{"pointer":"/event","detail":"is not valid"}]`,
		`{"n":"abc"}`:                                      `[{"pointer":"/n","detail":"is not valid"}]`,
		`{"n":12.5,"event":{"at":"2026-01-02T03:04:05Z"}}`: ``,
	} {
		_, w := call[in](t, "/x", "POST", "/x", body)
		var problem struct{ Errors any }
		if w.Code != 204 {
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatal(err)
			}
		}
		if want == "" && w.Code != 204 || want != "" && !reflect.DeepEqual(problem.Errors, jsonOf(t, want)) {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

func TestBind(t *testing.T) {
	type in struct {
		Limit int     `query:"limit"`
		Name  string  `json:"name"`
		Home  address `json:"home"`
	}
	errTooLong := errors.New("name is too long")
	r := New(Bind(BindConfig{RejectUnknownFields: true, RejectUnknownQuery: true, Validate: func(v any) error {
		if len(v.(*in).Name) > 5 {
			return errTooLong
		}
		return nil
	}}))
	r.Post("/x", JSON(func(_ context.Context, in in) (struct{}, error) { return struct{}{}, nil }))
	for _, tt := range []struct{ target, body, want string }{
		{"/x?limit=1", `{"name":"Kim","home":{"city":"x"}}`, ""},
		{"/x?limit=1&b=2&a=1", `{"nam":"Kim","home":{}}`, `[{"pointer":"/nam","detail":"is not known"},{"parameter":"a","in":"query","detail":"is not known"},{"parameter":"b","in":"query","detail":"is not known"}]`},
		{"/x", `{"home":{"town":"x"}}`, `[{"pointer":"/home","detail":"has a field that is not known"}]`},
		{"/x", `{"name":"Kimberley"}`, `name is too long`},
	} {
		req := httptest.NewRequest("POST", tt.target, strings.NewReader(tt.body))
		w := httptest.NewRecorder()
		if r.ServeHTTP(w, req); (w.Code == 204) != (tt.want == "") || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%s %s: %d %s", tt.target, tt.body, w.Code, w.Body)
		}
	}
}

// A client cannot make the answer large with its faults.
func TestJSONFaultsAreBounded(t *testing.T) {
	_, w := call[strict](t, "/x", "POST", "/x", `{`+strings.Repeat(`"id":"",`, 100_000)+`"id":""}`)
	if w.Code != 400 || w.Body.Len() > 2000 {
		t.Errorf("%d, %d bytes", w.Code, w.Body.Len())
	}
}

// encoding/json decides which of several fields with one name counts.
func TestJSONPromotesFieldsLikeEncodingJSON(t *testing.T) {
	type A struct{ X, Y, Z int }
	type B struct {
		X, Y int
		Z    int `json:"Z"`
	}
	type C struct{ *C } // embeds itself
	type in struct {
		A
		*B
		C
		Y int
		W int `json:"w"`
	}
	body := `{"X":1,"Y":2,"Z":3,"W":4,"x":5}`
	var want in
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatal(err)
	}
	if got, w := call[in](t, "/x", "POST", "/x", body); w.Code != 204 || !reflect.DeepEqual(got, &want) {
		t.Errorf("%d %s\n got %+v\nwant %+v", w.Code, w.Body, got, want)
	}
}

func TestJSONAnswers(t *testing.T) {
	var r Router
	r.Get("/value", JSON(func(context.Context, struct{}) (map[string]int, error) { return map[string]int{"a": 1}, nil }))
	r.Get("/response", JSON(func(context.Context, struct{}) (*Response, error) { return Text(418, "tea"), nil }))
	r.Get("/error", JSON(func(context.Context, struct{}) (int, error) { return 0, Errorf(409, "taken") }))
	r.Get("/unencodable", JSON(func(context.Context, struct{}) (float64, error) { return math.NaN(), nil }))
	r.Get("/mistake", JSON(func(context.Context, struct {
		ID int `path:"id"`
	}) (int, error) {
		return 0, nil
	}))
	for path, want := range map[string]string{
		"/value": `200 {"a":1}`, "/response": `418 tea`, "/error": `409 {"detail":"taken","status":409,"title":"Conflict"}`,
		"/unencodable": `500 {"status":500,"title":"Internal Server Error"}`, "/mistake": `500 {"status":500,"title":"Internal Server Error"}`,
	} {
		w := do(&r, "GET", path)
		if got := strconv.Itoa(w.Code) + " " + w.Body.String(); got != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
}

func TestJSONPanicsOnTypesItCannotBind(t *testing.T) {
	for _, tt := range []struct {
		register func()
		want     string
	}{
		{func() { JSON[struct{}, int](nil) }, "the function is nil"},
		{func() {
			JSON(func(context.Context, struct {
				A map[string]int `query:"a"`
			}) (int, error) {
				return 0, nil
			})
		}, "cannot bind a map[string]int from a query parameter"},
		{func() {
			JSON(func(context.Context, struct {
				A int `query:"a" path:"a"`
			}) (int, error) {
				return 0, nil
			})
		}, "has both a path and a query tag"},
		{func() {
			JSON(func(context.Context, struct {
				A int `query:""`
			}) (int, error) {
				return 0, nil
			})
		}, "its query tag is empty"},
		{func() {
			JSON(func(context.Context, struct {
				User struct{} `body:"user"`
			}) (int, error) {
				return 0, nil
			})
		}, "User: has a body tag; fields of the body take a json tag"},
		{func() {
			JSON(func(context.Context, struct {
				a int `query:"a"`
			}) (int, error) {
				return 0, nil
			})
		}, "is not exported"},
		{func() {
			JSON(func(context.Context, struct {
				Filter struct {
					Limit int `query:"limit"`
				}
			}) (int, error) {
				return 0, nil
			})
		}, "Limit: its query tag has no effect here"},
		{func() {
			JSON(func(context.Context, struct {
				base `json:"base"`
				More *struct {
					Admin bool `header:"X-Admin"`
				}
			}) (int, error) {
				return 0, nil
			})
		}, "Admin: its header tag has no effect here"},
		{func() {
			JSON(func(context.Context, struct {
				ID int `path:"id"`
				time.Time
			}) (int, error) {
				return 0, nil
			})
		}, "ID: its path tag has no effect here"},
	} {
		if msg := panics(tt.register); !strings.HasPrefix(msg, "router: JSON: ") || !strings.Contains(msg, tt.want) {
			t.Errorf("got %s, want %s", msg, tt.want)
		}
	}
}
