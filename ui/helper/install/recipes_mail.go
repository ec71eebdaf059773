package install

import (
	"fmt"
	"path/filepath"
	"strings"
)

// mailBlock is an edit of a program's own file; where it is not there, notes say what to write.
func (k kit) mailBlock() (edit, error) {
	var path, text string
	switch k.recipe.id {
	case "msmtp":
		path, text = k.msmtpText()
	case "isync":
		path, text = k.isyncText()
	default:
		path, text = k.neomuttText()
	}
	if strings.ContainsAny(k.Options.Username, " \"'\\$`#") {
		return edit{}, usagef("--user %q is no mail account", k.Options.Username)
	}
	return edit{Kind: kindBlock, Path: path, Place: []string{k.recipe.id + " " + k.profile()}, Text: text}, nil
}

func (k kit) mailEdits() ([]edit, error) {
	e, err := k.mailBlock()
	if err != nil {
		return nil, err
	}
	c, err := read(e.Path)
	if err != nil || !c.there {
		return nil, err
	}
	return []edit{e}, nil
}

// mailMissing reports whether a mail program has no file of its own yet. One of ours alone would be no configuration.
func (k kit) mailMissing() bool {
	if k.recipe.helper != "mail" {
		return false
	}
	e, err := k.mailBlock()
	if err != nil {
		return false
	}
	c, err := read(e.Path)
	return err == nil && !c.there
}

func (k kit) mailNotes() []string {
	if len(k.Hosts) > 0 {
		k.host = k.Hosts[0]
	}
	e, err := k.mailBlock()
	if err != nil {
		return nil
	}
	var notes []string
	if k.mailMissing() {
		notes = append(notes, fmt.Sprintf("There is no %s yet, so nothing was written. Put this into it:\n\n%s\n", k.short(e.Path), e.Text))
	}
	if k.recipe.id == "neomutt" {
		notes = append(notes, "neomutt takes tokens of 4096 bytes at most.")
	}
	if k.recipe.id == "isync" {
		notes = append(notes, "mbsync needs a SASL module for XOAUTH2, such as libsasl2-modules-kdexoauth2.")
	}
	return notes
}

func (k kit) plainProfile() error {
	if strings.ContainsAny(k.profile(), " \t\"'\\#$`:") {
		return k.plainWord("mail account", k.profile())
	}
	return nil
}

// split gives host and port of a mail server.
func (k kit) split(port string) (host, chosen string) {
	if i := strings.LastIndexByte(k.host, ':'); i > strings.LastIndexByte(k.host, ']') {
		return k.host[:i], k.host[i+1:]
	}
	return k.host, port
}

// msmtp: https://marlam.de/msmtp/msmtp.html. It passes what is between the outermost quotes to the shell.
func (k kit) msmtp() ([]edit, error) {
	if err := k.plainProfile(); err != nil {
		return nil, err
	}
	return k.mailEdits()
}

func (k kit) msmtpText() (path, text string) {
	host, port := k.split("587")
	starttls := "on"
	if port == "465" {
		starttls = "off"
	}
	path = first(k.at(".msmtprc"), filepath.Join(k.config(), "msmtp", "config"), k.at(".msmtprc"))
	return path, strings.Join([]string{
		"account " + k.profile(), "host " + host, "port " + port, "tls on", "tls_starttls " + starttls,
		"auth xoauth2", "user " + k.Options.Username, "from " + k.Options.Username,
		`passwordeval "` + k.command() + ` </dev/null"`,
	}, "\n")
}

// isync: https://isync.sourceforge.io/mbsync.html. SSLType is what versions before 1.5 call TLSType, and later ones still
// take it.
func (k kit) isync() ([]edit, error) {
	if err := k.plainProfile(); err != nil {
		return nil, err
	}
	return k.mailEdits()
}

func (k kit) isyncText() (path, text string) {
	host, port := k.split("993")
	ssl := "IMAPS"
	if port == "143" {
		ssl = "STARTTLS"
	}
	path = first(k.at(".mbsyncrc"), filepath.Join(k.config(), "isyncrc"), k.at(".mbsyncrc"))
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(k.command())
	return path, strings.Join([]string{
		"IMAPAccount " + k.profile(), "Host " + host, "Port " + port, "User " + k.Options.Username,
		"SSLType " + ssl, "AuthMechs XOAUTH2", `PassCmd "` + escaped + `"`, "",
	}, "\n")
}

// neomutt: https://neomutt.org/guide/reference (imap_oauth_refresh_command)
func (k kit) neomutt() ([]edit, error) {
	return k.mailEdits()
}

func (k kit) neomuttText() (path, text string) {
	path = first(k.at(".neomuttrc"), filepath.Join(k.config(), "neomutt", "neomuttrc"), k.at(".muttrc"),
		filepath.Join(k.config(), "mutt", "muttrc"), filepath.Join(k.config(), "neomutt", "neomuttrc"))
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(k.command())
	return path, strings.Join([]string{
		`set imap_user="` + k.Options.Username + `"`,
		`set imap_authenticators="xoauth2"`,
		`set imap_oauth_refresh_command="` + escaped + `"`,
		`set smtp_authenticators="xoauth2"`,
		`set smtp_oauth_refresh_command="` + escaped + `"`,
	}, "\n")
}

func (k kit) netrcNotes() []string {
	return []string{"No file is written, since a token runs out. A program that reads one gets it like this: " +
		"curl --netrc-file <(sessionkeeper helper netrc " + quoted(k.Session) + ") https://" + k.Hosts[0] + "/"}
}

func (k kit) curlNotes() []string {
	return []string{"curl needs no configuration. Use it with: sessionkeeper helper curl " + quoted(k.Session) +
		" | curl --config - https://…"}
}
