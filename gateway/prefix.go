package gateway

import (
	"net/url"
	"strings"
)

// The path in a URL, the one in an event and the one that routes are held against differ. As observed on AWS:
//
//	                        URL                    event                  route
//	own domain              /prod/users            /users                 /users
//	mapping /pay + stage    /pay/users             /pay/users             /users
//	mapping / + stage       /users                 /users                 /users
//	mapping /pay, no stage  /pay/prod/users        /pay/prod/users        /users
//	mapping /, no stage     /prod/users            /prod/users            /users
//
// The own domain without StageInURL is the usual one on localhost: /users, /users, /users.

// stripPrefix removes the base path and the stage from the path; false where the path is outside of them. All slashes
// in front count as one.
func (c *call) stripPrefix() bool {
	cfg := &c.g.cfg
	prefix := strings.TrimRight(cfg.BasePath, "/")
	if cfg.StageInURL {
		prefix += "/" + cfg.Stage
	}
	if prefix == "" {
		return true
	}
	path := "/" + strings.TrimLeft(c.r.URL.EscapedPath(), "/")
	rest, ok := strings.CutPrefix(path, prefix)
	if !ok || rest != "" && rest[0] != '/' {
		return false
	}
	if rest == "" {
		rest = "/"
	}
	decoded, err := url.PathUnescape(rest)
	if err != nil {
		return false // cannot happen: EscapedPath escapes validly
	}
	c.prefix = prefix
	stripped := *c.r.URL
	stripped.Path, stripped.RawPath = decoded, rest
	c.ownRequest()
	c.r.URL = &stripped
	return true
}

// eventPrefix is what the event's path has in front of the route's. A REST API's own domain shows the stage in
// requestContext.path only, where gwevent puts it.
func (c *call) eventPrefix() string {
	if c.g.cfg.BasePath == "" {
		return ""
	}
	if c.prefix == "" {
		return "/"
	}
	return c.prefix
}
