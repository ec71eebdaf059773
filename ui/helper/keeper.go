package helper

import (
	"context"

	"sessionkeeper/ui/api/fast"
)

// keeper reaches the keeper when it is first asked for something; some calls of a helper ask it for nothing.
type keeper struct {
	find   func(context.Context) (string, error)
	socket string
}

// NewKeeper gives the keeper whose socket find finds, once; find may start one.
func NewKeeper(find func(context.Context) (socket string, err error)) Keeper {
	return &keeper{find: find}
}

func (k *keeper) at(ctx context.Context) (string, error) {
	if k.socket != "" {
		return k.socket, nil
	}
	socket, err := k.find(ctx)
	if err == nil {
		k.socket = socket
	}
	return socket, err
}

func (k *keeper) Token(ctx context.Context, session string, r fast.Request) (fast.Answer, error) {
	socket, err := k.at(ctx)
	if err != nil {
		return fast.Answer{}, err
	}
	return fast.Token(ctx, socket, session, r)
}

func (k *keeper) Reject(ctx context.Context, session string, generation uint64) error {
	socket, err := k.at(ctx)
	if err != nil {
		return err
	}
	return fast.Reject(ctx, socket, session, generation)
}

func (k *keeper) Post(ctx context.Context, path string, body []byte) (int, []byte, error) {
	socket, err := k.at(ctx)
	if err != nil {
		return 0, nil, err
	}
	return fast.Post(ctx, socket, path, body)
}
