//go:build !unix || darwin

package window

import "context"

func asksDesktop() bool { return false }

func (*Shade) follow(context.Context) {}
