package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
)

// envVars are variables of functions from a file, as sam local has it: by logical id or name of the function, and
// "Parameters" for all. As there, a function's own win.
//
//	{"Parameters": {"LEVEL": "debug"}, "UsersFunction": {"TABLE": "users"}}
type envVars map[string]map[string]string

// allFunctions is the name that stands for all functions.
const allFunctions = "Parameters"

// String and Set make it a flag.
func (e *envVars) String() string { return "" }

func (e *envVars) Set(name string) error {
	data, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	var read map[string]map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&read); err != nil {
		return fmt.Errorf("%s: expected an object of functions, each an object of variables: %w", name, err)
	}
	*e = make(envVars)
	for function, variables := range read {
		(*e)[function] = make(map[string]string)
		for key, value := range variables {
			switch value.(type) {
			case string, json.Number, bool:
				(*e)[function][key] = fmt.Sprint(value)
			default:
				return fmt.Errorf("%s: %s of %s: expected a string", name, key, function)
			}
		}
	}
	return nil
}

// of are the variables of a function; the later of the maps win.
func (e envVars) of(fn *sam.Function) []map[string]string {
	return []map[string]string{e[allFunctions], e[fn.Name], e[fn.ID]}
}

// check refuses variables of functions that the template does not have.
func (e envVars) check(app *sam.App) error {
	for name := range e {
		if name != allFunctions && app.Function(name) == nil {
			return fmt.Errorf("-env-vars: the template has no function %q", name)
		}
	}
	return nil
}
