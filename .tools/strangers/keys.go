package main

import (
	"context"

	"github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// signing is the one key, of which public is the other half.
type signing struct{ key any }

func (k signing) ID() string                                  { return "the-key" }
func (k signing) Key() any                                    { return k.key }
func (k signing) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }

type public struct{ signing }

func (k public) Algorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k public) Use() string                        { return "sig" }

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return signing{s.key}, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) {
	return []op.Key{public{signing{&s.key.PublicKey}}}, nil
}
