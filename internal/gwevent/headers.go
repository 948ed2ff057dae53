package gwevent

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// forwarded returns the headers that reach the function: those of the client without the dropped ones, Host, and
// what the service adds. The address of the client is appended to its own X-Forwarded-For, so that only the last
// element can be trusted.
func (in *input) forwarded(dropped func(name string) bool) pairs {
	own := [...]string{in.host, in.TraceID, in.SourceIP, in.ForwardedPort, in.ForwardedProto}
	trace := own[1:2:2]
	header := append(pairs(in.few[:0]), pair{"Host", own[0:1:1]})
	for name, values := range in.r.Header {
		switch {
		case len(values) == 0 || dropped(name):
		case name == "Host" || name == "X-Forwarded-Port" || name == "X-Forwarded-Proto":
		case name == "X-Forwarded-For":
			own[2] = strings.Join(values, ", ") + ", " + in.SourceIP
		case name == "X-Amzn-Trace-Id":
			trace = values
		default:
			header = append(header, pair{name, values})
		}
	}
	return sortPairs(append(header, // in the order in which they mostly stand already
		pair{"X-Amzn-Trace-Id", trace}, pair{"X-Forwarded-For", own[2:3:3]},
		pair{"X-Forwarded-Port", own[3:4:4]}, pair{"X-Forwarded-Proto", own[4:5:5]}))
}

// asWritten gives the headers the names that the client wrote, but for those that a REST API writes its own way, as
// recorded.
func (in *input) asWritten(header pairs) pairs {
	if len(in.HeaderNames) == 0 {
		return header
	}
	renamed := make(pairs, 0, len(header))
	for i, p := range header {
		written := in.HeaderNames[p.name]
		switch p.name {
		case "Authorization", "Host", "User-Agent", "Via", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto":
			continue
		}
		if written != "" && written != p.name && http.CanonicalHeaderKey(written) == p.name {
			renamed = append(renamed, pair{written, p.values})
			header[i].values = nil
		}
	}
	if len(renamed) == 0 {
		return header
	}
	kept := slices.DeleteFunc(header, func(p pair) bool { return p.values == nil })
	return sortPairs(append(kept, renamed...))
}

// setLength sets Content-Length from the body: a request made by http.NewRequest has none, a chunked one neither. An HTTP
// API shows that of an empty body as well, as recorded.
func (in *input) setLength(header pairs) pairs {
	if len(in.body) == 0 && in.Source != HTTPAPI && in.Source != HTTPAPIv1 {
		return header
	}
	return header.set("Content-Length", strconv.Itoa(len(in.body)))
}

// HopByHop reports whether a header concerns one connection only (RFC 9110, 7.6.1) and so ends at every service.
func HopByHop(name string) bool { return isHopByHop(http.CanonicalHeaderKey(name)) }

func isHopByHop(canonical string) bool {
	switch canonical {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect":
		return true
	}
	return false
}

// RemapHeaders renames the headers that a REST API does not let a function set to x-amzn-Remapped-…, as recorded, and
// removes Transfer-Encoding. It changes h.
func RemapHeaders(h http.Header) {
	for name, values := range h { // a name that is added is none of these
		switch name {
		case "Authorization", "Connection", "Content-Length", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards",
			"Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "Www-Authenticate":
			delete(h, name)
			h["X-Amzn-Remapped-"+name] = values
		case "Transfer-Encoding":
			delete(h, name)
		}
	}
}

// splitCookies returns the name=value pairs of Cookie headers.
func splitCookies(headers []string) []string {
	var cookies []string
	for _, header := range headers {
		for pair := range strings.SplitSeq(header, ";") {
			if pair = strings.TrimSpace(pair); pair != "" {
				cookies = append(cookies, pair)
			}
		}
	}
	return cookies
}
