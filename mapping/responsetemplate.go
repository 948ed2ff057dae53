package mapping

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/lambdarest/lambdarest/internal/bind"
)

// ResponseTemplateFor returns a response template that writes the fields of T, and no others, of a function's result:
//
//	type summary struct {
//		ID    int    `json:"id"`
//		Lines []struct {
//			SKU string `json:"sku"`
//		} `json:"lines"`
//	}
//
// What it renders is strict JSON whatever the result is. A missing string is "", a missing list [], anything else that is
// missing null. A function of [New] that returns just what the client may see needs no template.
//
// API Gateway ends a #foreach after 1,000 elements, without a word: of longer lists of objects the rest is not written.
// Lists of other elements are not looped over. T is a struct or a slice of structs, and no type within itself.
//
// Not verified on AWS: that null in the result counts as missing.
func ResponseTemplateFor[T any]() (string, error) {
	text, err := responseTemplate(reflect.TypeFor[T]())
	if err != nil {
		return "", fmt.Errorf("mapping: ResponseTemplateFor: %w", err)
	}
	return text, nil
}

func responseTemplate(t reflect.Type) (string, error) {
	var w responseWriter
	if err := w.value(t, "$", nil); err != nil {
		return "", err
	}
	return w.String() + "\n", nil
}

// responseWriter writes a response template: objects and loops for structs and lists of them, and what $input.json makes
// of anything else.
type responseWriter struct {
	strings.Builder
	loops  int
	indent string
}

// value writes the value at a JSONPath, whose indexes are variables: $.lines[$i0].sku.
func (w *responseWriter) value(t reflect.Type, path string, around []reflect.Type) error {
	elem := t
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	if slices.Contains(around, elem) {
		return fmt.Errorf("%v is within itself", elem)
	}
	fields := bind.Fields(elem)
	switch {
	case len(fields) > 0 && t != elem:
		fmt.Fprintf(w, `#if($input.json("%s") == '""')null#{else}`, path)
		err := w.object(fields, path, append(slices.Clip(around), elem))
		w.WriteString("#end")
		return err
	case len(fields) > 0:
		return w.object(fields, path, append(slices.Clip(around), elem))
	case isList(elem):
		return w.list(elem.Elem(), path, around)
	case t.Kind() == reflect.String:
		fmt.Fprintf(w, `$input.json("%s")`, path)
	default:
		fmt.Fprintf(w, `#set($value = $input.json("%s"))#if($value == '""')%s#{else}$value#end`, path, nothing(elem))
	}
	return nil
}

// isList reports whether a type is a list of structs, which is looped over.
func isList(t reflect.Type) bool {
	if t.Kind() != reflect.Slice && t.Kind() != reflect.Array {
		return false
	}
	elem := t.Elem()
	for elem.Kind() == reflect.Pointer {
		elem = elem.Elem()
	}
	return len(bind.Fields(elem)) > 0 || isList(elem)
}

func nothing(t reflect.Type) string {
	if (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && t.Elem().Kind() != reflect.Uint8 {
		return "[]"
	}
	return "null"
}

func (w *responseWriter) object(fields []bind.Field, path string, around []reflect.Type) error {
	w.open("{")
	for i, f := range fields {
		if err := checkName("response", f.Name); err != nil {
			return err
		}
		if i > 0 {
			w.WriteString(",\n")
		}
		w.WriteString(w.indent + `"` + f.Name + `": `)
		if err := w.value(f.Type, path+step(f.Name), around); err != nil {
			return err
		}
	}
	w.close("}")
	return nil
}

func (w *responseWriter) list(elem reflect.Type, path string, around []reflect.Type) error {
	i := fmt.Sprintf("$i%d", w.loops)
	w.loops++
	w.open("[")
	fmt.Fprintf(w, "#foreach($item in $input.path(\"%s\"))#set(%s = $foreach.index)\n%s", path, i, w.indent)
	if err := w.value(elem, path+"["+i+"]", around); err != nil {
		return err
	}
	w.WriteString("#if($foreach.hasNext),#end\n\n#end")
	w.close("]")
	return nil
}

func (w *responseWriter) open(bracket string) {
	w.WriteString(bracket + "\n")
	w.indent += "  "
}

func (w *responseWriter) close(bracket string) {
	w.indent = w.indent[2:]
	w.WriteString("\n" + w.indent + bracket)
}

func plainStep() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_]\w*$`) }

func step(name string) string {
	if plainStep().MatchString(name) {
		return "." + name
	}
	return "['" + name + "']"
}
