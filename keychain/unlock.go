package keychain

import "context"

// unlock lets the keychain show its prompt and waits for the user until ctx ends. Meanwhile the keychain counts as
// locked. A prompt outlives ctx: its answer then counts when it comes.
func (r *ring) unlock(ctx context.Context, user string) error {
	p, err := r.start()
	if err != nil {
		return r.leave(faultNoChild, err, granted)
	}
	r.mu.Lock()
	r.denied = false
	r.asking++
	var open <-chan struct{} // nil where it seems open already: then only the answer counts
	if r.away != nil {
		open = r.open
	}
	r.mu.Unlock()
	if open != nil {
		_ = r.leave(faultPrompt, nil, granted)
	}
	reply := p.send(request{Op: opUnlock})
	settled := make(chan error, 1)
	r.flights.Go(func() {
		select {
		case a := <-reply:
			r.answered()
			settled <- r.settle(a)
		case <-p.done:
			r.answered()
			settled <- r.leave(faultDied, nil, probing)
		}
	})
	select {
	case err := <-settled:
		if err != nil {
			return err
		}
		return present(r.call(ctx, request{Op: opGet, User: user}, granted))
	case <-open:
		return nil // another way, with the prompt still on the screen
	case <-ctx.Done():
		if err := r.usable(); err != nil {
			return err
		}
		return unusable(faultPrompt, ctx.Err())
	}
}

// answered: a prompt is no more.
func (r *ring) answered() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asking--
}

// settle takes the user's answer to heart. What it opened is for the next probe to see.
func (r *ring) settle(a answer) error {
	if a.Fault == faultNone {
		r.hint()
		return nil
	}
	return r.land(a, probing).err
}
