// Package mapping makes typed Lambda handlers for API Gateway's non-proxy
// integration, where mapping templates stand between the HTTP request and the
// function: the function gets the JSON that the request template makes, and its
// result or error becomes a response by way of the response templates.
//
//	h := mapping.New(func(ctx context.Context, in mapping.Passthrough[User]) (User, error) {
//		…
//	})
//	h = mapping.MapError(h, dynamo.ErrNotFound, 404)
//	lambda.Start(mapping.Log(h, slog.Default()))
//
// # Errors
//
// Such a function has one way to say that something went wrong: it returns an
// error, and API Gateway compares the error's text with the selection pattern of
// each response of the integration. The errors of this package have a text that is
// made for that: one line of JSON with the status first, as in
//
//	{"status":404,"title":"Not Found","detail":"no user 7","requestId":"8f5b…"}
//
// [SelectionPattern] gives the pattern that matches all texts of one status and no
// others, whatever the detail contains. The text is at the same time the response's
// body: the response template is
//
//	$input.path('$.errorMessage')
//
// An integration needs a response for every status that the function can return,
// 400 and 500 included. The text of an error that comes from Lambda and not from the
// handler (a timeout, a process that ended) is no JSON; give it a response with
// [UnhandledPattern], for an error that no pattern matches is answered with the
// default response, which usually is a 200.
//
// A handler's mistakes never end the process: what [New] returns recovers panics
// and checks the size of the response.
//
// # When not to use it
//
// Behind proxy integrations, HTTP APIs, function URLs and load balancers there are no mapping templates: a function gets
// the request itself, and package router is for it. New APIs do well without templates, unless the request
// must be shaped or refused before it costs an invocation, or the function must not know of HTTP.
//
// # Cost
//
// The function pays for encoding/json and for one look at its own event; together with router and warmup
// a stripped binary grows by a third of a megabyte. No template engine is linked: templates run in API
// Gateway, and in tests and the local gateway by mapping/vtl.
package mapping
