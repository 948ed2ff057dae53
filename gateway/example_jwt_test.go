package gateway_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http/httptest"

	"github.com/lambdarest/lambdarest/gateway"
)

// The keys are those of the issuer: its .well-known/jwks.json, kept in a file beside the tests.
func ExampleParseKeySet() {
	modulus := base64.RawURLEncoding.EncodeToString(bytes.Repeat([]byte{0xc5}, 256)) // of nobody's key
	keys, err := gateway.ParseKeySet([]byte(`{"keys":[{"kty":"RSA","use":"sig","kid":"k1","alg":"RS256","e":"AQAB","n":"` + modulus + `"}]}`))
	if err != nil {
		panic(err)
	}
	auth := &gateway.JWT{Issuers: []string{"https://issuer.example.com"}, Audience: []string{"app"}, Keys: keys}
	api, err := gateway.New(gateway.Config{Kind: gateway.HTTP}, gateway.Route{Path: "/hello", Integration: gateway.Proxy(hello{}), Authorizer: auth})
	if err != nil {
		panic(err)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, httptest.NewRequest("GET", "/hello", nil))
	fmt.Println(w.Code, w.Body)
	// Output: 401 {"message":"Unauthorized"}
}
