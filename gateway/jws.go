package gateway

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha512" // for RS384 and RS512; sha256 is in use
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
)

// Tokens and their signatures (RFC 7515, 7517, 7519), as far as API Gateway takes them: three parts in Base64, signed
// with RSA by a key that the header names. Other algorithms, none and HMAC above all, are refused where keys are given.

// A KeySet holds the public keys of an issuer, by their ids. It is safe for concurrent use.
type KeySet struct{ keys map[string]*rsa.PublicKey }

// ParseKeySet reads a JSON Web Key Set, as an issuer has it at its jwks_uri. Keys other than RSA keys for signatures
// are left out; it is an error if none is left.
func ParseKeySet(jwks []byte) (*KeySet, error) {
	var doc struct {
		Keys []struct{ Kty, Kid, Use, N, E string }
	}
	if err := json.Unmarshal(jwks, &doc); err != nil {
		return nil, fmt.Errorf("gateway: key set: %w", err)
	}
	set := &KeySet{keys: make(map[string]*rsa.PublicKey)}
	for i, k := range doc.Keys {
		if k.Kty != "RSA" || k.Use == "enc" {
			continue
		}
		key, err := rsaKey(k.N, k.E)
		if err != nil {
			return nil, fmt.Errorf("gateway: key set: key %d (%q): %w", i, k.Kid, err)
		}
		set.keys[k.Kid] = key
	}
	if len(set.keys) == 0 {
		return nil, errors.New("gateway: key set: no RSA key for signatures")
	}
	return set, nil
}

func rsaKey(n, e string) (*rsa.PublicKey, error) {
	modulus, err := base64.RawURLEncoding.DecodeString(n)
	if err != nil {
		return nil, fmt.Errorf("modulus: %w", err)
	}
	exponent, err := base64.RawURLEncoding.DecodeString(e)
	if err != nil {
		return nil, fmt.Errorf("exponent: %w", err)
	}
	key := &rsa.PublicKey{N: new(big.Int).SetBytes(modulus)}
	if exp := new(big.Int).SetBytes(exponent); exp.IsInt64() && exp.Int64() < 1<<31 {
		key.E = int(exp.Int64())
	}
	if key.N.BitLen() < 1024 || key.N.BitLen() > 8192 || key.E < 3 {
		return nil, errors.New("not a modulus of 1024 to 8192 bits and an exponent")
	}
	return key, nil
}

// token is a JWT that has been parsed, not verified.
type token struct {
	algorithm, keyID string
	claims           claims
	signed           string // the part that the signature is about
	signature        []byte
}

// parseToken splits a token.
func parseToken(text string) (*token, refusal) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return nil, "the token does not have three parts"
	}
	var header struct {
		Alg, Kid string
		Crit     json.RawMessage
	}
	t := &token{signed: parts[0] + "." + parts[1]}
	if decodePart(parts[0], &header) != nil {
		return nil, "the header of the token cannot be read"
	}
	if decodePart(parts[1], &t.claims) != nil || t.claims == nil {
		return nil, "the claims of the token cannot be read"
	}
	if header.Crit != nil { // which RFC 7515, 4.1.11, forbids to ignore
		return nil, "the token needs an extension"
	}
	t.algorithm, t.keyID = header.Alg, header.Kid
	var err error
	if t.signature, err = base64.RawURLEncoding.DecodeString(parts[2]); err != nil {
		return nil, "the signature of the token cannot be read"
	}
	return t, ""
}

func decodePart(part string, v any) error {
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// verify checks the signature.
func (s *KeySet) verify(t *token) refusal {
	hash, ok := map[string]crypto.Hash{"RS256": crypto.SHA256, "RS384": crypto.SHA384, "RS512": crypto.SHA512}[t.algorithm]
	if !ok {
		return "the token is not signed with RS256, RS384 or RS512"
	}
	key := s.keys[t.keyID]
	if key == nil || t.keyID == "" {
		return "no key of the issuer has the id that the token names"
	}
	sum := hash.New()
	sum.Write([]byte(t.signed))
	if rsa.VerifyPKCS1v15(key, hash, sum.Sum(nil), t.signature) != nil {
		return "the signature of the token is wrong"
	}
	return ""
}
