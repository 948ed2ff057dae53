package gateway

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// CORS is what an HTTP API or a function URL tells browsers by itself. It answers preflight requests, even those that
// an OPTIONS route would match, and replaces the CORS headers of functions.
//
// Sources: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html and the CORS section of
// https://docs.aws.amazon.com/lambda/latest/dg/urls-configuration.html.
type CORS struct {
	// AllowOrigins are origins, as "https://app.example.com", "https://*.example.com" or "*".
	AllowOrigins []string
	// AllowMethods, AllowHeaders and ExposeHeaders are names or "*".
	AllowMethods, AllowHeaders, ExposeHeaders []string
	// MaxAge is how long a browser may keep a preflight answer; zero leaves it out.
	MaxAge time.Duration
	// AllowCredentials lets browsers send cookies; not together with the origin "*".
	AllowCredentials bool
}

func (c *CORS) check() error {
	if c == nil {
		return nil
	}
	if c.AllowCredentials && slices.Contains(c.AllowOrigins, "*") {
		return errors.New(`gateway: CORS with credentials for the origin "*"`)
	}
	for _, origin := range c.AllowOrigins {
		if origin != "*" && !strings.Contains(origin, "://") {
			return fmt.Errorf("gateway: CORS: origin %q has no scheme", origin)
		}
	}
	return nil
}

// preflight answers a preflight request.
func (c *CORS) preflight(w http.ResponseWriter, r *http.Request) bool {
	if c == nil || r.Method != http.MethodOptions || r.Header.Get("Origin") == "" || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	if origin, ok := c.allowed(r.Header.Get("Origin")); ok {
		c.setOrigin(h, origin)
		setList(h, "Access-Control-Allow-Methods", c.AllowMethods)
		setList(h, "Access-Control-Allow-Headers", c.AllowHeaders)
		if c.MaxAge > 0 {
			h.Set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge.Seconds())))
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return true
}

// allowed returns the value of Access-Control-Allow-Origin for an origin. Only "*" allows the origin null.
func (c *CORS) allowed(origin string) (string, bool) {
	for _, pattern := range c.AllowOrigins {
		if pattern == "*" {
			return "*", true
		}
		if strings.EqualFold(pattern, origin) {
			return origin, true
		}
		before, after, isWild := strings.Cut(pattern, "*")
		if isWild && len(origin) > len(before)+len(after) && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after) {
			return origin, true
		}
	}
	return "", false
}

func (c *CORS) setOrigin(h http.Header, origin string) {
	h.Set("Access-Control-Allow-Origin", origin)
	if origin != "*" {
		h.Add("Vary", "Origin")
	}
	if c.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
}

func setList(h http.Header, name string, values []string) {
	if len(values) > 0 {
		h.Set(name, strings.Join(values, ","))
	}
}

// writer puts the headers for a request from a page into its answer.
func (c *CORS) writer(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	if c == nil {
		return w
	}
	return &corsWriter{ResponseWriter: w, cors: c, origin: r.Header.Get("Origin")}
}

type corsWriter struct {
	http.ResponseWriter
	cors   *CORS
	origin string
	begun  bool
}

func (w *corsWriter) WriteHeader(status int) {
	if !w.begun && status >= 200 {
		w.begun = true
		w.setHeaders()
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *corsWriter) setHeaders() {
	h := w.Header()
	for name := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			delete(h, name)
		}
	}
	origin, ok := w.cors.allowed(w.origin)
	if w.origin == "" || !ok {
		return
	}
	w.cors.setOrigin(h, origin)
	setList(h, "Access-Control-Expose-Headers", w.cors.ExposeHeaders)
}

func (w *corsWriter) Write(b []byte) (int, error) {
	if !w.begun {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *corsWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
