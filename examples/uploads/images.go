package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/dynamo"
	"github.com/lambdarest/lambdarest/router"
)

// An Image is an item of the table.
type Image struct {
	Name string `dynamodbav:"name" dynamo:"partition"`
	Type string `dynamodbav:"type"`
	Data []byte `dynamodbav:"data"`
}

// maxImage is the size in bytes up to which an image fits into an item: 400 KB with the
// names and values of its other attributes.
const maxImage = 390 << 10

// newRouter returns the API. The log may be nil.
func newRouter(images *dynamo.Repository[Image], log *slog.Logger) *router.Router {
	r := router.New(
		router.Log(log),
		router.MapError(dynamo.ErrNotFound, http.StatusNotFound),
		router.Recover(),
		router.Timeout(time.Second), // a 504 and a line in the log before Lambda ends the process
	)
	r.Put("/images/{name}", put(images), router.BodyLimit(maxImage))
	r.Get("/images/{name}", get(images), router.ETag()) // a browser that has it gets an empty 304
	return r
}

// put stores the body as it was sent: the router undoes what the service has done to it.
func put(images *dynamo.Repository[Image]) router.Handler {
	return func(ctx context.Context, req *router.Request) (*router.Response, error) {
		data, err := req.Body()
		if err != nil {
			return nil, err
		}
		kind := http.DetectContentType(data) // what the client says it is, others would have to believe
		if !strings.HasPrefix(kind, "image/") {
			return nil, router.Errorf(http.StatusUnsupportedMediaType, "the body must be an image")
		}
		return router.NoContent(), images.Put(ctx, Image{Name: req.PathValue("name"), Type: kind, Data: data})
	}
}

func get(images *dynamo.Repository[Image]) router.Handler {
	return func(ctx context.Context, req *router.Request) (*router.Response, error) {
		image, err := images.Get(ctx, dynamo.KeyOf(req.PathValue("name")))
		if err != nil {
			return nil, err
		}
		header := http.Header{"Content-Type": {image.Type}, "X-Content-Type-Options": {"nosniff"}}
		return &router.Response{Status: http.StatusOK, Header: header, Body: image.Data}, nil
	}
}
