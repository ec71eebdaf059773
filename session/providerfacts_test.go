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
		{"redirect", provider.Provider{}, "is not known", false},
		{"redirect", provider.Provider{RedirectRule: provider.RedirectExact}, "exactly as it stands.", true},
		{"redirect", provider.Provider{RedirectRule: provider.RedirectAnyPort}, "does not matter", true},
		{"redirect", provider.Provider{RedirectFree: true}, "None has to be registered", true},
		{"redirect", provider.Provider{PasteOnly: true}, "paste the address", true},
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
		{"session", provider.Provider{}, "not known", false},
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
