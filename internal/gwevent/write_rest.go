package gwevent

func (e *restEvent) write() ([]byte, error) {
	w := newWriter(pairs(e.MultiValueHeaders), bodyLength(e.Body))
	w.member("resource", e.Resource)
	w.member("path", e.Path)
	w.member("httpMethod", e.HTTPMethod)
	w.pairs("headers", pairs(e.Headers), w.last)
	w.pairs("multiValueHeaders", pairs(e.MultiValueHeaders), w.list)
	w.pairs("queryStringParameters", pairs(e.QueryStringParameters), w.last)
	w.pairs("multiValueQueryStringParameters", pairs(e.MultiValueQueryStringParameters), w.list)
	w.strings("pathParameters", e.PathParameters)
	w.strings("stageVariables", e.StageVariables)
	w.name("requestContext")
	if err := e.RequestContext.write(w); err != nil {
		return nil, err
	}
	w.memberOrNull("body", e.Body)
	w.boolean("isBase64Encoded", e.IsBase64Encoded)
	return w.end(), nil
}

func bodyLength(body *string) int {
	if body == nil {
		return 0
	}
	return len(*body) + len(*body)/8 // and some escapes
}

func (c *restContext) write(w *writer) error {
	w.raw("{")
	w.member("resourceId", c.ResourceID)
	if err := w.authorizer(c.Authorizer); err != nil {
		return err
	}
	w.member("resourcePath", c.ResourcePath)
	w.member("httpMethod", c.HTTPMethod)
	w.member("extendedRequestId", c.ExtendedRequestID)
	w.member("requestTime", c.RequestTime)
	w.member("path", c.Path)
	w.member("accountId", c.AccountID)
	w.member("protocol", c.Protocol)
	w.member("stage", c.Stage)
	w.member("domainPrefix", c.DomainPrefix)
	w.number("requestTimeEpoch", c.RequestTimeEpoch)
	w.member("requestId", c.RequestID)
	w.name("identity")
	c.Identity.write(w)
	w.member("domainName", c.DomainName)
	w.member("deploymentId", c.DeploymentID)
	w.member("apiId", c.APIID)
	w.raw("}")
	return nil
}

func (id *restIdentity) write(w *writer) {
	w.raw("{")
	w.memberOrNull("cognitoIdentityPoolId", id.CognitoIdentityPoolID)
	w.memberOrNull("accountId", id.AccountID)
	w.memberOrNull("cognitoIdentityId", id.CognitoIdentityID)
	w.memberOrNull("caller", id.Caller)
	w.optional("apiKey", id.APIKey)
	w.optional("apiKeyId", id.APIKeyID)
	w.member("sourceIp", id.SourceIP)
	w.memberOrNull("principalOrgId", id.PrincipalOrgID)
	w.memberOrNull("accessKey", id.AccessKey)
	w.memberOrNull("cognitoAuthenticationType", id.CognitoAuthenticationType)
	w.memberOrNull("cognitoAuthenticationProvider", id.CognitoAuthenticationProvider)
	w.memberOrNull("userArn", id.UserArn)
	w.memberOrNull("userAgent", id.UserAgent)
	w.memberOrNull("user", id.User)
	w.raw("}")
}
