package gwevent

// write writes the event with an authorizer's findings in JSON, or nil.
func (e *v2Event) write(authorizer []byte) []byte {
	w := newWriter(e.size())
	w.member(`"version":`, e.Version)
	w.member(`,"routeKey":`, e.RouteKey)
	w.member(`,"rawPath":`, e.RawPath)
	w.member(`,"rawQueryString":`, e.RawQueryString)
	if len(e.Cookies) > 0 {
		w.raw(`,"cookies":`)
		w.list(e.Cookies)
	}
	w.pairs(`,"headers":`, pairs(e.Headers), asJoined)
	if len(e.QueryStringParameters) > 0 {
		w.pairs(`,"queryStringParameters":`, pairs(e.QueryStringParameters), asJoined)
	}
	w.raw(`,"requestContext":`)
	e.RequestContext.write(w, authorizer)
	w.optional(`,"body":`, e.Body)
	if len(e.PathParameters) > 0 {
		w.strings(`,"pathParameters":`, e.PathParameters)
	}
	if len(e.StageVariables) > 0 {
		w.strings(`,"stageVariables":`, e.StageVariables)
	}
	w.boolean(`,"isBase64Encoded":`, e.IsBase64Encoded)
	return w.end()
}

const v2Fixed = 440

// size is how long the event is, but for escapes and what an authorizer has found.
func (e *v2Event) size() int {
	c := &e.RequestContext
	n := v2Fixed + len(c.HTTP.SourceIP) + pairs(e.Headers).size() + pairs(e.QueryStringParameters).size() + len(e.RawPath) + len(e.RawQueryString) +
		2*len(e.RouteKey) + len(c.DomainName) + len(c.DomainPrefix) + len(c.Stage) + len(c.APIID) + len(c.AccountID) +
		len(c.HTTP.Path) + len(c.HTTP.UserAgent) + sizeOf(e.PathParameters) + sizeOf(e.StageVariables) + bodyLength(e.Body)
	for _, cookie := range e.Cookies {
		n += len(cookie) + len(`"",`)
	}
	return n
}

func (c *v2Context) write(w *writer, authorizer []byte) {
	w.raw("{")
	w.member(`"accountId":`, c.AccountID)
	w.member(`,"apiId":`, c.APIID)
	w.authorizer(authorizer)
	w.member(`,"domainName":`, c.DomainName)
	w.member(`,"domainPrefix":`, c.DomainPrefix)
	w.raw(`,"http":`)
	w.raw("{")
	w.member(`"method":`, c.HTTP.Method)
	w.member(`,"path":`, c.HTTP.Path)
	w.member(`,"protocol":`, c.HTTP.Protocol)
	w.member(`,"sourceIp":`, c.HTTP.SourceIP)
	w.member(`,"userAgent":`, c.HTTP.UserAgent)
	w.raw("}")
	w.member(`,"requestId":`, c.RequestID)
	w.member(`,"routeKey":`, c.RouteKey)
	w.member(`,"stage":`, c.Stage)
	w.time(`,"time":`, c.Time)
	w.number(`,"timeEpoch":`, c.TimeEpoch)
	w.raw("}")
}
