package gwevent

func (e *v2Event) write() ([]byte, error) {
	w := newWriter(pairs(e.Headers), bodyLength(e.Body))
	w.member("version", e.Version)
	w.member("routeKey", e.RouteKey)
	w.member("rawPath", e.RawPath)
	w.member("rawQueryString", e.RawQueryString)
	if len(e.Cookies) > 0 {
		w.name("cookies")
		w.list(e.Cookies)
	}
	w.pairs("headers", pairs(e.Headers), w.joined)
	if len(e.QueryStringParameters) > 0 {
		w.pairs("queryStringParameters", pairs(e.QueryStringParameters), w.joined)
	}
	w.name("requestContext")
	if err := e.RequestContext.write(w); err != nil {
		return nil, err
	}
	w.optional("body", e.Body)
	if len(e.PathParameters) > 0 {
		w.strings("pathParameters", e.PathParameters)
	}
	if len(e.StageVariables) > 0 {
		w.strings("stageVariables", e.StageVariables)
	}
	w.boolean("isBase64Encoded", e.IsBase64Encoded)
	return w.end(), nil
}

func (c *v2Context) write(w *writer) error {
	w.raw("{")
	w.member("accountId", c.AccountID)
	w.member("apiId", c.APIID)
	if err := w.authorizer(c.Authorizer); err != nil {
		return err
	}
	w.member("domainName", c.DomainName)
	w.member("domainPrefix", c.DomainPrefix)
	w.name("http")
	w.raw("{")
	w.member("method", c.HTTP.Method)
	w.member("path", c.HTTP.Path)
	w.member("protocol", c.HTTP.Protocol)
	w.member("sourceIp", c.HTTP.SourceIP)
	w.member("userAgent", c.HTTP.UserAgent)
	w.raw("}")
	w.member("requestId", c.RequestID)
	w.member("routeKey", c.RouteKey)
	w.member("stage", c.Stage)
	w.member("time", c.Time)
	w.number("timeEpoch", c.TimeEpoch)
	w.raw("}")
	return nil
}
