// Package lambdarest is the front door to a library for REST handlers behind AWS
// Lambda. It has no code; these are the packages:
//
//   - [github.com/lambdarest/lambdarest/router] sends requests to typed handlers,
//     whatever they come through: API Gateway (REST and HTTP APIs), function URLs,
//     load balancers or VPC Lattice. With it, router/routertest sends requests to your
//     handlers in tests.
//   - [github.com/lambdarest/lambdarest/dynamo] keeps typed items in a DynamoDB
//     table. With it, dynamo/dynamotest is DynamoDB inside a Go process, for tests
//     and laptops.
//   - [github.com/lambdarest/lambdarest/mapping] makes typed handlers for
//     non-proxy integrations. With it, mapping/vtl is API Gateway's language of
//     mapping templates, for tests and the local gateway.
//   - [github.com/lambdarest/lambdarest/warmup] answers scheduled pings before
//     anything else runs.
//   - [github.com/lambdarest/lambdarest/gateway] is API Gateway on localhost. It
//     runs handlers in its own process, or bootstrap binaries as they are deployed.
//
// Each works without the others. Their common currency is aws-lambda-go's
// lambda.Handler: router and mapping produce one, warmup wraps one, gateway calls
// one. The documentation of each says when to use something else, and what it costs.
//
// The command cmd/lambdarest runs a SAM template with all of it on localhost:
//
//	go get -tool github.com/lambdarest/lambdarest/cmd/lambdarest
//	go tool lambdarest start template.yaml
//
// The folder examples has functions to start from; examples/users is a whole system made of
// all packages. The folder docs says what moving from other libraries is like.
package lambdarest
