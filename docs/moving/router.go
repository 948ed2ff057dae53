package moving

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"github.com/lambdarest/lambdarest/router"
)

// noteID and newNote say what requests have.
type noteID struct {
	ID int `path:"id"`
}

type newNote struct {
	ID   int    `path:"id"` // the body cannot set it
	Text string `json:"text"`
}

// withRouter is the API with this library. lambda.Start takes what it returns.
func withRouter(notes *notes) *router.Router {
	r := router.New(router.Recover(), router.MapError(errNoNote, http.StatusNotFound))
	r.Get("/notes/{id}", router.JSON(func(_ context.Context, in noteID) (Note, error) {
		return notes.get(in.ID)
	}))
	r.Put("/notes/{id}", router.JSON(func(_ context.Context, in newNote) (Note, error) {
		notes.put(Note(in))
		return Note(in), nil
	}))
	return r
}

// oneByOne has the first route moved; the others still go to chi.
func oneByOne(notes *notes, old *chi.Mux) *router.Router {
	r := router.New(router.MapError(errNoNote, http.StatusNotFound))
	r.Get("/notes/{id}", router.JSON(func(_ context.Context, in noteID) (Note, error) {
		return notes.get(in.ID)
	}))
	r.Handle("/{proxy+}", router.FromHTTP(old)) // what no other route takes, as it was
	return r
}
