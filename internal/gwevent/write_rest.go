package gwevent

// write writes the event with an authorizer's findings in JSON, or nil.
func (e *restEvent) write(authorizer []byte) []byte {
	w := newWriter(e.size())
	w.member(`"resource":`, e.Resource)
	w.member(`,"path":`, e.Path)
	w.member(`,"httpMethod":`, e.HTTPMethod)
	w.pairs(`,"headers":`, pairs(e.Headers), asLast)
	w.pairs(`,"multiValueHeaders":`, pairs(e.MultiValueHeaders), asList)
	w.pairs(`,"queryStringParameters":`, pairs(e.QueryStringParameters), asLast)
	w.pairs(`,"multiValueQueryStringParameters":`, pairs(e.MultiValueQueryStringParameters), asList)
	w.strings(`,"pathParameters":`, e.PathParameters)
	w.strings(`,"stageVariables":`, e.StageVariables)
	w.raw(`,"requestContext":`)
	e.RequestContext.write(w, authorizer)
	w.memberOrNull(`,"body":`, e.Body)
	w.boolean(`,"isBase64Encoded":`, e.IsBase64Encoded)
	return w.end()
}

// restFixed is how much of an event is the same in all of them, and a little more.
const restFixed = 850

// size is how long the event is, but for escapes and what an authorizer has found.
func (e *restEvent) size() int {
	c := &e.RequestContext
	return restFixed + len(c.Identity.SourceIP) + bodyLength(c.Identity.UserAgent) + 2*pairs(e.MultiValueHeaders).size() + 2*pairs(e.MultiValueQueryStringParameters).size() +
		len(e.Resource) + len(c.ResourcePath) + len(e.Path) + len(c.Path) + 2*len(e.HTTPMethod) +
		len(c.DomainName) + len(c.DomainPrefix) + len(c.Stage) + len(c.APIID) + len(c.AccountID) +
		sizeOf(e.PathParameters) + sizeOf(e.StageVariables) + bodyLength(e.Body)
}

// bodyLength is how long a text is with some escapes.
func bodyLength(text *string) int {
	if text == nil {
		return 0
	}
	return len(*text) + len(*text)/8
}

func (c *restContext) write(w *writer, authorizer []byte) {
	w.raw("{")
	w.member(`"resourceId":`, c.ResourceID)
	w.authorizer(authorizer)
	w.member(`,"resourcePath":`, c.ResourcePath)
	w.member(`,"httpMethod":`, c.HTTPMethod)
	w.member(`,"extendedRequestId":`, c.ExtendedRequestID)
	w.time(`,"requestTime":`, c.RequestTime)
	w.member(`,"path":`, c.Path)
	w.member(`,"accountId":`, c.AccountID)
	w.member(`,"protocol":`, c.Protocol)
	w.member(`,"stage":`, c.Stage)
	w.member(`,"domainPrefix":`, c.DomainPrefix)
	w.number(`,"requestTimeEpoch":`, c.RequestTimeEpoch)
	w.member(`,"requestId":`, c.RequestID)
	w.raw(`,"identity":`)
	c.Identity.write(w)
	w.member(`,"domainName":`, c.DomainName)
	w.member(`,"deploymentId":`, c.DeploymentID)
	w.member(`,"apiId":`, c.APIID)
	w.raw("}")
}

func (id *restIdentity) write(w *writer) {
	w.raw("{")
	w.memberOrNull(`"cognitoIdentityPoolId":`, id.CognitoIdentityPoolID)
	w.memberOrNull(`,"accountId":`, id.AccountID)
	w.memberOrNull(`,"cognitoIdentityId":`, id.CognitoIdentityID)
	w.memberOrNull(`,"caller":`, id.Caller)
	w.optional(`,"apiKey":`, id.APIKey)
	w.optional(`,"apiKeyId":`, id.APIKeyID)
	w.member(`,"sourceIp":`, id.SourceIP)
	w.memberOrNull(`,"principalOrgId":`, id.PrincipalOrgID)
	w.memberOrNull(`,"accessKey":`, id.AccessKey)
	w.memberOrNull(`,"cognitoAuthenticationType":`, id.CognitoAuthenticationType)
	w.memberOrNull(`,"cognitoAuthenticationProvider":`, id.CognitoAuthenticationProvider)
	w.memberOrNull(`,"userArn":`, id.UserArn)
	w.memberOrNull(`,"userAgent":`, id.UserAgent)
	w.memberOrNull(`,"user":`, id.User)
	w.raw("}")
}
