// Package gateway is API Gateway as an http.Handler, as a REST API or an HTTP API, or a function URL or a load balancer
// in its place ([Kind]): it chooses a route as API Gateway does, hands the request to a Lambda function in the form that
// API Gateway sends, and makes of the function's answer what API Gateway makes of it, mistakes included. A function is
// any lambda.Handler in this process, or an unmodified bootstrap binary behind a Runtime API server ([Function]).
//
//	api, err := gateway.New(gateway.Config{},
//		gateway.Route{Path: "/users", Integration: gateway.Proxy(handler)},
//		gateway.Route{Path: "/users/{id}", Integration: gateway.Proxy(handler)},
//	)
//	…
//	err = gateway.Serve(ctx, listener, api)
//
// The stage is no part of the URL on localhost unless Config.StageInURL says so; events carry it all the same. A Gateway
// opens no port; [Serve] answers on one, with limits and a Host check. It is meant for development and tests: in front
// of the internet it lacks throttling, it takes any signature of IAM for a good one, and without keys any token.
//
// [InvokeAPI] is the other way to functions: by name, as the AWS SDKs invoke them.
//
// # When not to use it
//
// In front of the internet, and for anything that AWS does before API Gateway: certificates, custom domains' DNS, WAF.
// To run a template without writing Go, "lambdarest start" is made of this package. For a test of one handler,
// router/routertest is shorter and needs no gateway.
//
// # Cost
//
// No function links it. In this process a request costs its event, its templates and the handler; through a bootstrap,
// two HTTP exchanges over loopback more. A process that serves takes about 32 MB under 50 clients, without the
// functions. An idle [Process] keeps the instances that its load has needed. "Figures" in the repository's README has
// how to measure.
package gateway
