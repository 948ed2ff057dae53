package main

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// consolePath is where the console is, on the first API. A resource of an API that begins with it is hidden by it, but
// for -console=false.
const consolePath = "/_lambdarest/"

//go:embed console
var consoleFiles embed.FS

// console serves the console in front of next. It answers no page of another origin, and its own page may load nothing
// but its own files.
func (s *system) console(next http.Handler) http.Handler {
	files, err := fs.Sub(consoleFiles, "console")
	if err != nil {
		panic(err) // cannot happen: the folder is embedded
	}
	mux := http.NewServeMux()
	mux.Handle("GET "+consolePath, http.StripPrefix(consolePath, http.FileServerFS(files)))
	mux.HandleFunc("GET "+consolePath+"api/routes", s.consoleRoutes)
	mux.HandleFunc("GET "+consolePath+"api/requests", s.consoleRequests)
	mux.HandleFunc("GET "+consolePath+"api/requests/{number}", s.consoleRequest)
	mux.HandleFunc("POST "+consolePath+"api/replay", s.consoleReplay)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, consolePath) && r.URL.Path+"/" != consolePath {
			next.ServeHTTP(w, r)
			return
		}
		if !isSameOrigin(r) {
			http.Error(w, "the console answers its own pages only", http.StatusForbidden)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		mux.ServeHTTP(w, r)
	})
}

// isSameOrigin refuses what a page of another origin makes a browser send. The check of the host has been made before.
func isSameOrigin(r *http.Request) bool {
	if origin := r.Header.Get("Origin"); origin != "" && origin != "http://"+r.Host {
		return false
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none": // none: the user has typed the address
		return true
	}
	return false
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(data) // an error means that the client is gone
}

func (s *system) consoleRoutes(w http.ResponseWriter, _ *http.Request) {
	d := s.use()
	defer d.users.Done()
	writeJSON(w, http.StatusOK, append(d.infos(), s.consoleInfo(d)))
}

// summary is a line of the console's list.
type summary struct {
	Number   int     `json:"number"`
	API      string  `json:"api"`
	Method   string  `json:"method"`
	Target   string  `json:"target"`
	Status   int     `json:"status"`
	MS       float64 `json:"ms"`
	Function string  `json:"function"`
}

func (r *record) summary() summary {
	e := &r.exchange
	target := e.Path
	if e.Query != "" {
		target += "?" + e.Query
	}
	return summary{r.number, r.api, e.Method, target, e.Status, inMS(e.Duration), r.function}
}

func (s *system) consoleRequests(w http.ResponseWriter, r *http.Request) {
	after, _ := strconv.Atoi(r.FormValue("after")) // 0 for nonsense
	records, last := s.history.after(after)
	list := []summary{}
	for _, rec := range records {
		list = append(list, rec.summary())
	}
	d := s.use()
	defer d.users.Done()
	writeJSON(w, http.StatusOK, map[string]any{"requests": list, "last": last, "deployment": d.number})
}

// detail is all that the console shows of a request. Bodies that are not text are shown with U+FFFD.
type detail struct {
	summary
	Time          string      `json:"time"`
	Route         string      `json:"route"`
	RequestID     string      `json:"requestId"`
	Headers       [][2]string `json:"headers"`
	Body          string      `json:"body"`
	Event         string      `json:"event"`
	Rendered      bool        `json:"rendered"` // by a mapping template
	Result        string      `json:"result"`
	AnswerHeaders [][2]string `json:"answerHeaders"`
	Answer        string      `json:"answer"`
	Error         string      `json:"error"`
	InvocationID  string      `json:"invocationId"`
	Cold          bool        `json:"cold"`
	InitMS        float64     `json:"initMs"`
	FunctionMS    float64     `json:"functionMs"`
	MemoryMB      int         `json:"memoryMB"`
	MaxMemoryMB   int         `json:"maxMemoryMB"`
	Log           string      `json:"log"`
}

func (s *system) consoleRequest(w http.ResponseWriter, r *http.Request) {
	number, _ := strconv.Atoi(r.PathValue("number"))
	rec := s.history.record(number)
	if rec == nil {
		writeJSON(w, http.StatusNotFound, map[string]string{"error": "no such request, or no longer"})
		return
	}
	e, i := &rec.exchange, &rec.invocation
	d := detail{
		summary: rec.summary(), Time: e.Time.Format(time.RFC3339), Route: e.Route, RequestID: e.RequestID,
		Headers: headerPairs(e.Header), Body: textOf(e.Body), Event: textOf(e.Event), Rendered: s.isRendered(rec), Result: textOf(e.Result),
		AnswerHeaders: headerPairs(e.AnswerHeader), Answer: textOf(e.Answer), InvocationID: e.InvocationID,
		Cold: i.Cold, InitMS: inMS(i.Init), FunctionMS: inMS(i.Duration), MemoryMB: i.MemoryMB, MaxMemoryMB: i.MaxMemoryMB, Log: i.Log(),
	}
	if e.Err != nil {
		d.Error = e.Err.Error()
	}
	writeJSON(w, http.StatusOK, d)
}

// isRendered reports whether the event of a request was made by a mapping template.
func (s *system) isRendered(rec *record) bool {
	d := s.use()
	defer d.users.Done()
	for _, served := range d.apis {
		for _, r := range served.api.Routes {
			if served.api.ID == rec.api && r.Method+" "+r.Path == rec.exchange.Route {
				return len(r.Templates.Request) > 0
			}
		}
	}
	return false
}

func headerPairs(h http.Header) [][2]string {
	pairs := [][2]string{}
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	return pairs
}

func textOf(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// maxReplay is the largest request that the console takes, in bytes.
const maxReplay = 12 << 20

// consoleReplay sends a request to one of the gateways and answers with the number of its record.
func (s *system) consoleReplay(w http.ResponseWriter, r *http.Request) {
	var in struct {
		API, Method, Target, Body string
		Headers                   [][2]string
	}
	if kind := r.Header.Get("Content-Type"); kind != "application/json" { // which a form cannot send
		writeJSON(w, http.StatusUnsupportedMediaType, map[string]string{"error": "expected application/json"})
		return
	}
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxReplay)).Decode(&in)
	d := s.use()
	defer d.users.Done()
	h, url := s.called(d, in.API)
	if err == nil && h == nil {
		err = fmt.Errorf("no API %q", in.API)
	}
	var req *http.Request
	if err == nil {
		req, err = replayed(url, in.Method, in.Target, in.Body, in.Headers)
	}
	if err != nil {
		writeJSON(w, http.StatusBadRequest, map[string]string{"error": err.Error()})
		return
	}
	answer := &discarded{header: http.Header{}}
	serveReplay(h, answer, req.WithContext(r.Context()))
	id := answer.header.Get("X-Amzn-Requestid") + answer.header.Get("Apigw-Requestid")
	writeJSON(w, http.StatusOK, map[string]int{"number": s.history.numberOf(id)})
}

// called is the API of that name, nil where there is none, and its URL.
func (s *system) called(d *deployment, name string) (h http.Handler, url string) {
	if name == lambdaName {
		return d.lambda, s.lambda.url()
	}
	i := slices.IndexFunc(d.apis, func(a *servedAPI) bool { return a.api.ID == name })
	if i < 0 {
		return nil, ""
	}
	return d.apis[i].gateway, d.apis[i].url
}

// serveReplay serves a request whose answer may break off: net/http would end the connection, which is the console's here.
func serveReplay(h http.Handler, w http.ResponseWriter, r *http.Request) {
	defer func() {
		if v := recover(); v != nil && v != http.ErrAbortHandler {
			panic(v)
		}
	}()
	h.ServeHTTP(w, r)
}

func replayed(url, method, target, body string, headers [][2]string) (*http.Request, error) {
	if !strings.HasPrefix(target, "/") {
		return nil, fmt.Errorf("path %q does not start with a slash", target)
	}
	req, err := http.NewRequest(strings.ToUpper(method), url+target, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil, err
	}
	for _, h := range headers {
		if !gwevent.ValidName(h[0]) {
			return nil, fmt.Errorf("%q is not a header name", h[0])
		}
		req.Header.Add(h[0], h[1])
	}
	req.RemoteAddr = "127.0.0.1:0"
	return req, nil
}

// discarded is the answer to a replay: the history has it.
type discarded struct{ header http.Header }

func (d *discarded) Header() http.Header         { return d.header }
func (d *discarded) Write(b []byte) (int, error) { return len(b), nil }
func (d *discarded) WriteHeader(int)             {}
