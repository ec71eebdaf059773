package authserver

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/luikyv/go-oidc/pkg/goidc"
)

// consentView is what the consent page shows.
type consentView struct {
	Action   string // where the answer goes
	Client   string
	Scopes   []scopeView
	Accounts []accountView
	UserCode string // device flow: to be compared with the device's
}

type scopeView struct{ ID, Meaning string }

type accountView struct {
	Account
	Chosen bool
}

// consent is the library's authentication policy: nobody is ever remembered, so every request shows the page and asks,
// and prompt=consent and offline_access (OIDC Core 1.0 section 11) always get the consent that they need.
func (s *Server) consent(
	w http.ResponseWriter, r *http.Request, as *goidc.AuthnSession, _ *goidc.Client,
) (goidc.Status, error) {
	if as.Scopes == "" {
		as.Scopes = goidc.ScopeOpenID.ID
	}
	hinted := s.hinted(as.LoginHint)
	chosen, ok := s.account(r.PostFormValue("account"))
	switch {
	case s.autoApprove:
		return s.approve(as, hinted)
	case hasScope(string(as.Prompt), string(goidc.PromptTypeNone)):
		return goidc.StatusFailure, goidc.NewError(goidc.ErrorCodeLoginRequired, "nobody is signed in")
	case r.PostFormValue("decision") == "allow" && ok:
		return s.approve(as, chosen)
	case r.PostFormValue("decision") == "deny":
		s.store.answerOnce(as.ID)
		return goidc.StatusFailure, goidc.NewError(goidc.ErrorCodeAccessDenied, "the user said no")
	}
	view := consentView{Action: "/authorize/" + as.ID, Client: s.clients.name(as.ClientID), UserCode: as.UserCode}
	if as.DeviceCode != "" {
		view.Action = "/device/" + as.ID
	}
	for scope := range strings.FieldsSeq(as.Scopes) {
		view.Scopes = append(view.Scopes, scopeView{scope, meaning(scope)})
	}
	for _, a := range s.accounts {
		view.Accounts = append(view.Accounts, accountView{a, a.Subject == hinted.Subject})
	}
	render(w, http.StatusOK, "consent.html", view)
	return goidc.StatusPending, nil
}

var errAnswered = goidc.NewError(goidc.ErrorCodeInvalidRequest, "this request was answered already")

func (s *Server) approve(as *goidc.AuthnSession, a Account) (goidc.Status, error) {
	if !s.store.answerOnce(as.ID) {
		return goidc.StatusFailure, errAnswered
	}
	as.Subject = a.Subject
	as.Username = a.Email
	as.GrantedScopes = as.Scopes
	return goidc.StatusSuccess, nil
}

// hinted returns the account that a login_hint names, else the first.
func (s *Server) hinted(hint string) Account {
	for _, a := range s.accounts {
		if strings.EqualFold(hint, a.Subject) || strings.EqualFold(hint, a.Email) || strings.EqualFold(hint, a.Name) {
			return a
		}
	}
	return s.accounts[0]
}

func (s *Server) account(subject string) (Account, bool) {
	for _, a := range s.accounts {
		if a.Subject == subject {
			return a, true
		}
	}
	return Account{}, false
}

// claims are what the ID token and userinfo say beyond sub (OIDC Core 1.0 section 5.4).
func (s *Server) claims(_ context.Context, g *goidc.Grant) map[string]any {
	a, _ := s.account(g.Subject)
	claims := make(map[string]any)
	if hasScope(g.Scopes, goidc.ScopeProfile.ID) {
		claims[goidc.ClaimName] = a.Name
	}
	if hasScope(g.Scopes, goidc.ScopeEmail.ID) {
		claims[goidc.ClaimEmail] = a.Email
		claims[goidc.ClaimEmailVerified] = true
	}
	return claims
}

func meaning(scope string) string {
	switch scope {
	case goidc.ScopeOpenID.ID:
		return "know that it is you"
	case goidc.ScopeProfile.ID:
		return "see your name"
	case goidc.ScopeEmail.ID:
		return "see your e-mail address"
	case goidc.ScopeOfflineAccess.ID:
		return "stay signed in while you are away"
	case "read":
		return "read your demo data"
	case "write":
		return "change your demo data"
	default:
		return ""
	}
}

// askUserCode is the page where a device's code is typed in (RFC 8628 section 3.3).
func (s *Server) askUserCode(w http.ResponseWriter, r *http.Request) error {
	render(w, http.StatusOK, "device.html", r.FormValue("user_code"))
	return nil
}

// message is a page with nothing to do on it.
type message struct{ Title, Text string }

// confirmDevice ends the device flow in the browser.
func (s *Server) confirmDevice(w http.ResponseWriter, _ *http.Request) error {
	render(w, http.StatusOK, "message.html", message{
		Title: "The device is signed in",
		Text:  "You can close this page and go back to it.",
	})
	return nil
}

// renderError shows the user what went wrong where it cannot be sent to the client.
func renderError(w http.ResponseWriter, _ *http.Request, err error) error {
	m := message{Title: "This does not work", Text: "The request could not be carried out."}
	status := http.StatusBadRequest
	if refusal, ok := errors.AsType[goidc.Error](err); ok {
		m.Text = "The client's request was refused: " + string(refusal.Code) + ", " + refusal.Description + "."
		status = refusal.StatusCode()
		if refusal.Code == goidc.ErrorCodeAccessDenied {
			m = message{Title: "Denied", Text: "Nothing was allowed. You can close this page."}
		}
	}
	render(w, status, "message.html", m)
	return nil
}
