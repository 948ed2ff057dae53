// Package router sends the HTTP requests that reach a Lambda function to typed
// handlers, whatever service they come through.
//
//	r := router.New(router.Log(slog.Default()), router.Recover())
//	r.Get("/users/{id}", router.JSON(func(ctx context.Context, in struct{ ID int `path:"id"` }) (User, error) {
//		return users.Get(ctx, dynamo.KeyOf(in.ID))
//	}))
//	r.Handle("/{proxy+}", fallback)
//	lambda.Start(r)
//
// # Sources
//
// [Router.Invoke] tells from the event whether it comes from an API Gateway REST
// API, an HTTP API with either payload format, a function URL, an Application Load
// Balancer or VPC Lattice, and answers in the form that this service expects. Events of
// anything else are an error ([ErrNotHTTP]) and reach no handler.
//
// The services differ in what they decode, join and lower-case. Handlers do not see that: paths
// and queries are decoded exactly once, %2F never separates segments, cookies come from
// wherever the service puts them, and the stage and the base path of a custom domain are not
// part of the path. The rules and where they come from are in the comments of the code that
// applies them, gateway.go and payload.go.
//
// # Routing
//
// A pattern is a method and a path: "GET /users/{id}". {name} stands for one
// segment, {name+} for the rest of the path, as in API Gateway. A pattern without
// a method takes any. Literals are preferred to variables and these to the greedy
// variable, segment by segment, whatever the order of registration. A path whose
// pattern lacks the method does not hide a more general one that has it; only if
// no pattern has it the answer is 405. HEAD goes to GET's route and is answered
// without a body. OPTIONS is answered with Allow where no route takes it. There are
// no redirects; a slash at the end of a path makes no difference.
//
// # Streaming
//
// [Stream] and [StreamFunc] make answers that are sent while they are read or written.
// Start the function with lambda.Start(r.Stream) for them to be sent so, behind a function
// URL or a REST API that streams.
//
// # Errors
//
// Handlers return errors. An [Error] says how it is answered; [MapError] says it
// for the errors of other packages; anything else is a 500 of which the client
// learns nothing. Answers to errors are problem documents (RFC 9457).
//
// # When not to use it
//
// Behind mapping templates there is no HTTP request to route: that is package mapping.
// An API whose OpenAPI document must come from its code needs something else, as this router
// writes none. A program that is a net/http handler already can stay one: [FromHTTP] takes
// it whole, and docs/moving-router.md moves it route by route.
//
// # Cost
//
// Most of the cost of an HTTP request to a Lambda function is the JSON around it.
// Invoke makes one pass over the event, which validates it and notes where things
// are; what no handler asks for is never decoded. So a REST event becomes a text answer several
// times as fast as aws-lambda-go decodes the event and encodes an answer without any router,
// with 7 allocations; a small JSON body and answer take 14. Finding the route allocates nothing.
// A stripped binary grows by 0.3 MB, and no package that it links has tables to fill at start. "Figures" in
// the repository's README has the ratios, and the commands to measure them.
//
// The package's README has a table of its features beside those of others, with the test
// or example that shows each.
package router
