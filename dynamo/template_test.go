package dynamo

import (
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/require"
)

type team struct {
	PK   string `dynamodbav:"pk"             dynamo:"partition,template=ORG#{org}##TEAM#{no}#X"`
	SK   string `dynamodbav:"sk"             dynamo:"sort,template=PROFILE"`
	GSI  string `dynamodbav:"gsi,omitempty"  dynamo:"index=byLead,partition,template=LEAD#{lead}"`
	Org  string `dynamodbav:"org"`
	No   uint16 `dynamodbav:"no"`
	Lead string `dynamodbav:"lead"`
}

func TestTemplates(t *testing.T) {
	r := repo[team](t, &fake{})
	for _, tc := range []struct {
		in      team
		pk, gsi string
		err     string
	}{
		{team{Org: "acme", No: 7}, "ORG#acme##TEAM#7#X", "", ""},
		{team{Org: "acme", No: 0, Lead: "kim"}, "ORG#acme##TEAM#0#X", "LEAD#kim", ""},
		{team{Org: "a#b", Lead: "a#b"}, "ORG#a#b##TEAM#0#X", "LEAD#a#b", ""},
		{team{PK: "stale", Org: "b"}, "ORG#b##TEAM#0#X", "", ""},
		{team{Org: ""}, "", "", `field PK: attribute "org", which the key is made of, is empty`},
		{team{Org: "a##TEAM#1"}, "", "", "field PK: the value of an attribute has text in it that separates it from the next one in the template (attributes org, no)"},
		{team{Org: "a#"}, "ORG#a###TEAM#0#X", "", ""},
	} {
		e, err := r.store.encodeItem(reflect.ValueOf(&tc.in).Elem(), false, nil)
		m := e.item
		if tc.err != "" {
			require.ErrorContains(t, err, tc.err)
			require.NotContains(t, err.Error(), "a#")
			continue
		}
		require.NoError(t, err)
		require.Equal(t, avS(tc.pk), m["pk"])
		require.Equal(t, avS("PROFILE"), m["sk"])
		if tc.gsi == "" {
			require.NotContains(t, m, "gsi", "kept out of the index")
		} else {
			require.Equal(t, avS(tc.gsi), m["gsi"])
		}
	}
}

// Two items never have one key: whatever is accepted can be read back.
func TestTemplatesKeepItemsApart(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	type pair struct {
		K    string `dynamo:"partition,template={A}#|{B}"`
		A, B string
	}
	text := func() string {
		b := make([]byte, rnd.IntN(5))
		for i := range b {
			b[i] = "#|a"[rnd.IntN(3)]
		}
		return string(b)
	}
	r, seen, refused := repo[pair](t, &fake{}), map[string]pair{}, 0
	for range 20_000 {
		p := pair{A: text(), B: text()}
		if _, err := r.store.encodeItem(reflect.ValueOf(&p).Elem(), false, nil); err != nil {
			refused++
			continue
		}
		if before, ok := seen[p.K]; ok {
			require.Equal(t, before, p)
		}
		seen[p.K] = p
	}
	require.Greater(t, len(seen), 500)
	require.Greater(t, refused, 500)
}

func TestTemplatesAreCheckedWhenRead(t *testing.T) {
	stored := item{"pk": avS("ORG#acme##TEAM#7#X"), "sk": avS("PROFILE"), "gsi": avS("LEAD#kim"), "org": avS("acme"), "no": avN("7"), "lead": avS("kim")}
	with := func(name string, v item) item {
		out := item{}
		for k, av := range stored {
			out[k] = av
		}
		for k, av := range v {
			if out[k] = av; av == nil {
				delete(out, k)
			}
		}
		return out
	}
	var answer item
	f := &fake{get: func(*dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
		return &dynamodb.GetItemOutput{Item: answer}, nil
	}}
	r := repo[team](t, f, Backoff(0, 0))
	full := team{PK: "ORG#acme##TEAM#7#X", SK: "PROFILE", GSI: "LEAD#kim", Org: "acme", No: 7, Lead: "kim"}
	for _, tc := range []struct {
		name string
		item item
		want team
		err  string
	}{
		{"as written", stored, full, ""},
		{"parts not read", with("", item{"org": nil, "no": nil, "lead": nil}), full, ""},
		{"not in the index", with("", item{"gsi": nil, "lead": nil}), team{PK: full.PK, SK: full.SK, Org: "acme", No: 7}, ""},
		{"another value", with("", item{"org": avS("other")}), team{}, `attributes "pk" and "org" contradict each other`},
		{"another form", with("", item{"gsi": avS("kim")}), team{}, `attribute "gsi" does not fit its template`},
		{"empty part", with("", item{"gsi": avS("LEAD#"), "lead": nil}), team{}, `attribute "gsi" does not fit its template`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			answer = tc.item
			got, err := r.Get(t.Context(), KeyOf("ORG#acme##TEAM#7#X", "PROFILE"))
			if tc.err != "" {
				require.ErrorIs(t, err, ErrCorruptResponse)
				require.ErrorContains(t, err, tc.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tc.want, got)
		})
	}
	for _, key := range []string{"ORG#acme##TEAM#07#X", "ORG#acme##TEAM#x#X", "ORG#acme##TEAM#99999#X"} {
		answer = item{"pk": avS(key), "sk": avS("PROFILE")}
		_, err := r.Get(t.Context(), KeyOf(key, "PROFILE"))
		require.ErrorIs(t, err, ErrCorruptResponse)
	}
}

func FuzzTemplate(f *testing.F) {
	f.Add("USER#{A}", "kim", 1)
	f.Add("ORG#{A}#N#{N}#END", "a#b", -7)
	f.Add("{N}:{A}", "::", 0)
	f.Add("{A}{{N}", "x", 1)
	type it struct {
		K string
		A string
		N int
	}
	f.Fuzz(func(t *testing.T, text, a string, n int) {
		s := &schema{}
		k := &field{attr: "K", path: "K", index: []int{0}, typ: reflect.TypeFor[string]()}
		if s.addTemplate(k, text) != nil {
			return
		}
		s.partition = &keyAttr{name: "K", field: "K"}
		s.keys = []*keyAttr{s.partition}
		s.fields = []*field{k, {attr: "A", path: "A", index: []int{1}, typ: k.typ}, {attr: "N", path: "N", index: []int{2}, typ: reflect.TypeFor[int]()}}
		if s.bindTemplates() != nil {
			return
		}
		v := it{A: a, N: n}
		if s.fill(reflect.ValueOf(&v).Elem(), true) != nil {
			return
		}
		read := it{K: v.K}
		if err := s.unfill(reflect.ValueOf(&read).Elem()); err != nil {
			t.Fatalf("%q of %q and %d: %v", text, a, n, err)
		}
		values := s.templates[0].split(v.K)
		for i, name := range s.templates[0].names {
			want := map[string]string{"A": a, "N": strconv.Itoa(n)}[name]
			if values[i] != want {
				t.Fatalf("%q gives %q for %s, which was %q", v.K, values[i], name, want)
			}
		}
	})
}
