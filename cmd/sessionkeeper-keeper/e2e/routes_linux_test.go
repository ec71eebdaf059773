package e2e

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

// schema is what the local API's own description says of a body, as far as it is needed to make one.
type schema struct {
	Ref        string `json:"$ref"`
	Type       any    `json:"type"`
	Properties map[string]schema
	Items      *schema
	Enum       []any
}

// description is the local API's own description of itself.
type description struct {
	Paths      map[string]map[string]json.RawMessage // operations, and what they share
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	Parameters  []struct{ Name, In string }
	RequestBody struct {
		Content map[string]struct{ Schema schema }
	}
}

// values are some that a property may have, as JSON.
func (d *description) values(s schema) []string {
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = d.Components.Schemas[name]
	}
	switch {
	case len(s.Enum) > 0:
		all := make([]string, len(s.Enum))
		for i, one := range s.Enum {
			data, _ := json.Marshal(one)
			all[i] = string(data)
		}
		return all
	case s.Type == "boolean":
		return []string{"true"}
	case s.Type == "integer" || s.Type == "number":
		return []string{"1"}
	case s.Type == "array":
		return []string{`["one"]`, `["refresh_token"]`}
	case len(s.Properties) > 0:
		return []string{"{}"}
	}
	return []string{`"one"`, `"1s"`, `"refresh_token"`}
}

// bodies are for an operation: none, an empty one, one with each property alone, and one with all of them.
func (d *description) bodies(o operation) []string {
	all := []string{"", "{}"}
	s := o.RequestBody.Content["application/json"].Schema
	if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
		s = d.Components.Schemas[name]
	}
	var together []string
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		for i, value := range d.values(s.Properties[key]) {
			one := fmt.Sprintf("%q:%s", key, value)
			all = append(all, "{"+one+"}")
			if i == 0 {
				together = append(together, one)
			}
		}
	}
	return append(all, "{"+strings.Join(together, ",")+"}")
}

// begin sends a request and gives the answer with its head; of a stream what it begins with.
func (d *door) begin(t *testing.T, method, target, head, body string) (text string, status int) {
	t.Helper()
	c, err := d.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	_, _ = fmt.Fprintf(c, "%s %s HTTP/1.1\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s", method, target, head, len(body), body)
	answer, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Errorf("%s %s %s: %v", method, target, body, err)
		return "", 0
	}
	defer answer.Body.Close()
	var b strings.Builder
	_ = answer.Header.Write(&b)
	if answer.Header.Get("Content-Type") == "application/x-ndjson" {
		_ = c.SetDeadline(time.Now().Add(200 * time.Millisecond))
	}
	_, _ = io.Copy(&b, answer.Body)
	return b.String(), answer.StatusCode
}

// Whatever is asked of the local API, by each method, over each of its doors, with each parameter that there is: no
// refresh token comes back, no client secret, and no token but the one that the routes for tokens give over the socket.
func TestTLOG1NoRouteGivesARefreshToken(t *testing.T) {
	t.Parallel()
	secrets := &vault{}
	d := openDoors(t, authserver.Options{Issued: secrets.add, Rotation: authserver.RotationGrace, Grace: time.Hour})
	socket, page := d.each()[0], d.each()[1]
	var told description
	text, _ := socket.begin(t, "GET", "/v1/openapi.json", "Host: x\r\n", "")
	if err := json.Unmarshal([]byte(text[strings.Index(text, "{"):]), &told); err != nil || len(told.Paths) < 30 {
		t.Fatalf("%d paths, %v", len(told.Paths), err)
	}
	_, code, _ := strings.Cut(d.must("ui", "--print"), "#k=")
	text, _ = page.begin(t, "POST", "/v1/ui/session", "Host: "+d.page+"\r\nContent-Type: application/json\r\n",
		`{"code":"`+strings.TrimSpace(code)+`"}`)
	var signedIn struct{ Bearer string }
	if err := json.Unmarshal([]byte(text[strings.Index(text, "{"):]), &signedIn); err != nil || signedIn.Bearer == "" {
		t.Fatalf("no bearer: %v", err)
	}
	heads := map[*door]string{
		&socket: "Host: x\r\nContent-Type: application/json\r\n",
		&page:   "Host: " + d.page + "\r\nContent-Type: application/json\r\nAuthorization: Bearer " + signedIn.Bearer + "\r\n",
	}
	asked, given := 0, 0
	ask := func(path, method string) {
		var o operation // of a method that the path has not: an empty one
		if described := told.Paths[path][strings.ToLower(method)]; described != nil {
			if err := json.Unmarshal(described, &o); err != nil {
				t.Fatal(err)
			}
		}
		target := strings.NewReplacer("{name}", "one", "{id}", "x").Replace(path)
		var queries strings.Builder
		for _, p := range o.Parameters {
			if p.In == "query" {
				queries.WriteString("&" + p.Name + "=one")
			}
		}
		for one, head := range heads {
			for _, body := range told.bodies(o) {
				for _, query := range []string{"", "?x=1" + queries.String()} {
					asked++
					text, status := one.begin(t, method, target+query, head, body)
					tokens := status == http.StatusOK && one.name == "socket" && strings.HasSuffix(path, "/token")
					for _, secret := range secrets.all() {
						if tokens && strings.Contains(text, `"access_token":"`+secret+`"`) {
							given++
						} else if form := leaked(text, secret); form != "" {
							t.Errorf("%s: %s %s %s gives a secret away, %s", one.name, method, target+query, body, form)
						}
					}
				}
			}
		}
	}
	harmful := func(path, method string) bool {
		return method == "DELETE" || slices.ContainsFunc([]string{"/logout", "/pause", "/keychain/", "/secret", "/login"}, func(part string) bool {
			return strings.Contains(path, part)
		})
	}
	for _, last := range []bool{false, true} {
		for _, path := range slices.Sorted(maps.Keys(told.Paths)) {
			for _, method := range []string{"GET", "HEAD", "OPTIONS", "TRACE", "PATCH", "PUT", "POST", "DELETE", "QUERY"} {
				if harmful(path, method) == last {
					ask(path, method)
				}
			}
		}
	}
	if asked < 1000 || given < 5 || len(secrets.all()) < 6 {
		t.Errorf("%d requests, %d tokens given, %d secrets; this test would prove nothing", asked, given, len(secrets.all()))
	}
	t.Logf("%d requests, %d secrets looked for in each answer", asked, len(secrets.all()))
}
