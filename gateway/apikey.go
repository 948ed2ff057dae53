package gateway

import (
	"errors"
	"fmt"
)

// APIKey is a key of a REST API's usage plan.
type APIKey struct {
	// Value is what clients send in X-Api-Key. It is never logged.
	Value string
	// ID appears in events.
	ID string
}

func indexKeys(keys []APIKey) (map[string]APIKey, error) {
	byValue := make(map[string]APIKey, len(keys))
	for i, key := range keys {
		if key.Value == "" {
			return nil, fmt.Errorf("gateway: API key %d has no value", i)
		}
		if _, twice := byValue[key.Value]; twice {
			return nil, errors.New("gateway: two API keys have the same value")
		}
		byValue[key.Value] = key
	}
	return byValue, nil
}

// checkAPIKey refuses a request without a key where the route requires one. A key that is sent though none is required
// does not count.
func (c *call) checkAPIKey() *failure {
	if !c.route.keyRequired {
		return nil
	}
	key, ok := c.g.keys[c.r.Header.Get("X-Api-Key")]
	if !ok {
		return &failure{reason: invalidAPIKey}
	}
	c.key = key
	return nil
}
