// Command apiproxychi is a function with chi behind aws-lambda-go-api-proxy.
package main

import (
	"io"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
	chiadapter "github.com/awslabs/aws-lambda-go-api-proxy/chi"
	"github.com/go-chi/chi/v5"
)

func main() {
	r := chi.NewRouter()
	r.Get("/hello", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "hello") })
	lambda.Start(chiadapter.New(r).ProxyWithContext)
}
