// Package integration is API Gateway's non-proxy integration without the network: the choice of mapping templates, what
// they render, the check of the event that they make, and what of the function's result or error the client gets. The
// local gateway runs on it, and tests of an API can use it directly.
//
//	i, err := integration.Compile(integration.Templates{
//		Request:   map[string]string{"application/json": `{"id": "$input.params('id')"}`},
//		Responses: []integration.Response{{Status: 200}, {Pattern: `\[404\].*`, Status: 404}},
//	})
//	call, err := i.Call(integration.Request{Input: vtl.Input{Path: map[string]string{"id": "7"}}})
//	event, err := call.Event()                                  // what the function gets: {"id": "7"}
//	answer, err := call.Failure("[404] no such user", payload)  // what the client gets: 404
//
// The rules are those of AWS's guide, section "Data transformations for REST APIs", where nothing else is said. Not verified
// on AWS: that selection patterns must match the whole text; which media type of Accept goes first, and which template
// where none fits; what a Base64 response that is none gives; the messages of status 500.
//
// A function does not need this package.
package integration
