package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"sessionkeeper/ui/api"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/api/client"
)

// focused says what has the focus: its name, its label or its text.
const focused = `((e) => e.name || e.ariaLabel || e.id || e.textContent.slice(0, 60))(document.activeElement)`

func (b *browser) focus(want string) {
	b.t.Helper()
	b.until(fmt.Sprintf(`%s === %q`, focused, want))
}

func TestAddFromTheList(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("add")
	b.until(`document.querySelector(".providers") !== null`)
	if first := eval[string](b, `[...document.querySelector(".providers").children].map((e) => e.textContent).join()`); first !=
		"Google,Microsoft,GitHub,Slack" {
		t.Errorf("the providers that most people use are %s", first)
	}
	b.click("Google")
	b.says("Register a client of type Desktop app.")
	if eval[bool](b, `document.querySelector(".register button") !== null`) {
		t.Error("an address is to be registered where any is taken")
	}
	b.says("The provider calls it client secret")
	if eval[bool](b, `document.body.innerText.includes("some apps have none")`) {
		t.Error("a secret that is needed is said to be needless")
	}
	b.click("Choose another")
	b.everywhere("add-list")
	b.write("search", "git")
	b.until(`document.querySelectorAll(".providers li").length === 1`)
	b.click("GitHub")
	if name, scopes := b.value("name"), b.value("scopes"); name != "github" || scopes != "repo" {
		t.Errorf("suggested are the name %q and the scopes %q", name, scopes)
	}
	b.says("Register an OAuth app with")
	if n := eval[int](b, `document.querySelector(".register").textContent.split("http://127.0.0.1/callback").length - 1`); n != 1 {
		t.Errorf("the return address stands there %d times", n)
	}
	b.click("Copy the return address")
	b.until(`document.querySelector(".register button").textContent === "Copied" ||
		getSelection().toString() === "http://127.0.0.1/callback"`) // as the browser lets it
	b.everywhere("add-form")
	b.click("Sign in")
	b.until(`document.activeElement.classList.contains("faults")`)
	b.until(`document.querySelectorAll(".field .fault").length === 2`)
	b.everywhere("add-faults")
	b.write("name", "work/github")
	b.write("client_id", "client-1")
	b.write("client_secret", "canary-5d2e")
	const masked = `((e) => e.type !== "password" && getComputedStyle(e).webkitTextSecurity)(
		document.querySelector("[name=client_secret]"))`
	if how := eval[string](b, masked); how != "disc" { // a password field is offered to be kept
		t.Errorf("the secret is shown as %q", how)
	}
	b.click("Show the App secret")
	b.until(masked + ` === "none"`)
	b.click("Show the App secret")
	b.until(masked + ` === "disc"`)
	b.write("name", "work")
	b.write("account", "ada@example.org")
	b.click("Sign in")
	b.newTab()
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	b.everywhere("add-sign-in")
	b.keeper.Finish("login-1")
	b.until(state("work", "Signed in"))
	if hash := eval[string](b, `location.hash`); hash != "" {
		t.Errorf("the address still says %s", hash)
	}
	added := b.keeper.Added()
	if len(added) != 1 {
		t.Fatalf("%d sessions were added", len(added))
	}
	d := added[0].Definition
	if d.Provider != "github" || d.ClientID != "client-1" || d.Account != "ada@example.org" ||
		!slices.Equal(d.Scopes, []string{"repo"}) {
		t.Errorf("added was %+v", d)
	}
	if added[0].ClientSecret.Reveal() != "canary-5d2e" {
		t.Error("the secret was not sent")
	}
	b.click("Add session")
	b.click("GitHub")
	if secret, name := b.value("client_secret"), b.value("name"); secret != "" || name != "github" {
		t.Errorf("the form still has the secret, or the name %q", name)
	}
	b.clean()
}

func TestAddWithVars(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("add")
	b.click("Keycloak")
	if realm := b.value("vars.realm"); realm != "master" {
		t.Errorf("the realm is %q", realm)
	}
	b.write("client_id", "c")
	b.click("Sign in")
	b.until(`document.querySelector("[name='vars.base']").ariaInvalid === "true"`)
	b.write("vars.base", "https://sso.example")
	b.click("Sign in")
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	vars := b.keeper.Added()[0].Definition.Vars
	if vars["base"] != "https://sso.example" || vars["realm"] != "master" {
		t.Errorf("the variables are %v", vars)
	}
	b.click("Cancel the sign-in to keycloak")
	b.until(`document.querySelector("[name=client_id]")?.value === "c"`) // nothing typed is lost
	b.clean("404")
}

func TestAddByIssuer(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.keeper.SetDiscovery(client.Discovery{
		Issuer: "https://login.example.org", TokenURL: "https://login.example.org/token", Offline: true,
		AuthorizeURL: "https://login.example.org/authorize", RedirectURI: "http://127.0.0.1/callback",
		Scopes: []string{"openid"},
	})
	b.enter("add")
	b.click("By its addressYour company's or your own sign-in server")
	b.write("issuer", "https://nobody.example")
	b.until(`document.querySelector(".field .fault")?.textContent.includes("is no issuer")`)
	b.click("Sign in")
	const faults = `[...document.querySelectorAll(".faults a")].map((e) => e.textContent).join()`
	b.until(faults + ` === "Name,App ID"`)
	b.write("issuer", "https://none.example")
	b.until(faults + ` === "Address of the provider,Name,App ID"`) // as the fields lie
	b.everywhere("add-issuer-wrong")
	b.write("issuer", "https://login.example.org")
	b.says("It can keep you signed in.")
	b.until(faults + ` === "App ID"`) // the name is there by itself
	b.says("http://127.0.0.1/callback")
	if name := b.value("name"); name != "login.example.org" {
		t.Errorf("the name is %q", name)
	}
	b.everywhere("add-issuer")
	b.write("client_id", "c")
	b.click("Sign in")
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	if d := b.keeper.Added()[0].Definition; d.Issuer != "https://login.example.org" || d.Provider != "" {
		t.Errorf("added was %+v", d)
	}
	b.clean("400")
}

func TestAddByHand(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("add")
	b.click("By handYou know its two addresses")
	b.write("authorize_url", "nonsense")
	b.write("token_url", "https://login.example.org/token")
	b.write("name", "hand")
	b.write("client_id", "c")
	b.click("Sign in")
	b.until(`document.querySelector("[name=authorize_url]").ariaInvalid === "true"`)
	b.everywhere("add-by-hand")
	b.write("authorize_url", "https://login.example.org/authorize")
	b.click("Sign in")
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	d := b.keeper.Added()[0].Definition
	if d.AuthorizeURL != "https://login.example.org/authorize" || d.TokenURL != "https://login.example.org/token" {
		t.Errorf("added was %+v", d)
	}
	b.clean()
}

// TestAddByHandAfterAll: an address that is no issuer's leads to the fields for its addresses.
func TestAddByHandAfterAll(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("add")
	b.click("By its addressYour company's or your own sign-in server")
	b.write("issuer", "https://nobody.example")
	b.click("Enter its addresses by hand")
	b.until(`document.querySelector("[name=authorize_url]") !== null`)
	b.until(`document.activeElement !== document.body`)
	b.clean("400")
}

// TestAddTwice: the second one gets another name, and a name that is taken is refused beside its field.
func TestAddTwice(t *testing.T) {
	t.Parallel()
	b := open(t, everyState()...)
	b.enter("add")
	b.click("GitHub")
	if name := b.value("name"); name != "github-2" {
		t.Errorf("the name is %q", name)
	}
	b.write("name", "github")
	b.write("client_id", "c")
	b.write("client_secret", "s")
	b.click("Sign in")
	b.until(`document.querySelector("[name=name]").ariaInvalid === "true"`)
	b.click("Name")
	b.focus("name")
	if len(b.keeper.Added()) != 0 {
		t.Error("a session that exists was changed")
	}
	b.clean()
}

// TestAddWithAWrongClient: the form comes back as it was, with what is wrong beside the field.
func TestAddWithAWrongClient(t *testing.T) {
	t.Parallel()
	k := apitest.New()
	r := refuser(k, k.LoginStatus)
	b := openWith(t, k, func(o *api.Options) { o.Keeper = r })
	b.enter("add")
	b.click("Google")
	b.write("client_id", "wrong")
	b.write("client_secret", "canary-91c4")
	b.click("Sign in")
	b.newTab()
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	r.end(client.Login{
		ID: "login-1", Status: "failed", Failure: "setup", Field: "client_id",
		Detail: "Google does not know this client. Check its id and secret.",
	})
	if err := k.Remove(t.Context(), "google"); err != nil { // what is not signed in to is not kept
		t.Fatal(err)
	}
	b.until(`document.querySelector("[name=client_id]")?.ariaInvalid === "true"`)
	b.until(`document.querySelector("[name=client_secret]").ariaInvalid === "true"`) // nobody tells which it is
	b.says("One of the two is wrong: this, or the App ID.")
	b.says("Something is not right yet")
	b.until(`document.activeElement.classList.contains("faults")`)
	if id, secret := b.value("client_id"), b.value("client_secret"); id != "wrong" || secret != "canary-91c4" {
		t.Errorf("the client %q is left, with a secret of %d characters", id, len(secret))
	}
	b.everywhere("add-wrong-client")
	b.write("client_id", "right")
	b.until(`document.querySelectorAll("[aria-invalid]").length === 0`)
	b.click("Sign in")
	b.until(`document.querySelector(".add [data-part=sign-in]") !== null`)
	b.keeper.Finish("login-2")
	b.until(state("google", "Signed in"))
	b.clean()
}

// TestAddSaysWhatIsKnown: what is known of a provider's sessions stands beside the form, and what is not known as well.
func TestAddSaysWhatIsKnown(t *testing.T) {
	t.Parallel()
	b := open(t)
	own := "https://login.example.org"
	b.keeper.SetProviders(
		client.Provider{
			ID: "spotify", Name: "Spotify", AuthorizeURL: own, TokenURL: own, RedirectURI: "http://127.0.0.1:21733/callback",
			ConsoleURL: "https://developer.spotify.com/dashboard",
			Note:       "Register http://127.0.0.1:21733/callback; the name localhost is refused. No secret is needed.",
			EndsWhen: []string{
				"two programs renew with the same refresh token",
				"an administrator's policy asks for a new sign-in after a time of its own, which it tells nobody beforehand",
			},
			Facts: []client.Fact{
				{About: "redirect", Label: "about the address", Text: "Register it exactly as it stands.", Known: true},
				{About: "session", Label: "sign-in lasts", Text: "183 days from the sign-in, renewed or not", Known: true},
				{About: "lost_answer", Label: "lost answer", Text: "Whether the same refresh token works again is not known."},
			},
		},
		client.Provider{
			ID: "work", Name: "Orders at work", TokenURL: own, AuthStyle: "none", Note: "Ask the people of the warehouse for a key.",
			Vars:  []client.Var{{Name: "base", Hint: "the address of the service"}, {Name: "tenant", Default: "main"}},
			Facts: []client.Fact{{About: "session", Label: "sign-in lasts", Text: "not known"}},
		},
	)
	b.enter("add")
	b.click("Spotify")
	b.says("Copy")
	b.click("How long a sign-in lasts, and what ends it")
	b.says("183 days from the sign-in, renewed or not")
	b.says("Whether the same refresh token works again is not known.")
	b.says("access is revoked at the provider")
	b.says("an administrator's policy asks for a new sign-in")
	b.everywhere("add-known")
	b.click("Choose another")
	b.click("Orders at work")
	b.says("Ask the people of the warehouse for a key.")
	b.says("sessionkeeper add NAME --provider work --var base=VALUE --var tenant=main --refresh-token-file FILE")
	if eval[bool](b, `document.querySelector("[name=client_id]") !== null`) {
		t.Error("a client is asked for where there are none")
	}
	b.click("How long a sign-in lasts, and what ends it")
	b.says("not known")
	b.everywhere("add-without-page")
	b.clean()
}

// TestAddWithAReturnAddress: the address that is registered is the user's own, and shown only once it is known.
func TestAddWithAReturnAddress(t *testing.T) {
	t.Parallel()
	b := open(t)
	own := "https://login.example.org"
	b.keeper.SetProviders(client.Provider{
		ID: "shop", Name: "Shop", AuthorizeURL: own, TokenURL: own, PasteOnly: true, RedirectURI: "{redirect}",
		Vars: []client.Var{{Name: "redirect", Hint: "the address that is registered"}, {Name: "shop", Hint: "its name"}},
	})
	b.enter("add")
	b.click("Shop")
	b.says("The address that is registered")
	labels := eval[[]string](b, `[...document.querySelectorAll("label")].map((e) => e.textContent)`)
	if !slices.Contains(labels, "Return address") || !slices.Contains(labels, "Shop") {
		t.Errorf("the fields are called %q", labels)
	}
	if text := eval[string](b, `document.body.innerText`); strings.Contains(text, "{") || strings.Contains(text, "Give it this") {
		t.Errorf("an address that nobody knows yet is shown:\n%s", text)
	}
	b.write("vars.redirect", "https://app.example/done")
	b.says("Give it this return address (redirect URI): \nhttps://app.example/done")
	b.write("client_id", "c")
	b.click("Sign in")
	b.click("Shop") // is missing
	b.focus("vars.shop")
	b.write("vars.shop", "mine")
	b.click("Sign in")
	b.newTab()
	b.focus("address")
	if eval[bool](b, `document.body.innerText.includes("another device")`) {
		t.Error("another device is offered where the provider has no way for that")
	}
	b.clean()
}

// TestAddGivenUp: who cancels the form finds an empty one, and the secret is not kept for them.
func TestAddGivenUp(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.enter("add")
	b.click("Google")
	b.write("client_secret", "canary-77aa")
	b.click("Cancel")
	b.says("No sessions yet")
	b.click("Add session")
	b.until(`document.querySelector(".providers") !== null`)
	b.click("Google")
	if secret := b.value("client_secret"); secret != "" {
		t.Error("the form still has the secret")
	}
	b.clean()
}
