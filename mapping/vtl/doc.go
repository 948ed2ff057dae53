// Package vtl renders the mapping templates of API Gateway: the Velocity Template Language with $input, $util, $context
// and $stageVariables, for unit tests of templates and for a gateway on one's own machine. A function does not need it.
//
//	t, err := vtl.Parse("get.vtl", `{"id": "$input.params('id')", "body": $input.json('$')}`)
//	out, err := t.Render(vtl.Input{Path: map[string]string{"id": "7"}, Body: body})
//
// AWS does not publish what it runs. Everything recorded fits Apache Velocity 1.7 where an invalid reference renders as
// nothing, calls of #macro, #evaluate, #include, #parse and #return print as they are written, and JSON goes through
// Jayway JsonPath 2.0 and json-smart in its permissive mode. This package follows those, byte for byte, oddities
// included: the white space that directives swallow, `#if('x')` being false, maps that print {a=b}, `7-3` being an
// error.
//
// # Not verified on AWS
//
// The following is what that model does, and has not been seen on AWS itself:
//
//   - $util.escapeJavaScript: "/" to "\/", and everything beyond ASCII to \uXXXX
//   - $input.json of a JSON null: `""`
//   - JSONPath: negative indexes are out of range, and length() is a property like any other
//   - $input.params compares the names of headers as they are written
//   - #break, and the order of keys in $input.params(), $context and $stageVariables: see [Order]
//   - Double.toString prints the digits of Java 19 and later
//   - everything about #literal
//
// # What differs
//
// In regular expressions, which otherwise are Java's, \X, \N{name}, \p{InBlock} and the flags U and c are an error.
// String.format knows the common conversions. An array prints "[Ljava.lang.String;@0". What keySet(), values(), entrySet()
// and subList returned does not notice later changes of the map or list.
//
// # When not to use it
//
// A function does not link it, and AppSync's templates are another dialect: their $ctx and $util.dynamodb are
// not here. Where a template is tested as part of an API, mapping/mappingtest is shorter.
//
// # Cost
//
// The console's passthrough template, parsed before, renders a request of 1 KB in some microseconds and with 32
// allocations. A [Template] is safe for concurrent use; parse it once.
//
// # Limits
//
// A template has at most [MaxTemplateBytes] and nests [MaxNesting] deep. A rendering has at most [MaxOutputBytes] of output
// and [MaxSteps] of work, and goes through [MaxIterations] of one loop; values nest 500 deep, JSON 400, numbers have 10,000
// digits. [Template.RenderContext] ends with its context as well. A template reaches nothing but the values that it is given: methods are dispatched by hand, no Go value is
// inspected, and no value is ever parsed as a template.
package vtl
