package session

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// Fact is a line about a provider, for people. One that is not known is a line too.
type Fact struct {
	About string `json:"about"` // redirect, refresh_token, access_token, session, renewal or lost_answer
	Label string `json:"label"`
	Text  string `json:"text"`
	Known bool   `json:"known"`
}

// providerFacts says of an entry of the catalogue what is known and what is not.
func providerFacts(p *provider.Provider) []Fact {
	facts := []Fact{
		redirectFact(p), refreshFact(p), accessFact(p), sessionFact(p),
	}
	if p.OfflineNeeds == provider.OfflineNever {
		return facts
	}
	return append(facts, rotationFact(p), replayFact(p))
}

func redirectFact(p *provider.Provider) Fact {
	f := Fact{About: "redirect", Label: "about the address", Known: true}
	switch {
	case noReturn(p) && p.DeviceURL != "":
		f.Text = "None is needed: signing in goes through a code that is typed in at the provider."
	case noReturn(p):
		f.Text = "None is needed: no page to sign in on is known, so a refresh token is brought along."
	case p.RedirectFree:
		f.Text = "None has to be registered: the provider takes any address of this computer."
	case p.PasteOnly:
		f.Text = "Only https addresses are taken: register one of yours and paste the address that the browser ends on."
	case p.RedirectRule == provider.RedirectAnyPort:
		f.Text = "Register it exactly as it stands; the port that is added in the browser does not matter."
	case p.RedirectRule == provider.RedirectExact:
		f.Text = "Register it exactly as it stands."
	default:
		f.Known = false
		f.Text = "Register it exactly as it stands. Whether the provider takes an address of this computer is not known."
	}
	return f
}

// noReturn reports whether there is no page that comes back to an address.
func noReturn(p *provider.Provider) bool { return p.AuthorizeURL == "" && p.Issuer == "" }

func refreshFact(p *provider.Provider) Fact {
	f := Fact{About: "refresh_token", Label: "refresh token", Known: true}
	switch p.OfflineNeeds {
	case provider.OfflineNothing:
		f.Text = "Every sign-in brings one."
	case provider.OfflineRequest:
		f.Text = "Asked for by itself with each sign-in: " + strings.Join(sentAlong(p), ", ") + "."
	case provider.OfflineNever:
		f.Text = "There are none: a session lasts as long as its access token."
	case provider.OfflineSetting:
	case provider.OfflineUnknown:
		f.Known, f.Text = false, "What brings one is not known; a sign-in that brings none says so at once."
	}
	f.Text = strings.TrimSpace(f.Text + " " + p.OfflineNote)
	return f
}

// sentAlong lists what a sign-in sends for a refresh token to come.
func sentAlong(p *provider.Provider) []string {
	var parts []string
	if p.OfflineScope != "" {
		parts = append(parts, "the permission "+p.OfflineScope)
	}
	for _, name := range slices.Sorted(maps.Keys(p.OfflineParams)) {
		if name != "access_type" || p.OfflineScope == "" && len(p.OfflineParams) == 1 && len(p.TokenParams) == 0 {
			parts = append(parts, name+"="+p.OfflineParams[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(p.TokenParams)) {
		parts = append(parts, name+"="+p.TokenParams[name])
	}
	switch p.ConsentPrompt {
	case provider.ConsentAlways:
		parts = append(parts, "prompt=consent")
	case provider.ConsentAgain:
		parts = append(parts, "prompt=consent from the second sign-in on")
	case provider.ConsentNever:
	}
	return parts
}

func accessFact(p *provider.Provider) Fact {
	f := Fact{About: "access_token", Label: "access token", Known: p.AccessLife > 0 || p.EndlessAccess}
	switch {
	case p.EndlessAccess:
		f.Text = "Does not end by itself."
	case f.Known:
		f.Text = "Lasts " + table.Span(p.AccessLife) + unlessSet(p) + ", and as long as the answer says where it does."
	case p.OfflineNeeds == provider.OfflineNever:
		f.Text = "Lasts as long as the answer says; where it says nothing it does not end."
	default:
		f.Text = "How long it lasts is not known; where the answer does not say, " + table.Span(assumedLife) + " is assumed."
	}
	if p.RefreshEndsAccess {
		f.Text += " A renewal ends the one before."
	}
	return f
}

// unlessSet ends a sentence about a default.
func unlessSet(p *provider.Provider) string {
	if p.LifetimesVary {
		return " unless the server is set up otherwise"
	}
	return ""
}

// sessionFact says how long a sign-in lasts, from its beginning and without being used.
func sessionFact(p *provider.Provider) Fact {
	f := Fact{About: "session", Label: "sign-in lasts", Known: true}
	whole := table.Span(p.RefreshAbsolute) + " from the sign-in"
	unused := table.Span(p.RefreshIdle) + " without a renewal"
	switch {
	case p.RefreshAbsolute > 0 && p.RefreshIdle > 0:
		f.Text = whole + ", or " + unused + unlessSet(p)
	case p.RefreshAbsolute > 0 && p.EndlessIdle:
		f.Text = whole + unlessSet(p) + ", renewed or not"
	case p.RefreshAbsolute > 0:
		f.Text = whole + unlessSet(p) + "; whether it ends earlier without renewals is not known"
	case p.RefreshIdle > 0 && p.EndlessAbsolute:
		f.Text = unused + unlessSet(p) + ", and with renewals as long as nothing ends it"
	case p.RefreshIdle > 0:
		f.Text = unused + unlessSet(p) + "; whether it ends anyway at some time is not known"
	case p.EndlessAbsolute && p.EndlessIdle:
		f.Text = "as long as nothing ends it"
	default:
		f.Known, f.Text = false, "not known"
	}
	return f
}

func rotationFact(p *provider.Provider) Fact {
	f := Fact{About: "renewal", Label: "renewal", Known: p.Rotation != provider.RotationUnknown}
	switch {
	case p.Rotation == provider.RotationNever:
		f.Text = "Keeps the refresh token."
	case p.Rotation == provider.RotationSometimes:
		f.Text = "May bring a new refresh token; one that comes is kept at once."
	case p.Rotation == provider.RotationAlways && p.Replay == provider.ReplaySafe:
		f.Text = "Brings a new refresh token; the one before it goes on working."
	case p.Rotation == provider.RotationAlways:
		f.Text = "Brings a new refresh token in place of the one before it."
	default:
		f.Text = "Whether it brings a new refresh token is not known; one that comes is kept at once."
	}
	return f
}

func replayFact(p *provider.Provider) Fact {
	f := Fact{About: "lost_answer", Label: "lost answer", Known: p.Replay != provider.ReplayUnknown}
	switch p.Replay {
	case provider.ReplaySafe:
		f.Text = "Does no harm: the same refresh token works again."
	case provider.ReplayGrace:
		f.Text = "The same refresh token works again for " + table.Span(p.ReplayGrace) + unlessSet(p) + "."
	case provider.ReplayUntil:
		f.Text = "The same refresh token works again until the new one is used."
	case provider.ReplayConditional:
		f.Text = "Whether the same refresh token works again depends on how the server is set up."
		if p.ReplayGrace > 0 {
			f.Text = fmt.Sprintf("The same refresh token works again for %s unless the server is set up otherwise.",
				table.Span(p.ReplayGrace))
		}
	case provider.ReplayUnsafe:
		f.Text = "May cost the session: the same refresh token does not work twice."
	case provider.ReplayUnknown:
		f.Text = "Whether the same refresh token works again is not known, so one answer that is lost may cost the session."
	}
	return f
}

// orUnknown writes out that something is not known.
func orUnknown(s string) string { return cmp.Or(s, "unknown") }
