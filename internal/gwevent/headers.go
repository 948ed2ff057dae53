package gwevent

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// forwarded returns the headers that reach the function: those of the client without the dropped ones, Host, and
// what the service adds. The address of the client is appended to its own X-Forwarded-For, so that only the last
// element can be trusted.
func (in *input) forwarded(dropped func(name string) bool) map[string][]string {
	header := make(map[string][]string, len(in.r.Header)+6)
	for name, values := range in.r.Header {
		if len(values) > 0 && !dropped(name) {
			header[name] = slices.Clone(values)
		}
	}
	header["Host"] = []string{in.host}
	header["X-Forwarded-For"] = []string{strings.Join(append(header["X-Forwarded-For"], in.SourceIP), ", ")}
	header["X-Forwarded-Port"] = []string{in.ForwardedPort}
	header["X-Forwarded-Proto"] = []string{in.ForwardedProto}
	if len(header["X-Amzn-Trace-Id"]) == 0 {
		header["X-Amzn-Trace-Id"] = []string{in.TraceID}
	}
	return header
}

// asWritten gives the headers the names that the client wrote, but for those that a REST API writes its own way, as
// recorded.
func (in *input) asWritten(header map[string][]string) map[string][]string {
	for name, written := range in.HeaderNames {
		switch name {
		case "Authorization", "Host", "User-Agent", "Via", "X-Amzn-Trace-Id", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto":
			continue
		}
		if values, ok := header[name]; ok && written != name && http.CanonicalHeaderKey(written) == name {
			delete(header, name)
			header[written] = values
		}
	}
	return header
}

// setLength sets Content-Length from the body: a request made by http.NewRequest has none, a chunked one neither.
func (in *input) setLength(header map[string][]string) {
	if len(in.body) > 0 {
		header["Content-Length"] = []string{strconv.Itoa(len(in.body))}
	}
}

// hopByHop reports whether a header concerns one connection only (RFC 9110, 7.6.1) and so ends at every service.
func hopByHop(name string) bool {
	switch http.CanonicalHeaderKey(name) {
	case "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect":
		return true
	}
	return false
}

// RemapHeaders renames the headers that a REST API does not let a function set to x-amzn-Remapped-…, as recorded, and
// removes Transfer-Encoding. It changes h.
func RemapHeaders(h http.Header) {
	for _, name := range []string{
		"Authorization", "Connection", "Content-Length", "Content-Md5", "Date", "Expect", "Host", "Max-Forwards",
		"Proxy-Authenticate", "Server", "Trailer", "Upgrade", "User-Agent", "Www-Authenticate",
	} {
		if values := h[name]; len(values) > 0 {
			delete(h, name)
			h["X-Amzn-Remapped-"+name] = values
		}
	}
	delete(h, "Transfer-Encoding")
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

// lowerKeys returns the headers with names in lower case; names that differ in case only are merged.
func lowerKeys(header map[string][]string) map[string][]string {
	lower := make(map[string][]string, len(header))
	for _, name := range slices.Sorted(maps.Keys(header)) {
		key := strings.ToLower(name)
		if values, merges := lower[key]; merges {
			lower[key] = append(values, header[name]...)
		} else {
			lower[key] = slices.Clip(header[name]) // so that an append leaves header alone
		}
	}
	return lower
}

func lastValues(multi map[string][]string) map[string]string {
	single := make(map[string]string, len(multi))
	for name, values := range multi {
		single[name] = values[len(values)-1]
	}
	return single
}

func joinValues(multi map[string][]string) map[string]string {
	single := make(map[string]string, len(multi))
	for name, values := range multi {
		single[name] = strings.Join(values, ",")
	}
	return single
}
