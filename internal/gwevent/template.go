package gwevent

import (
	"bytes"
	"encoding/json"
	"net/http"
)

// TemplateData is what a mapping template of a REST API can read of a request besides its body.
type TemplateData struct {
	// Query and Header hold the last value of each name, as the maps of the proxy event do.
	Query, Header map[string]string
	// Context is $context: strings, int64, nil and maps of them, as in the proxy event's requestContext.
	Context map[string]any
}

// ForTemplate returns the data of the request. It does not read the body; opt.Source is taken to be REST.
func ForTemplate(r *http.Request, opt Options) (TemplateData, error) {
	opt.Source = REST
	in := newInput(r, opt, nil)
	encoded, err := json.Marshal(in.restContext(opt.Resource))
	if err != nil {
		return TemplateData{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(encoded))
	dec.UseNumber()
	var context map[string]any
	if err := dec.Decode(&context); err != nil {
		return TemplateData{}, err
	}
	return TemplateData{
		Query:   parseQuery(r.URL.RawQuery, formDecode).last(),
		Header:  in.asWritten(in.forwarded(restDropped)).last(),
		Context: withIntegers(context).(map[string]any),
	}, nil
}

// withIntegers replaces the numbers in place: by int64 where they fit, else by float64.
func withIntegers(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			v[key] = withIntegers(value)
		}
	case []any:
		for i, value := range v {
			v[i] = withIntegers(value)
		}
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	}
	return v
}
