package stranger

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
)

// maxPages bounds a visit; the longest, a device's, has four.
const maxPages = 10

var (
	formAction = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	formInput  = regexp.MustCompile(`<input[^>]*>`)
	inputName  = regexp.MustCompile(` name="([^"]*)"`)
	inputValue = regexp.MustCompile(` value="([^"]*)"`)
)

// Visit opens an authorization or device verification address with a browser of its own (cookies, no scripts), submits
// the forms that the provider's pages hold as they are, and follows every redirect, also the one to the client. It
// returns where it landed. With stay, a redirect away from the provider is not followed, but returned.
func (p *Provider) Visit(address string, stay bool) *url.URL {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatalf("opening a browser: %v", err)
	}
	host := strings.TrimPrefix(p.Issuer, "http://")
	follow := func(next *http.Request, _ []*http.Request) error {
		if stay && next.URL.Host != host {
			return http.ErrUseLastResponse
		}
		return nil
	}
	client := &http.Client{Jar: jar, Transport: new(http.Transport), CheckRedirect: follow}
	defer client.CloseIdleConnections()
	at, page := p.open(client, http.MethodGet, address, nil)
	for range maxPages {
		action := formAction.FindStringSubmatch(page)
		if action == nil || at.Host != host {
			return at
		}
		target, err := at.Parse(html.UnescapeString(action[1]))
		if err != nil {
			p.t.Fatalf("reading the form: %v", err)
		}
		at, page = p.open(client, http.MethodPost, target.String(), fields(page))
	}
	p.t.Fatalf("the provider's pages go round in circles")
	return nil
}

// fields reads the form's inputs as they stand.
func fields(page string) url.Values {
	form := make(url.Values)
	for _, input := range formInput.FindAllString(page, -1) {
		name, value := inputName.FindStringSubmatch(input), inputValue.FindStringSubmatch(input)
		if name != nil && value != nil {
			form.Set(html.UnescapeString(name[1]), html.UnescapeString(value[1]))
		}
	}
	return form
}

func (p *Provider) open(client *http.Client, method, address string, form url.Values) (*url.URL, string) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatalf("opening a page: %v", err)
	}
	if form != nil {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	response, err := client.Do(request)
	if err != nil {
		p.t.Fatalf("opening a page: %v", err)
	}
	defer response.Body.Close()
	page, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("reading a page: %v", err)
	}
	if away, err := response.Location(); err == nil {
		return away, ""
	}
	return response.Request.URL, string(page)
}
