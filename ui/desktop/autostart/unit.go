package autostart

import (
	"path/filepath"
	"strings"
)

// unitText is the keeper's unit. Its restrictions are those that a user manager can apply without privileges and without
// namespaces of files: the keeper needs its own folders, sockets under /tmp where paths are long, the bus and the
// display. All of them imply NoNewPrivileges, which programs that it starts inherit; a browser starts elsewhere then
// (package desktop, Open).
const unitText = `# Written by "sessionkeeper autostart on"; "sessionkeeper autostart off" takes it away. Once changed it is left alone:
# put changes into a drop-in instead, "systemctl --user edit sessionkeeper".
# {seal}

[Unit]
Description=Sessionkeeper, the keeper of OAuth sessions
# Where another keeper runs already this one ends: five tries, then that one is relied on.
StartLimitIntervalSec=60
StartLimitBurst=5

[Service]
Type=exec
{environment}ExecStart={command}
Restart=on-failure
RestartSec=2
# The keeper alone is told to end. It then finishes what it sent to providers (30 s at most), saves it through its
# keychain child, and ends that.
KillMode=mixed
TimeoutStopSec=60
# A keychain child that ran out of memory is replaced.
OOMPolicy=continue

# Secrets: none in core dumps, no file of ours for others.
LimitCORE=0
UMask=0077
# No way to more rights than the user's own, no other user's files through set-user-id bits.
NoNewPrivileges=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictRealtime=yes
# Nothing is compiled or loaded at run time, so no memory needs to be writable and executable.
MemoryDenyWriteExecute=yes
LockPersonality=yes
SystemCallArchitectures=native
# Sockets for the desktop, providers and the page; netlink says when the network is back.
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=default.target
`

// unit is the keeper's entry for systemd. It starts with the user manager, before any desktop: over ssh as well, and
// where the desktop has no graphical-session.target.
func (h host) unit(program string) entry {
	name := "sessionkeeper" + h.suffix + ".service"
	folder := filepath.Join(h.config, "systemd", "user")
	var environment strings.Builder
	for _, v := range h.vars {
		environment.WriteString("Environment=" + unitQuote(v) + "\n")
	}
	text := strings.NewReplacer("{seal}", sealMark, "{environment}", environment.String(), "{command}", unitCommand(program, "serve")).
		Replace(unitText)
	return sealed(entry{
		kind:    "systemd",
		path:    filepath.Join(folder, name),
		link:    filepath.Join(folder, "default.target.wants", name),
		program: program,
		text:    text,
	})
}

// unitQuote quotes a word (systemd.syntax(7), "Quoting"; systemd.unit(5), "Specifiers").
func unitQuote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(s) + `"`
}

// unitCommand is a command line (systemd.service(5), "Command lines"). The program itself may hold neither quotes nor
// backslashes, however they are written, and is not looked through for variables as arguments are: a shell starts those.
func unitCommand(program string, args ...string) string {
	words := []string{unitQuote(program)}
	if strings.ContainsAny(program, `'"\$`) {
		words = []string{"/bin/sh", "-c", unitQuote(`exec "$$0" "$$@"`), unitArg(program)}
	}
	for _, a := range args {
		words = append(words, unitArg(a))
	}
	return strings.Join(words, " ")
}

func unitArg(s string) string {
	if isPlain(s) {
		return s
	}
	return strings.ReplaceAll(unitQuote(s), "$", "$$")
}

// isPlain reports whether no format of command lines sees anything special in s.
func isPlain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("/._-+,:@", r)
	})
}
