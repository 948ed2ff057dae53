package sam

import (
	"strconv"

	"github.com/lambdarest/lambdarest/gateway"
)

// readMapping reads the parameter mapping of an integration of an HTTP API: requestParameters, and responseParameters by
// status. Each mistake is reported at its own line.
func (r *Route) readMapping(v value) {
	for key, item := range v.get("requestParameters").all() {
		text := item.text()
		if err := (gateway.ParameterMapping{Request: map[string]string{key: text}}).Check(); err != nil {
			item.fail("%v", err)
			continue
		}
		if r.Mapping.Request == nil {
			r.Mapping.Request = make(map[string]string)
		}
		r.Mapping.Request[key] = text
	}
	for code, changes := range v.get("responseParameters").all() {
		status, err := strconv.Atoi(code)
		if err != nil {
			changes.fail("expected a status from 200 to 599, got %q", code)
			continue
		}
		for key, item := range changes.all() {
			r.readResponseMapping(status, key, item)
		}
	}
}

func (r *Route) readResponseMapping(status int, key string, item value) {
	text := item.text()
	if err := (gateway.ParameterMapping{Response: map[int]map[string]string{status: {key: text}}}).Check(); err != nil {
		item.fail("%v", err)
		return
	}
	if r.Mapping.Response == nil {
		r.Mapping.Response = make(map[int]map[string]string)
	}
	if r.Mapping.Response[status] == nil {
		r.Mapping.Response[status] = make(map[string]string)
	}
	r.Mapping.Response[status][key] = text
}

// IsMapped reports whether the route has a parameter mapping.
func (r *Route) IsMapped() bool { return len(r.Mapping.Request) > 0 || len(r.Mapping.Response) > 0 }
