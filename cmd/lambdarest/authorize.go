package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/lambdarest/lambdarest/cmd/lambdarest/internal/sam"
	"github.com/lambdarest/lambdarest/gateway"
)

// authorizations are the gateway's for a template's authorizers, each made once: routes that share one share its cache.
type authorizations struct {
	s    *system
	d    *deployment
	made map[*sam.Authorizer]gateway.Authorization
}

// of returns the gateway's authorizer; nil for nil.
func (as *authorizations) of(ctx context.Context, a *sam.Authorizer) (gateway.Authorization, error) {
	if made, ok := as.made[a]; ok || a == nil {
		return made, nil
	}
	var made gateway.Authorization
	switch {
	case a.IAM:
		made = gateway.IAM{}
		as.s.warnOnce("AWS_IAM: signatures must be there but are not verified; any access key passes")
	case len(a.Issuers) > 0:
		j, err := as.s.jwt(ctx, a)
		if err != nil {
			return nil, fmt.Errorf("authorizer %s: %w", a.Name, err)
		}
		made = j
	default:
		made = &gateway.Authorizer{
			Handler: as.d.functions[a.Function.ID].Process, Token: a.Token, Simple: a.Simple, PayloadV1: a.PayloadV1,
			Identity: a.Identity, Validation: a.Validation, TTL: a.TTL,
		}
	}
	as.made[a] = made
	return made, nil
}

// jwt is a JWT authorizer with what the flags say of its issuer and its keys.
func (s *system) jwt(ctx context.Context, a *sam.Authorizer) (*gateway.JWT, error) {
	j := &gateway.JWT{Issuers: a.Issuers, Audience: a.Audience, Source: a.Source, Validation: a.Validation}
	if issuer, ok := s.flags.issuers[a.Name]; ok {
		j.Issuers = []string{issuer}
	}
	location, ok := s.flags.jwks[a.Name]
	if !ok {
		s.warnOnce("authorizer %s: claims of tokens are checked, signatures are not; -jwks %s=FILE or URL gives the keys of %s",
			a.Name, a.Name, strings.Join(j.Issuers, ", "))
		return j, nil
	}
	data, err := readKeys(ctx, location)
	if err != nil {
		return nil, err
	}
	j.Keys, err = gateway.ParseKeySet(data)
	return j, err
}

// maxKeys bounds a key set, in bytes.
const maxKeys = 1 << 20

// readKeys reads a key set from a file or a URL.
func readKeys(ctx context.Context, location string) ([]byte, error) {
	if !strings.HasPrefix(location, "http://") && !strings.HasPrefix(location, "https://") {
		return os.ReadFile(location)
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, location, nil)
	if err != nil {
		return nil, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", location, resp.Status)
	}
	return io.ReadAll(io.LimitReader(resp.Body, maxKeys))
}

// checkJWTFlags refuses flags for authorizers that the template does not have.
func (s *system) checkJWTFlags(app *sam.App) error {
	for flag, given := range map[string]pairs{"jwks": s.flags.jwks, "issuer": s.flags.issuers} {
		for name := range given {
			has := slices.ContainsFunc(app.APIs, func(a *sam.API) bool {
				return slices.ContainsFunc(a.Routes, func(r sam.Route) bool {
					return r.Authorizer != nil && r.Authorizer.Name == name && len(r.Authorizer.Issuers) > 0
				})
			})
			if !has {
				return fmt.Errorf("-%s: no route has a JWT authorizer %q", flag, name)
			}
		}
	}
	return nil
}

// warnOnce prints a warning that has not been printed.
func (s *system) warnOnce(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !s.warned[text] {
		s.warned[text] = true
		fmt.Fprintln(s.stderr, "warning:", text)
	}
}
