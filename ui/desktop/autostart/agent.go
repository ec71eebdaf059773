package autostart

import (
	"encoding/xml"
	"path/filepath"
	"strings"
)

// agentText is a launchd agent (launchd.plist(5)). It is not kept alive but after a crash: where another keeper runs
// already this one ends, and would else be started every 10 s.
const agentText = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<!-- Written by "sessionkeeper autostart on"; "sessionkeeper autostart off" takes it away. -->
<!-- {seal} -->
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>{label}</string>
	<key>ProgramArguments</key>
	<array>
{arguments}	</array>
{environment}	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>Crashed</key>
		<true/>
	</dict>
	<key>LimitLoadToSessionType</key>
	<string>Aqua</string>
	<key>ProcessType</key>
	<string>Interactive</string>
	<key>Umask</key>
	<integer>63</integer>
</dict>
</plist>
`

// agent is an entry for launchd. Its label is the file's name without its ending.
func (h host) agent(which, program string, args ...string) entry {
	label := "local.sessionkeeper." + which + h.suffix
	var arguments, environment strings.Builder
	for _, a := range append([]string{program}, args...) {
		arguments.WriteString("\t\t<string>" + escaped(a) + "</string>\n")
	}
	if len(h.vars) > 0 {
		environment.WriteString("\t<key>EnvironmentVariables</key>\n\t<dict>\n")
		for _, v := range h.vars {
			name, value, _ := strings.Cut(v, "=")
			environment.WriteString("\t\t<key>" + escaped(name) + "</key>\n\t\t<string>" + escaped(value) + "</string>\n")
		}
		environment.WriteString("\t</dict>\n")
	}
	text := strings.NewReplacer("{seal}", sealMark, "{label}", escaped(label), "{arguments}", arguments.String(),
		"{environment}", environment.String()).Replace(agentText)
	return sealed(entry{
		kind:    "launchd",
		path:    filepath.Join(h.home, "Library", "LaunchAgents", label+".plist"),
		program: program,
		text:    text,
	})
}

func escaped(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a builder takes everything
	return b.String()
}
