package router

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A CORSConfig says which web pages may call the API from a browser.
type CORSConfig struct {
	// Origins are the origins of the pages, such as "https://app.example.com",
	// compared exactly, or "*" alone for any page.
	Origins []string
	// Methods that pages may use. Default: those that the routes of the path have.
	Methods []string
	// Headers that pages may send. Default: those that they ask for.
	Headers []string
	// ExposeHeaders are the headers of answers that pages may read.
	ExposeHeaders []string
	// Credentials lets pages send cookies. It can't go with the origin "*".
	Credentials bool
	// MaxAge is how long browsers may keep the answer to a preflight. It is sent
	// in whole seconds; default: not at all, and browsers take 5 seconds.
	MaxAge time.Duration
}

// CORS answers preflight requests and adds the CORS headers to every other
// answer, errors and 404s included, according to the Fetch standard. An origin
// that is not allowed gets the ordinary answer without the headers, which makes
// the browser keep it from the page.
//
// CORS panics on a configuration that would not work or not be safe: no origins,
// one that no browser sends, or Credentials together with "*".
func CORS(cfg CORSConfig) Middleware {
	if err := cfg.check(); err != nil {
		panic("router: CORS: " + err.Error())
	}
	return func(next Handler) Handler {
		return func(ctx context.Context, req *Request) (*Response, error) {
			origin := req.Header("Origin")
			allowed := cfg.allows(origin)
			if wanted := req.Header("Access-Control-Request-Method"); wanted != "" && origin != "" && req.Method() == http.MethodOptions {
				return cfg.preflight(req, origin, wanted, allowed), nil
			}
			resp, err := next(ctx, req)
			if resp == nil {
				resp = &Response{Status: http.StatusOK}
			}
			resp = resp.clone()
			resp.add("Vary", "Origin")
			if allowed {
				cfg.allow(resp, origin)
				resp.setList("Access-Control-Expose-Headers", cfg.ExposeHeaders)
			}
			return resp, err
		}
	}
}

func (c *CORSConfig) check() error {
	if len(c.Origins) == 0 {
		return fmt.Errorf("no origins")
	}
	for _, o := range c.Origins {
		if o == "*" {
			if c.Credentials || len(c.Origins) > 1 {
				return fmt.Errorf(`the origin "*" goes neither with credentials nor with other origins`)
			}
			continue
		}
		if !isOrigin(o) {
			return fmt.Errorf(`origin %q is not of the form "https://host[:port]", in lower case and without the default port`, o)
		}
	}
	return nil
}

// isOrigin reports whether s is an origin as browsers send it (RFC 6454, section 6.2).
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.Scheme+"://"+u.Host != s || s != strings.ToLower(s) || strings.ContainsFunc(s, func(r rune) bool { return r == '*' || r > '~' }) {
		return false
	}
	port := u.Port()
	return !strings.HasSuffix(u.Host, ":") && !(u.Scheme == "https" && port == "443") && !(u.Scheme == "http" && port == "80")
}

func (c *CORSConfig) allows(origin string) bool {
	return origin != "" && (c.Origins[0] == "*" || slices.Contains(c.Origins, origin))
}

// allow names the allowed origin.
func (c *CORSConfig) allow(resp *Response, origin string) {
	if c.Origins[0] == "*" {
		origin = "*"
	}
	resp.set("Access-Control-Allow-Origin", origin)
	if c.Credentials {
		resp.set("Access-Control-Allow-Credentials", "true")
	}
}

// preflight answers a preflight request for a method.
func (c *CORSConfig) preflight(req *Request, origin, method string, allowed bool) *Response {
	resp := NoContent()
	for _, field := range []string{"Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers"} {
		resp.add("Vary", field)
	}
	if !allowed {
		return resp
	}
	c.allow(resp, origin)
	methods, headers := c.Methods, c.Headers
	if methods == nil {
		methods = preflightMethods(req, method)
	}
	if headers == nil {
		headers = headerNames(req.Header("Access-Control-Request-Headers"))
	}
	resp.setList("Access-Control-Allow-Methods", methods)
	resp.setList("Access-Control-Allow-Headers", headers)
	if c.MaxAge > 0 {
		resp.set("Access-Control-Max-Age", strconv.Itoa(int(c.MaxAge/time.Second)))
	}
	return resp
}

// preflightMethods returns the methods that the routes of the request's path
// have; for routes that take any method, the one that is asked for.
func preflightMethods(req *Request, wanted string) []string {
	methods := req.methods()
	if slices.Contains(methods, "") {
		methods = slices.DeleteFunc(methods, func(m string) bool { return m == "" })
		if isMethod(wanted) && !slices.Contains(methods, wanted) {
			methods = append(methods, wanted)
		}
	}
	slices.Sort(methods)
	return methods
}

// headerNames splits a list of header names, dropping what is not one. It looks
// at the first 100, because the list is the client's.
func headerNames(s string) (names []string) {
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); isToken(name) && len(names) < 100 {
			names = append(names, name)
		}
	}
	return names
}
