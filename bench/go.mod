module github.com/lambdarest/lambdarest/bench

go 1.26

replace github.com/lambdarest/lambdarest => ../

require (
	github.com/aws/aws-lambda-go v1.55.1
	github.com/awslabs/aws-lambda-go-api-proxy v0.16.2
	github.com/go-chi/chi/v5 v5.5.0
	github.com/lambdarest/lambdarest v0.0.0-00010101000000-000000000000
)

require github.com/julienschmidt/httprouter v1.3.0
