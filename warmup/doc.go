// Package warmup answers the pings that keep a Lambda function warm, before
// anything else of the function runs.
//
// A schedule that invokes a function every few minutes keeps an execution
// environment alive. Such a ping must not reach business code: it has no path, no
// body and no caller, and a typed handler would decode it into a zero request.
// [Wrap] looks at the raw event, answers a ping itself and hands everything else
// on as the very bytes that came in:
//
//	lambda.Start(warmup.Wrap(handler, warmup.Config{}))
//
// A ping can do more than that: run [Primer] functions, so that the first request
// does not wait for certificates, credentials and connections, and keep more than
// one instance warm ([Fanout]). docs/warmup.md in the repository says when that is
// worth its price, and when provisioned concurrency is.
//
// # What is a ping
//
// [Shape] lists what warmers send; the zero [Config] knows [DefaultShapes]. Names
// and values are compared exactly: "Warmer" and "warmer":"true" are something else.
// An event is also handed on if it is not a single valid JSON value, has a key of
// the top level twice or more than 64 keys there, or has a key there that tells of a
// caller's request, a batch of records or an authorizer ("httpMethod",
// "requestContext", "rawPath", "headers", "body", "Records", "methodArn" and so on),
// whichever comes first. What stands in a body, a header or a query is never looked
// at, so nobody can make a ping out of an HTTP request.
//
// One way stays open: where a mapping template makes the client's body the whole
// event (a non-proxy integration with $input.json('$')), a client that sends
// {"warmer":true} gets the answer to a ping. Config.Strict and Config.Token close it.
//
// # When not to use it
//
// Where no client waits, as behind queues and schedules, a cold start hurts nobody. Where every request counts,
// provisioned concurrency is the answer: pings keep few instances warm, and a burst of requests
// meets new ones all the same.
//
// # Cost
//
// An event that is no ping costs a four-hundredth of what decoding it costs, and allocates nothing: the look
// ends at the first key that no ping has. A ping every five minutes is 8,640 invocations of a few milliseconds
// a month. What a [Config] does not mention is not linked.
package warmup
