package session

import (
	"cmp"
	"fmt"
	"sync/atomic"
	"time"

	"sessionkeeper/session/config"
	"sessionkeeper/session/provider"
)

// entry is a session as the keeper's loop holds it. Only the loop touches it, except pub.
type entry struct {
	id          string // as d.ID, which only the loop may read
	def         config.Session
	newDef      *config.Session // edited while a transaction was under way; taken over when it ends
	gone        bool            // the definition's file is gone; let go of when the transaction under way ends
	fault       error           // the definition's file cannot be used
	stoodIn     bool            // def is what the file said before it broke
	astray      bool            // the definition names another server or client than the grant came from
	provisional bool            // being added: kept only once it is signed in
	d           durable
	prov        *provider.Provider // nil until resolved
	client      provider.Client    // with the newest secret

	before           Secret    // the client secret before that, as long as the newest has not worked
	beforeOf         string    // the client that it worked for
	secretGeneration uint64    // of the record in the store that both are from
	declinedAt       time.Time // when the provider refused the newest and took the one before; zero: it did not

	g          *grant // nil: none, or not read yet
	loaded     bool   // the store has told what there is
	loading    bool
	reading    bool     // it is being asked now
	loadAgain  bool     // once more where it fails
	resolving  bool     // the provider is being looked up
	storeFault string   // why the store cannot be used for this session
	storeWords string   // what to say of it; empty: what is said of the keychain
	unsaved    *grant   // received, but nowhere durable yet: nobody sees it
	consent    *consent // what a sign-in brought beside unsaved; nil: a refresh brought it
	unkept     bool     // was being added when nothing took what belongs to it: that becomes durable with unsaved
	renewDue   time.Time
	ends       end

	busy       bool            // a renewal or the storing of a consent is under way
	sending    bool            // the answer to a refresh is not read yet
	idle       []chan struct{} // closed when it is not
	failures   int             // in a row, of this session alone
	nextTry    time.Time
	lastStart  time.Time // of the last try
	lastEnd    time.Time // of the last try that failed
	retryAfter time.Time // the provider's word: no try before
	lastDemand time.Time
	demanded   bool   // a refresh was asked for and not tried yet
	suspect    uint64 // the generation whose token the proof of life refused; 0: none
	rejected   uint64 // the generation whose token a resource refused last; 0: none
	claimsIn   uint64 // the generation whose refresh asked for claimsWere; 0: none
	claimsWere string
	claimsTold bool // that claims were left out, since the last sign-in
	verifying  bool // the refresh was refused; whether the token in hand is dead as well is being asked
	waiters    []*waiter
	checkAt    time.Time
	checking   bool
	awaits     awaited // in line for its proof of life
	queuedAt   *issuer // where it waits for a refresh under way to end
	hurried    bool    // a caller waits with it
	login      *login
	removed    bool
	rest       rest // since looking after it panicked

	pub   atomic.Pointer[published]
	due   time.Time
	index int // in the heap; -1: not in it
}

// published is what readers see without asking the loop.
type published struct {
	session Session
	grant   *grant
	serve   bool // the token may go out while it is usable
	hold    bool // something is under way that may kill the token in hand, or brings a better one
}

// moved reports whether a definition names another server or client than the grant came from.
func (e *entry) moved(def config.Session) bool {
	return e.d.Bound != "" && !e.d.SignedOut && e.d.Bound != boundKey(def)
}

const codeMoved = "definition_moved"

func movedRefusal(generation uint64, now time.Time) *refusal {
	return &refusal{
		Verdict: provider.VerdictSetup, Reason: ReasonSetupConfig, Code: codeMoved, Generation: generation, At: now,
		Advice: words().moved,
	}
}

// refusedNow is the refusal that stands for the grant in hand; nil where there is none.
func (e *entry) refusedNow() *refusal {
	if e.d.Refused != nil && e.g != nil && e.d.Refused.Generation != e.g.generation {
		return nil
	}
	return e.d.Refused
}

// dying reports whether something is under way that may kill the token in hand: a refresh that does so by itself, one
// that may be taken for a replay (a strict provider then ends the whole grant), or the question after a refusal.
func (e *entry) dying() bool {
	if e.verifying {
		return true
	}
	doubt := e.d.Intent != nil && e.d.Intent.Unknown && e.prov != nil && e.prov.Replay != provider.ReplaySafe
	return (e.sending || e.demanded) && (e.late() || doubt)
}

// servable reports whether the access token in hand may go out while it is usable: it is not known to be dead, be it by
// the provider's word, or because the one that was given in its place and is nowhere durable yet ended it.
func (e *entry) servable() bool {
	ref := e.refusedNow()
	return e.g != nil && (ref == nil || !ref.DeadAccess) && (e.unsaved == nil || !e.late())
}

// shunned reports whether the token in hand was refused by a resource, or by the proof of life, and the refresh that
// follows from that is asked for or under way: who asks again with what it brings is helped, and with nothing else.
func (e *entry) shunned() bool {
	return (e.busy || e.demanded) && e.g != nil && (e.rejected == e.g.generation || e.suspect == e.g.generation)
}

// extends reports whether a refresh is known to move the end ahead that the provider announces.
func (e *entry) extends() bool {
	if e.d.Extends != nil {
		return *e.d.Extends
	}
	return e.prov != nil && e.prov.RefreshIdle > 0 && e.prov.RefreshAbsolute == 0
}

// renewable reports whether there is something to renew with and nothing that forbids it.
func (e *entry) renewable() bool {
	return e.g != nil && !e.g.refresh.Empty() && e.prov != nil && e.defined() && !e.astray && !e.removed && !e.d.Paused &&
		!e.d.SignedOut
}

// defined reports whether there is a definition to go by: that of the file, or where that broke the last good one.
func (e *entry) defined() bool { return e.fault == nil || e.stoodIn }

// plan computes the deadlines of the grant in hand; r is its jitter.
func (e *entry) plan(r float64) {
	g := e.g
	e.ends = endOf(e.prov, endFacts{
		consentAt: g.consentAt, refreshedAt: e.d.LastRefreshAt, issuedAt: g.issuedAt, accessEnd: g.expiresAt,
		refreshEnd: g.refreshEndsAt, hasRefresh: !g.refresh.Empty(), maxAge: time.Duration(e.def.MaxAge),
		extends: e.extends(),
	})
	e.d.EndsAt, e.d.EndsMoves = e.ends.at, e.ends.moves
	var use time.Time
	if e.d.Extends == nil || *e.d.Extends {
		use = g.refreshEndsAt
	}
	if e.prov != nil && e.prov.RefreshIdle > 0 {
		if idle := g.issuedAt.Add(e.prov.RefreshIdle); use.IsZero() || idle.Before(use) {
			use = idle
		}
	}
	e.renewDue = renewAt(g.issuedAt, g.expiresAt, use, e.late(), r)
	// The provider's own word on an end that cannot be moved comes with one try just after it.
	if past := e.ends.at.Add(time.Second); !e.ends.at.IsZero() && !e.ends.ours && !e.ends.moves &&
		past.Before(e.renewDue) && past.After(g.issuedAt) {
		e.renewDue = past
	}
}

// stand derives the state from what is known at now.
func (k *Keeper) stand(e *entry, now time.Time) (State, Reason, string) {
	ref := e.refusedNow()
	if e.consent != nil { // the user has done what there was to do
		ref = nil
	}
	switch {
	case e.d.SignedOut && e.consent == nil || e.loaded && e.g == nil && ref == nil:
		return SignedOut, "", ""
	case e.d.Paused && e.d.Copied:
		return Paused, "", words().copied
	case e.d.Paused:
		return Paused, "", ""
	case !e.defined():
		return SetupNeeded, ReasonSetupConfig, e.fault.Error()
	case ref != nil && ref.Verdict == provider.VerdictSetup:
		return SetupNeeded, ref.Reason, ref.Advice
	case ref != nil && ref.OtherUser:
		return SignInNeeded, ReasonWrongAccount, ""
	case ref != nil:
		return SignInNeeded, ref.Reason, ref.Advice
	case e.storeFault != "":
		return KeychainLocked, Reason(e.storeFault), cmp.Or(e.storeWords, k.keychainDetail)
	case k.keychain != "ok":
		return KeychainLocked, Reason(k.keychain), k.keychainDetail
	}
	if e.expiring(now, k.warnBefore(e)) {
		return Expiring, "", ""
	}
	if e.rest.breaks > 0 {
		return Retrying, "", ownFault
	}
	if !e.d.FailingSince.IsZero() {
		detail := ""
		if e.d.LastError != nil {
			detail = cmp.Or(e.d.LastError.Message, e.d.LastError.advice())
		}
		return Retrying, "", detail
	}
	switch {
	case e.fault != nil:
		return Active, "", fmt.Sprintf(words().fileBroken, e.fault)
	case e.g != nil && e.g.renewsNever():
		return Active, ReasonNoRefresh, words().noRefresh
	case len(e.d.ScopesLost) > 0:
		return Active, ReasonScope, scopesLost(e.d.ScopesLost)
	case e.d.Asked != nil && e.d.Asked.User:
		return Active, ReasonInteraction, words().confirms
	case e.former().Empty():
	case !e.declinedAt.IsZero():
		return Active, "", words().oldSecret
	default:
		return Active, "", words().newSecret
	}
	return Active, "", ""
}

// expiring reports whether the session ends within the warning time and the keeper cannot extend it.
func (e *entry) expiring(now time.Time, warnBefore time.Duration) bool {
	if e.d.EndsAt.IsZero() || now.Before(e.d.EndsAt.Add(-warnBefore)) {
		return false
	}
	return e.endCertain()
}

// endCertain reports whether the end is one: use beats an idle limit as long as renewal works.
func (e *entry) endCertain() bool { return !e.d.EndsMoves || !e.d.FailingSince.IsZero() }

// endFirm reports whether the end is worth telling: renewals do not move it, or they fail and it was announced.
func (e *entry) endFirm() bool {
	return !e.d.EndsAt.IsZero() && (!e.d.EndsMoves || e.endCertain() && len(e.doneMarks()) > 0)
}

// publish makes a new snapshot for readers and reports what changed of the state.
func (k *Keeper) publish(e *entry) {
	now := k.now()
	state, reason, detail := k.stand(e, now)
	s := Session{
		Name: e.def.Name, Provider: e.providerName(), ClientID: e.def.ClientID, Scopes: e.d.Scopes, Account: e.d.Account,
		State: state, Reason: reason, Detail: detail, Generation: e.d.Generation, AccessExpiresAt: e.d.ExpiresAt,
		EndsAt: e.d.EndsAt, EndsFirm: e.endFirm(), LastRefreshAt: e.d.LastRefreshAt, SignedInAt: e.d.ConsentAt, LastError: e.d.LastError,
	}
	if state != SignedOut {
		s.ScopesMissing = e.d.ScopesLost
	}
	if s.Scopes == nil {
		s.Scopes = append([]string{}, e.def.Scopes...)
	}
	if e.prov != nil {
		s.Issuer = e.prov.Issuer
	}
	p := &published{grant: e.g}
	switch state {
	case Paused, SignedOut, SetupNeeded:
	default:
		p.serve = e.servable()
		p.hold = p.serve && (e.dying() || e.shunned())
	}
	if p.serve {
		s.UsableUntil = e.g.expiresAt
	}
	if state != SignedOut {
		s.WarnAt, _ = nextMark(k.marks(e), e.doneMarks())
	}
	if e.renewable() && e.refusedNow() == nil {
		if !s.EndsFirm || !e.renewDue.After(s.EndsAt) || now.After(s.EndsAt) {
			s.RenewAt = e.renewDue
		}
		if !e.d.FailingSince.IsZero() {
			s.NextTryAt = k.nextTimerTry(e)
		}
	}
	p.session = s
	was := e.pub.Swap(p)
	if was == nil {
		return
	}
	if was.session.State != state || was.session.Reason != reason {
		k.emit(Event{
			Type: EventState, Session: s.Name, State: state, Was: was.session.State, Reason: reason, Message: detail,
			EndsAt: s.EndsAt, RetryAt: s.NextTryAt,
		})
	}
	if was.serve && !p.serve || p.hold && !was.hold || was.session.Generation != s.Generation {
		k.retell(e) // who holds the token in hand must let go of it
	}
}

// endKnownAt is since when the present deadline is known.
func (e *entry) endKnownAt() time.Time {
	if e.d.EndsMoves {
		return e.d.LastRefreshAt
	}
	return e.d.ConsentAt
}

func (e *entry) providerName() string {
	switch {
	case e.def.Provider != "":
		return e.def.Provider
	case e.prov != nil && e.prov.ID != "":
		return e.prov.ID
	case e.def.Issuer != "":
		return e.def.Issuer
	default:
		return e.def.TokenURL
	}
}

// problem is what a caller is told that cannot have a token.
func (k *Keeper) problem(e *entry, now time.Time) *Error {
	state, reason, detail := k.stand(e, now)
	err := &Error{Session: e.def.Name, Reason: reason, Detail: detail}
	if e.login != nil && e.login.flow != nil {
		err.LoginURL = e.login.flow.URL()
	}
	switch state {
	case Paused:
		err.Code, err.Detail = CodePaused, fmt.Sprintf(words().paused, e.def.Name, quoted(e.def.Name))
		if e.d.Copied {
			err.Detail = words().copied
		}
	case SignedOut:
		err.Code, err.Detail = CodeSignIn, fmt.Sprintf(words().signedOut, e.def.Name, quoted(e.def.Name))
	case SetupNeeded:
		err.Code, err.Detail = CodeSetup, sentence(detail, words().setup[reason], e.def.Name)
		if reason == ReasonSetupClient {
			err.Detail = fmt.Sprintf(words().setClient, e.def.Name, quoted(e.def.Name))
		}
	case SignInNeeded:
		err.Code, err.Detail = CodeSignIn, fmt.Sprintf(words().signIn[reason].detail+" "+words().signInAgain, e.def.Name, quoted(e.def.Name))
	case KeychainLocked:
		err.Code, err.Detail = CodeKeychain, cmp.Or(detail, words().keychain[reason])
	default:
		if e.g != nil && e.g.refresh.Empty() {
			err.Code, err.Reason = CodeSignIn, ReasonExpired
			err.Detail = fmt.Sprintf(words().signIn[ReasonExpired].detail+" "+words().signInAgain, e.def.Name, quoted(e.def.Name))
			return err
		}
		err.Code, err.RetryAt = CodeUnavailable, k.nextTimerTry(e)
		err.Detail = fmt.Sprintf(words().unavailable, e.def.Name)
		if e.d.LastError != nil {
			err.Detail = e.d.LastError.unavailable(e.def.Name)
		}
	}
	return err
}
