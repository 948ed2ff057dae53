package router

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// newPlan returns the plan that says how a request becomes a value of one type.
func newPlan(t reflect.Type) (*bind.Plan, error) {
	return bind.New(t, "path", "query", "header", "cookie")
}

// bindRequest fills v from the request. All faults are reported together.
func bindRequest(p *bind.Plan, req *Request, v reflect.Value) error {
	faults, err := p.Bind((*boundRequest)(req), v, req.bind.RejectUnknownFields)
	if err != nil {
		return err
	}
	if req.bind.RejectUnknownQuery {
		faults = append(faults, unknownQuery(p, req)...)
	}
	return faultError(faults)
}

// unknownQuery returns a fault for each parameter of the query, in their order by
// name, that no field is bound from.
func unknownQuery(p *bind.Plan, req *Request) (faults []bind.Fault) {
	for _, name := range slices.Sorted(maps.Keys(req.Query())) {
		known := slices.ContainsFunc(p.Params, func(param bind.Param) bool { return param.In == "query" && param.Name == name })
		if !known && len(faults) < bind.MaxFaults {
			faults = append(faults, bind.Fault{Parameter: bind.Clip(name), In: "query", Detail: bind.Unknown})
		}
	}
	return faults
}

// boundRequest is a request as a source of values.
type boundRequest Request

// Body returns the decoded body.
func (r *boundRequest) Body() ([]byte, error) { return (*Request)(r).Body() }

// Values returns the parameter's values: none if it is absent, one unless the
// field takes several.
func (r *boundRequest) Values(p *bind.Param) ([]string, error) {
	req := (*Request)(r)
	switch p.In {
	case "path":
		if req.route == nil || !req.route.pattern.has(p.Name) {
			return nil, fmt.Errorf("router: JSON: pattern %q has no variable %q", req.Route(), p.Name)
		}
		return []string{req.PathValue(p.Name)}, nil
	case "query":
		if values := req.Query()[p.Name]; p.Multi || len(values) < 2 {
			return values, nil
		}
		return req.Query()[p.Name][:1], nil
	case "header":
		if p.Multi {
			return req.Headers()[http.CanonicalHeaderKey(p.Name)], nil
		}
		if v := req.Header(p.Name); v != "" {
			return []string{v}, nil
		}
	case "cookie":
		if v, ok := req.Cookie(p.Name); ok {
			return []string{v}, nil
		}
	}
	return nil, nil
}

// faultError returns a 400 that lists the faults, nil if there are none.
func faultError(faults []bind.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	return &Error{
		Status: http.StatusBadRequest, Detail: bind.Summary(faults),
		Extra: map[string]any{"errors": slices.Clip(faults)},
	}
}
