package gateway

import (
	"crypto/sha256"
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

// A keyHash stands for the value of a key: how long it takes to look one up says nothing of the values themselves.
type keyHash [sha256.Size]byte

func hashKey(value string) keyHash { return sha256.Sum256([]byte(value)) }

func indexKeys(keys []APIKey) (map[keyHash]APIKey, error) {
	byValue := make(map[keyHash]APIKey, len(keys))
	for i, key := range keys {
		if key.Value == "" {
			return nil, fmt.Errorf("gateway: API key %d has no value", i)
		}
		if _, twice := byValue[hashKey(key.Value)]; twice {
			return nil, errors.New("gateway: two API keys have the same value")
		}
		byValue[hashKey(key.Value)] = key
	}
	return byValue, nil
}

// checkAPIKey refuses a request without a key where the route requires one. A key that is sent though none is required
// does not count.
func (c *call) checkAPIKey() *failure {
	if !c.route.keyRequired {
		return nil
	}
	key, ok := c.g.keys[hashKey(c.r.Header.Get("X-Api-Key"))]
	if !ok {
		return &failure{reason: invalidAPIKey}
	}
	c.key = key
	return nil
}
