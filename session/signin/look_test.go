package signin

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/session/provider"
	table "sessionkeeper/session/words"
)

// read gives a file of the house.
func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// The pages have the colours and the mark of every other face.
func TestPagesLookLikeTheOthers(t *testing.T) {
	var palette map[string]map[string]string
	if err := json.Unmarshal([]byte(read(t, "../../assets/palette.json")), &palette); err != nil {
		t.Fatal(err)
	}
	light, dark, ok := strings.Cut(pageStyle, "prefers-color-scheme: dark")
	if !ok {
		t.Fatal("the pages have no dark colours")
	}
	for theme, style := range map[string]string{"light": light, "dark": dark} {
		found := regexp.MustCompile(`--(\w+): (#\w+);`).FindAllStringSubmatch(style, -1)
		if len(found) < 8 {
			t.Errorf("%s: found the colours %q", theme, found)
		}
		for _, c := range found {
			if want := palette[theme][c[1]]; c[2] != want {
				t.Errorf("%s: %s is %s; want %s", theme, c[1], c[2], want)
			}
		}
	}
	if regexp.MustCompile(`#[0-9a-f]{3,8}\b`).MatchString(regexp.MustCompile(`--\w+: #\w+;`).ReplaceAllString(pageStyle, "")) {
		t.Error("the style has a colour that is not of the palette")
	}
	drawing := regexp.MustCompile(`(?s)<svg [^>]*>(.*)</svg>`)
	icon := drawing.FindStringSubmatch(read(t, "../../assets/web/favicon.svg"))
	if got := drawing.FindStringSubmatch(mark); icon == nil || got == nil || got[1] != icon[1] {
		t.Errorf("the mark is %s; want that of the page's icon", mark)
	}
}

// samples are all pages, as they come: a failed sign-in each way, and what strangers get.
func samples() map[string]page {
	all := map[string]page{}
	for _, kind := range []pageKind{pageUsed, pageUnknown, pageIssuer, pageMalformed, pageNotFound, pageHost} {
		all[string(kind)] = plainPage(kind)
	}
	flow := func(e *Error) page {
		f := &Flow{req: Request{Session: "my work", Provider: &provider.Provider{Name: "Test & Söhne"}}, err: e}
		f.account = provider.Account{Name: "Ada", Email: "ada@example.org"}
		return f.resultPage()
	}
	all["done"] = flow(nil)
	for code, name := range map[string]string{
		"access_denied": "denied", "temporarily_unavailable": "exchange", "unauthorized_client": "setup_client",
		"invalid_scope": "setup_scope", "invalid_request": "setup", "redirect_uri_mismatch": "setup_redirect",
	} {
		all[name] = flow(answer{fault: code, description: "AADSTS7000215: Invalid client secret provided."}.refused("my work"))
	}
	all["exchanged"] = flow(failure(provider.Judge(nil, http.StatusUnauthorized, http.Header{},
		[]byte(`{"error":"invalid_client","error_description":"Bad client."}`)), say("exchange"), "my work"))
	all["port"] = flow(&Error{Kind: KindSetup, Detail: sayWith("port_taken", table.Values{"port": "8080", "command": "“ss -ltnp”"})})
	all["account"] = flow(&Error{Kind: KindWrongAccount, Detail: "“my work” belongs to grace@example.org, and another account signed in."})
	all["not_kept"] = flow(asError(errors.New("the disk is full")))
	all["keychain"] = flow(&Error{Kind: KindStore, Detail: "The keychain is locked. Unlock it, and everything goes on by itself."})
	all["no_refresh"] = flow(&Error{Kind: KindNoRefresh, Detail: "The provider gave nothing to renew this session with."})
	for _, id := range []string{"busy", "unreachable", "identity"} {
		all[id] = flow(&Error{Kind: KindExchange, Detail: say(id)})
	}
	all["stopped"] = flow(&Error{Kind: KindCancelled, Detail: say("stopped")})
	all["code_expired"] = flow(&Error{Kind: KindTimeout, Detail: say("code_expired")})
	all["portal"] = flow(failure(provider.Judge(nil, http.StatusOK, http.Header{}, []byte("<!doctype html><title>Log in</title>")),
		say("exchange"), "my work"))
	all["timeout"] = flow(&Error{Kind: KindTimeout, Detail: say("timeout")})
	all["cancelled"] = flow(&Error{Kind: KindCancelled, Detail: say("replaced")})
	return all
}

// html is a page as a browser gets it.
func (p page) html() string {
	w := httptest.NewRecorder()
	p.write(w)
	return w.Body.String()
}

// jargon is what people who only sign in need not know. It may stand in the fold.
var jargon = regexp.MustCompile(`(?i)\b(tokens?|grants?|scopes?|oauth|clients?|endpoints?|redirects?|issuer|HTTP|console|` +
	`refresh|invalid_\w+|\d{3})\b|--\w|` + "`")

// parentheses hold what a provider or a specification calls a thing.
var parentheses = regexp.MustCompile(` \([^()]*\)`)

// No page needs to be explained: what a developer wants to know is in a fold, and a sign-in that failed says where to go
// on.
func TestPagesArePlain(t *testing.T) {
	for name, p := range samples() {
		body := p.html()
		text := regexp.MustCompile(`(?s)<style>.*</style>|<svg.*?</svg>|<[^>]+>`)
		shown, fold, _ := strings.Cut(body[strings.Index(body, "<main"):], "<details>")
		if found := jargon.FindString(parentheses.ReplaceAllString(text.ReplaceAllString(shown, ""), "")); found != "" && name != "port" {
			t.Errorf("%s says %q: %s", name, found, text.ReplaceAllString(shown, " "))
		}
		failed := slices.Contains([]string{"exchanged", "setup", "setup_client", "denied", "account"}, name)
		if says := strings.Contains(shown, say("back")); failed && !says || says && name == "keychain" {
			t.Errorf("%s says where to go on: %t: %s", name, says, shown)
		}
		if strings.Contains(shown, "&lt;no value") || strings.Contains(shown, "<p></p>") || !strings.Contains(shown, "<p>") {
			t.Errorf("%s is not whole: %s", name, shown)
		}
		if name == "portal" && !strings.Contains(shown, "log in to the network") {
			t.Errorf("behind a network's own page nobody says so: %s", shown)
		}
		if name == "exchanged" && (!strings.Contains(fold, "Bad client.") || !strings.Contains(fold, "invalid_client") ||
			!strings.Contains(fold, "401") || !strings.Contains(fold, "client secret")) {
			t.Errorf("the fold says %s", fold)
		}
		if strings.Contains(body, "style=") || strings.Contains(body, "<script") || strings.Contains(body, "://") {
			t.Errorf("%s has something that its policy forbids", name)
		}
	}
}
