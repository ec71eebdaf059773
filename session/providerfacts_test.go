package session

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/session/provider"
)

func factAbout(p *provider.Provider, about string) Fact {
	for _, f := range providerFacts(p) {
		if f.About == about {
			return f
		}
	}
	return Fact{}
}

func TestProviderFacts(t *testing.T) {
	const hour = time.Hour
	for _, v := range []struct {
		about string
		p     provider.Provider
		want  string
		known bool
	}{
		{"redirect", provider.Provider{Issuer: "i"}, "is not known", false},
		{"redirect", provider.Provider{Issuer: "i", RedirectRule: provider.RedirectExact}, "exactly as it stands.", true},
		{"redirect", provider.Provider{AuthorizeURL: "a", RedirectRule: provider.RedirectAnyPort}, "does not matter", true},
		{"redirect", provider.Provider{Issuer: "i", RedirectFree: true}, "None has to be registered", true},
		{"redirect", provider.Provider{AuthorizeURL: "a", PasteOnly: true}, "paste the address", true},
		{"redirect", provider.Provider{TokenURL: "t"}, "a refresh token is brought along", true},
		{"redirect", provider.Provider{DeviceURL: "https://as.example/d"}, "None is needed", true},
		{"refresh_token", provider.Provider{}, "is not known", false},
		{"refresh_token", provider.Provider{OfflineNeeds: provider.OfflineNothing}, "Every sign-in brings one.", true},
		{"refresh_token", provider.Provider{OfflineNeeds: provider.OfflineNever}, "There are none", true},
		{
			"refresh_token",
			provider.Provider{
				OfflineNeeds: provider.OfflineRequest, OfflineScope: "offline_access", OfflineNote: "Allow it.",
				OfflineParams: map[string]string{"access_type": "offline", "audience": "x"}, ConsentPrompt: provider.ConsentAlways,
			},
			"sign-in: the permission offline_access, audience=x, prompt=consent. Allow it.", true,
		},
		{
			"refresh_token", provider.Provider{
				OfflineNeeds: provider.OfflineRequest, OfflineParams: map[string]string{"access_type": "offline"},
			}, "access_type=offline.", true,
		},
		{
			"refresh_token", provider.Provider{
				OfflineNeeds: provider.OfflineRequest, TokenParams: map[string]string{"expiring": "1"},
				OfflineParams: map[string]string{"access_type": "offline"},
			}, "sign-in: expiring=1.", true,
		},
		{"refresh_token", provider.Provider{OfflineNeeds: provider.OfflineSetting, OfflineNote: "Switch it on."}, "Switch it on.", true},
		{"access_token", provider.Provider{}, "is not known; where the answer does not say, 1 h is assumed.", false},
		{"access_token", provider.Provider{AccessLife: 8 * hour, RefreshEndsAccess: true}, "A renewal ends the one before.", true},
		{"access_token", provider.Provider{AccessLife: 8 * hour, LifetimesVary: true}, "8 h unless the server is set up otherwise", true},
		{"access_token", provider.Provider{EndlessAccess: true}, "Does not end by itself.", true},
		{"session", provider.Provider{}, "not known", false},
		{"session", provider.Provider{EndlessAbsolute: true}, "not known", false},
		{"session", provider.Provider{EndlessAbsolute: true, EndlessIdle: true}, "as long as nothing ends it", true},
		{
			"session",
			provider.Provider{EndlessAbsolute: true, RefreshIdle: 90 * 24 * hour},
			"90 days without a renewal, and with renewals as long as nothing ends it", true,
		},
		{
			"session",
			provider.Provider{RefreshIdle: 60 * 24 * hour},
			"60 days without a renewal; whether it ends anyway at some time is not known", true,
		},
		{
			"session",
			provider.Provider{RefreshAbsolute: 90 * 24 * hour, EndlessIdle: true},
			"90 days from the sign-in, renewed or not", true,
		},
		{
			"session",
			provider.Provider{RefreshAbsolute: 30 * 24 * hour, LifetimesVary: true},
			"30 days from the sign-in unless the server is set up otherwise; whether it ends earlier", true,
		},
		{
			"session",
			provider.Provider{RefreshAbsolute: 365 * 24 * hour, RefreshIdle: 90 * 24 * hour},
			"365 days from the sign-in, or 90 days without a renewal", true,
		},
		{"renewal", provider.Provider{}, "is not known", false},
		{"renewal", provider.Provider{Rotation: provider.RotationAlways}, "in place of", true},
		{"renewal", provider.Provider{Rotation: provider.RotationAlways, Replay: provider.ReplaySafe}, "goes on working", true},
		{"renewal", provider.Provider{Rotation: provider.RotationNever}, "Keeps", true},
		{"renewal", provider.Provider{Rotation: provider.RotationSometimes}, "May bring", true},
		{"lost_answer", provider.Provider{}, "is not known", false},
		{"lost_answer", provider.Provider{Replay: provider.ReplaySafe}, "no harm", true},
		{"lost_answer", provider.Provider{Replay: provider.ReplayGrace, ReplayGrace: 10 * time.Minute}, "for 10 min.", true},
		{"lost_answer", provider.Provider{Replay: provider.ReplayUntil}, "until the new one is used", true},
		{"lost_answer", provider.Provider{Replay: provider.ReplayConditional}, "depends on", true},
		{"lost_answer", provider.Provider{Replay: provider.ReplayUnsafe}, "May cost the session", true},
	} {
		if f := factAbout(&v.p, v.about); !strings.Contains(f.Text, v.want) || f.Known != v.known || f.Label == "" {
			t.Errorf("%s: %+v; want it to say %q, known %t", v.about, f, v.want, v.known)
		}
	}
	if f := factAbout(&provider.Provider{OfflineNeeds: provider.OfflineNever}, "renewal"); f.Text != "" {
		t.Errorf("a renewal of nothing: %+v", f)
	}
}

// What people register is what a sign-in will come back to, in every word about it.
func TestBuiltInProvidersAreDescribed(t *testing.T) {
	c, errs := provider.LoadCatalogue("")
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	address := regexp.MustCompile(`http://[^\s;,]+[^\s;,.]`)
	for _, p := range c.All() {
		d := DescribeProvider(p)
		for _, named := range address.FindAllString(d.Note, -1) {
			if named != d.RedirectURI {
				t.Errorf("%s: the note names %s; what comes back is %s", d.ID, named, d.RedirectURI)
			}
		}
		for _, f := range d.Facts {
			if f.Text == "" || strings.Contains(f.Text, "  ") || strings.HasSuffix(f.Text, ": .") {
				t.Errorf("%s: %+v", d.ID, f)
			}
		}
		for _, word := range []string{d.AuthStyle, d.OfflineNeeds, d.Rotation, d.Replay} {
			if word == "" {
				t.Errorf("%s: something is neither known nor unknown: %+v", d.ID, d)
			}
		}
		if !slices.ContainsFunc(d.Facts, func(f Fact) bool { return f.About == "session" }) {
			t.Errorf("%s: nothing says how long a sign-in lasts", d.ID)
		}
	}
}

// The ends that no renewal moves are known, and announced long before they come.
func TestEndsOfBuiltInProviders(t *testing.T) {
	c, _ := provider.LoadCatalogue("")
	const day = 24 * time.Hour
	want := map[string]time.Duration{
		"atlassian": 365 * day, "cognito": 30 * day, "linkedin": 365 * day, "make": 183 * day, "netsuite": 7 * day,
		"okta-org": 90 * day, "pinterest": 365 * day, "quickbooks": 1825 * day, "snowflake": 90 * day, "spotify": 183 * day,
	}
	signedIn := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, p := range c.All() {
		whole := want[p.ID]
		if p.RefreshAbsolute != whole {
			t.Errorf("%s ends after %v; want %v", p.ID, p.RefreshAbsolute, whole)
		}
		if whole == 0 {
			continue
		}
		// Renewed every hour until its last day: nothing but that end is left.
		e := endOf(&p, endFacts{consentAt: signedIn, refreshedAt: signedIn.Add(whole - day), hasRefresh: true})
		if e.at != signedIn.Add(whole) || e.moves || e.ours {
			t.Errorf("%s: ends %+v", p.ID, e)
		}
		var before []time.Duration
		for _, m := range marks(e.at, signedIn, 5*time.Minute) {
			before = append(before, e.at.Sub(m))
		}
		all := []time.Duration{30 * day, 7 * day, day, 5 * time.Minute}
		all = slices.DeleteFunc(all, func(d time.Duration) bool { return d >= whole }) // at the sign-in it is no news
		if !slices.Equal(before, all) {
			t.Errorf("%s is announced %v before; want %v", p.ID, before, all)
		}
	}
}

// What ends a session before its time, or moves with each renewal, is used well before.
func TestIdleLimitsOfBuiltInProviders(t *testing.T) {
	c, _ := provider.LoadCatalogue("")
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, p := range c.All() {
		if p.RefreshIdle == 0 {
			continue
		}
		e := endOf(&p, endFacts{consentAt: now, refreshedAt: now, hasRefresh: true})
		if p.RefreshAbsolute == 0 && (e.at != now.Add(p.RefreshIdle) || !e.moves) {
			t.Errorf("%s: ends %+v", p.ID, e)
		}
		use := renewAt(now, now.Add(1000*24*time.Hour), now.Add(p.RefreshIdle), false, 0.5)
		if left := now.Add(p.RefreshIdle).Sub(use); left < p.RefreshIdle/4 {
			t.Errorf("%s: used with %v of %v left", p.ID, left, p.RefreshIdle)
		}
	}
}
