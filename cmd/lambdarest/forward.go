package main

import (
	"fmt"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// forward is the HTTP_PROXY integration with another server: the path of the URL is the one that is asked, whatever the
// client's.
func forward(target string) (http.Handler, error) {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("expected an http or https URL, got %q", target)
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			query := r.In.URL.RawQuery
			to := *u
			r.Out.URL, r.Out.Host = &to, ""
			if query != "" {
				r.Out.URL.RawQuery = query
			}
			r.SetXForwarded()
		},
	}, nil
}
