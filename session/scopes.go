package session

import (
	"slices"
	"strings"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// wanted are the scopes that a session asks for.
func wanted(def definition, p *provider.Provider) []string {
	if len(def.Scopes) > 0 {
		return def.Scopes
	}
	return p.Scopes
}

// agreement is what came of asking for scopes.
type agreement struct {
	lacks []string // asked for and not given
	lost  []string // of these the ones that the session needs: it had them before
	given []string // what the definition is to name now; nil: as before
}

// agreed compares what a consent gave with what was asked for. What the user wanted beside the session's own scopes, and
// the provider did not give, the session does not need.
func agreed(l *login, p *provider.Provider, asked []string, granted []string) agreement {
	needs := wanted(l.def, p)
	if len(asked) == 0 {
		asked = needs
	}
	a := agreement{lacks: provider.MissingScopes(asked, granted)}
	extra := func(scope string) bool { return !slices.Contains(needs, scope) }
	a.lost = slices.DeleteFunc(slices.Clone(a.lacks), extra)
	if len(l.request.Scopes) > 0 {
		a.given = slices.DeleteFunc(slices.Clone(asked), func(scope string) bool {
			return extra(scope) && slices.Contains(a.lacks, scope)
		})
	}
	return a
}

// nameScopes writes the scopes that a session has now into its definition. The grant is there already: where that cannot
// be done the next sign-in asks for less, and nothing is lost.
func (k *Keeper) nameScopes(e *entry, scopes []string) {
	if scopes == nil {
		return
	}
	defs, _ := k.o.Config.Sessions() // as it is now: somebody may have edited it meanwhile
	def, ok := defs[e.def.Name]
	if !ok || slices.Equal(def.Scopes, scopes) {
		return
	}
	def.Scopes = scopes
	if err := k.o.Config.Save(def); err != nil {
		k.log.Warn("could not write the scopes of a session", "session", e.def.Name, "error", err)
		return
	}
	k.post(func() {
		k.touch(e)
		e.def.Scopes = scopes
		if e.newDef != nil {
			e.newDef.Scopes = scopes
		}
	})
}

// scopesRenewed notes which scopes a renewal took away, or brought back. A provider that names them in other words than
// before has taken none.
func (k *Keeper) scopesRenewed(e *entry, old, g *grant) {
	had := provider.MoreScopes(old.scopes, e.d.ScopesLost)
	lost := provider.MissingScopes(e.d.ScopesLost, g.scopes)
	if !slices.ContainsFunc(g.scopes, func(s string) bool { return !slices.Contains(had, s) }) {
		lost = provider.MissingScopes(had, g.scopes)
	}
	known := e.d.ScopesLost
	e.d.ScopesLost = lost
	if slices.ContainsFunc(lost, func(s string) bool { return !slices.Contains(known, s) }) {
		k.scopesMissing(e)
	}
}

// scopesMissing tells that the session has fewer scopes than it needs. It goes on with those that it has.
func (k *Keeper) scopesMissing(e *entry) {
	k.log.Warn("the provider gives fewer scopes than the session needs", "session", e.def.Name, "missing", len(e.d.ScopesLost))
	k.notify(scopesNotice(e.def.Name, e.d.ScopesLost))
}

// listed is a list of scopes for people.
func listed(scopes []string) table.Values {
	return table.Values{"scopes": table.Message(strings.Join(scopes, ", "))}
}

// lacking says which scopes a provider did not give; empty where it gave all.
func lacking(scopes []string) string {
	if len(scopes) == 0 {
		return ""
	}
	return table.Say(table.Errors, "scopes_lacking", listed(scopes))
}

func scopesLost(scopes []string) string {
	return table.Say(table.Errors, "scopes_lost", listed(scopes))
}

func scopesNotice(name string, scopes []string) Notice {
	n := Notice{Key: keySession + name, Actions: signInActions()}
	values := listed(scopes)
	values["name"] = table.Name(name)
	n.Title, n.Body = table.Notice("scopes_lost", values)
	return n
}
