package install

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sessionkeeper/ui/helper"
)

// mailServer speaks a protocol to one client after the other, and keeps what they proved to be.
type mailServer struct {
	port string

	mu       sync.Mutex
	accounts []string // "user=…|auth=Bearer …" of each that signed in by XOAUTH2
	letters  []string
}

func (s *mailServer) signedIn() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.accounts
}

// account takes the initial client response of XOAUTH2.
func (s *mailServer) account(response string) bool {
	text, err := base64.StdEncoding.DecodeString(response)
	if err != nil || !strings.HasSuffix(string(text), "\x01\x01") {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts = append(s.accounts, strings.ReplaceAll(strings.TrimSuffix(string(text), "\x01\x01"), "\x01", "|"))
	return true
}

func serveMail(t *testing.T, talk func(s *mailServer, c net.Conn)) *mailServer {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{port: port}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			talk(s, c)
			_ = c.Close()
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		running.Wait()
	})
	return s
}

// smtp wants STARTTLS and XOAUTH2 before it takes a letter (RFC 5321, RFC 3207, RFC 4954).
func (d *desk) smtp(s *mailServer, c net.Conn) {
	say := func(line string) { _, _ = fmt.Fprintf(c, "%s\r\n", line) }
	lines := bufio.NewReader(c)
	say("220 localhost")
	encrypted, known := false, false
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		switch verb, rest, _ := strings.Cut(line, " "); {
		case verb == "EHLO" && !encrypted:
			say("250-localhost\r\n250 STARTTLS")
		case verb == "EHLO":
			say("250-localhost\r\n250 AUTH XOAUTH2")
		case verb == "STARTTLS":
			say("220 go on")
			c = tls.Server(c, d.tls)
			lines, encrypted = bufio.NewReader(c), true
		case verb == "AUTH" && encrypted:
			response, inline := strings.CutPrefix(rest, "XOAUTH2 ")
			if !inline {
				say("334 ")
				if response, err = lines.ReadString('\n'); err != nil {
					return
				}
			}
			if known = s.account(strings.TrimSpace(response)); known {
				say("235 welcome")
			} else {
				say("535 no")
			}
		case verb == "QUIT":
			say("221 bye")
			return
		case !known:
			say("530 who are you?")
		case verb == "DATA":
			say("354 go on")
			var letter strings.Builder
			for line != "." {
				if line, err = lines.ReadString('\n'); err != nil {
					return
				}
				line = strings.TrimRight(line, "\r\n")
				letter.WriteString(line + "\n")
			}
			s.mu.Lock()
			s.letters = append(s.letters, letter.String())
			s.mu.Unlock()
			say("250 taken")
		default:
			say("250 ok")
		}
	}
}

func TestMsmtp(t *testing.T) {
	t.Attr("real", "msmtp")
	d := newDesk(t)
	s := serveMail(t, d.smtp)
	file := filepath.Join(d.Dir, ".msmtprc")
	put(t, file, "defaults\ntls_trust_file "+d.ca)
	before := get(t, file)
	for _, name := range []string{"work", hostile} {
		q := Request{
			Tool: "msmtp", Session: name, Profile: "corp", Hosts: []string{"localhost:" + s.port},
			Options: helper.Options{Username: "me@example.org"},
		}
		mustInstall(t, d.Home, q)
		d.must(t, "Subject: x\n\nhello "+name+"\n", "msmtp", "--account=corp", "you@example.org")
		accounts := s.signedIn()
		if want := "user=me@example.org|auth=Bearer " + token + name + "-3"; len(accounts) == 0 || accounts[len(accounts)-1] != want {
			t.Errorf("msmtp signed in as %q; want %q", accounts, want)
		}
		mustUninstall(t, d.Home, q)
		if got := get(t, file); got != before {
			t.Errorf("uninstalling left %q", got)
		}
	}
	if len(s.letters) != 2 || !strings.Contains(s.letters[1], "hello "+hostile) {
		t.Errorf("the letters are %q", s.letters)
	}
}

// imap has one empty mailbox, for those who sign in by XOAUTH2 (RFC 3501).
func (d *desk) imap(s *mailServer, c net.Conn) {
	c = tls.Server(c, d.tls)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(c, format+"\r\n", args...) }
	lines := bufio.NewReader(c)
	say("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready")
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		words := strings.Fields(line)
		if len(words) < 2 {
			return
		}
		tag, verb := words[0], strings.ToUpper(words[1])
		switch verb {
		case "AUTHENTICATE":
			response := words[len(words)-1]
			if len(words) == 3 {
				say("+ ")
				if response, err = lines.ReadString('\n'); err != nil {
					return
				}
			}
			if !s.account(strings.TrimSpace(response)) {
				say("%s NO who are you?", tag)
				continue
			}
		case "CAPABILITY":
			say("* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR")
		case "LIST":
			say(`* LIST () "/" INBOX`)
		case "LOGOUT":
			say("* BYE bye")
		}
		say("%s OK done", tag)
		if verb == "LOGOUT" {
			return
		}
	}
}

func TestMbsync(t *testing.T) {
	t.Attr("real", "mbsync")
	d := newDesk(t)
	d.env = append(d.env, "SSL_CERT_FILE="+d.ca)
	s := serveMail(t, d.imap)
	put(t, filepath.Join(d.Dir, "Mail", ".keep"), "")
	file := filepath.Join(d.Dir, ".mbsyncrc")
	for _, name := range []string{"work", hostile} {
		put(t, file, "")
		q := Request{
			Tool: "isync", Session: name, Profile: "corp", Hosts: []string{"localhost:" + s.port},
			Options: helper.Options{Username: "me@example.org"},
		}
		mustInstall(t, d.Home, q)
		put(t, file, get(t, file)+"\nIMAPStore far\nAccount corp\n\nMaildirStore near\nPath ~/Mail/\nInbox ~/Mail/INBOX\nSubFolders Verbatim\n\n"+
			"Channel mail\nFar :far:\nNear :near:\nPatterns *\n")
		if out := d.must(t, "", "mbsync", "--list", "mail"); !strings.Contains(out, "INBOX") {
			t.Errorf("mbsync lists %q", out)
		}
		accounts := s.signedIn()
		if want := "user=me@example.org|auth=Bearer " + token + name + "-3"; len(accounts) == 0 || accounts[len(accounts)-1] != want {
			t.Errorf("mbsync signed in as %q; want %q", accounts, want)
		}
		mustUninstall(t, d.Home, q)
		if got := get(t, file); strings.Contains(got, "corp\nHost") || !strings.Contains(got, "Channel mail") {
			t.Errorf("uninstalling left %q", got)
		}
	}
}

func TestNeomutt(t *testing.T) {
	t.Attr("real", "neomutt")
	d := newDesk(t)
	put(t, filepath.Join(d.Dir, ".neomuttrc"), "set header_cache=x\n")
	q := Request{Tool: "neomutt", Session: hostile, Options: helper.Options{Username: "me@example.org"}}
	mustInstall(t, d.Home, q)
	out := d.must(t, "", "neomutt", "-Q", "imap_oauth_refresh_command")
	// What it prints is quoted once more, for itself.
	printed := strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(out)
	if want := program + ` helper mail ` + quoted(hostile); !strings.Contains(printed, want) {
		t.Errorf("neomutt reads\n%s\nwant\n%s", printed, want)
	}
}
