package bind

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// document is a source that has a body alone.
type document []byte

func (d document) Body() ([]byte, error) { return d, nil }

func (document) Values(*Param) ([]string, error) { return nil, nil }

type address struct {
	City string   `json:"city"`
	Tags []string `json:"tags"`
}

type base struct {
	Name string `json:"name"`
	ID   int    `json:"id"`
}

// A tag that is not served would leave its field to the body.
func TestTagsThatAreNotServed(t *testing.T) {
	type in struct {
		Stage string `stage:"table"`
	}
	if _, err := New(reflect.TypeFor[in](), "path", "query"); err == nil || !strings.Contains(err.Error(), "in.Stage: its stage tag has no effect here") {
		t.Errorf("got %v", err)
	}
	if _, err := New(reflect.TypeFor[in](), "stage"); err != nil {
		t.Error(err)
	}
}

// The body plan decodes what encoding/json decodes.
func FuzzJSONBody(f *testing.F) {
	for _, s := range []string{`{"name":"a","id":1}`, `{"NAME":"a","age":-0}`, `{"address":{"city":"x","tags":[null]}}`, `{"age":1.0}`, `{"any":[1e400]}`, `{"raw":nul}`, `{"data":"AQ=="}`, `{"name":null,"name":"x"}`, `[]`, `{"Score":1}`, "{\"name\":\"\xff\"}"} {
		f.Add([]byte(s))
	}
	type in struct {
		base
		Age     int             `json:"age"`
		Address *address        `json:"address"`
		Any     any             `json:"any"`
		Raw     json.RawMessage `json:"raw"`
		Data    []byte          `json:"data"`
		Score   float32
		On      bool
		U       uint16
	}
	plan, err := New(reflect.TypeFor[in]())
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got, want in
		faults, err := plan.Bind(document(body), reflect.ValueOf(&got).Elem(), false)
		if err != nil {
			t.Fatal(err)
		}
		err = json.Unmarshal(body, &want)
		if string(body) == "null" || strings.TrimSpace(string(body)) == "null" {
			return // accepted by encoding/json, not by us
		}
		if (len(faults) > 0) != (err != nil) {
			t.Fatalf("%q: %v, encoding/json: %v", body, faults, err)
		}
		if err == nil && !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, encoding/json: %+v", body, got, want)
		}
	})
}
