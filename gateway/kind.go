package gateway

import (
	"fmt"
	"time"

	"github.com/lambdarest/lambdarest/internal/gwevent"
)

// A Kind is the service that a Gateway stands in for. It decides on the form of events and answers, on limits, and on
// what the service says by itself.
type Kind int

const (
	// REST is a REST API of API Gateway (AWS::ApiGateway::RestApi, AWS::Serverless::Api).
	REST Kind = iota
	// HTTP is an HTTP API of API Gateway (AWS::ApiGatewayV2::Api, AWS::Serverless::HttpApi), with payload format 2.0 but
	// for routes with [ProxyV1].
	HTTP
	// FunctionURL is a Lambda function URL. It has no routes but "$default".
	FunctionURL
	// ALB is an Application Load Balancer whose target group has multi-value headers off; no routes but "$default".
	ALB
	// ALBMultiValue is an Application Load Balancer whose target group has multi-value headers on.
	ALBMultiValue
)

// String returns the name of the constant.
func (k Kind) String() string {
	names := [...]string{"REST", "HTTP", "FunctionURL", "ALB", "ALBMultiValue"}
	if k < 0 || int(k) >= len(names) {
		return fmt.Sprintf("Kind(%d)", int(k))
	}
	return names[k]
}

// rules are what tells the services apart besides their answers. Sizes are in bytes.
type rules struct {
	source  gwevent.Source
	stage   string        // the one that there is without another
	timeout time.Duration // the longest that the service waits for a function
	body    int64         // the largest body of a request
	headers int           // the largest sum of header names and values
	routes  bool          // whether there are others than $default
}

func (k Kind) rules() rules {
	switch k {
	case HTTP:
		return rules{gwevent.HTTPAPI, "$default", 30 * time.Second, maxBody, maxHeaders, true}
	case FunctionURL:
		return rules{gwevent.FunctionURL, "$default", longestTimeout, maxEvent, 60 << 10, false}
	case ALB:
		return rules{gwevent.ALB, "", longestTimeout, 1 << 20, 60 << 10, false}
	case ALBMultiValue:
		return rules{gwevent.ALBMultiValue, "", longestTimeout, 1 << 20, 60 << 10, false}
	}
	return rules{gwevent.REST, "prod", 29 * time.Second, maxBody, maxHeaders, true}
}
