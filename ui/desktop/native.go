package desktop

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// toastGroup keeps our toasts apart from others of the same application id.
	toastGroup = "sessionkeeper"

	// toastApp is whose toasts ours are for Windows, which shows none of an application that is not registered: the
	// PowerShell that is part of the system (Microsoft Learn, "Find the Application User Model ID").
	toastApp = `{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe`

	// toastText bounds a text in escaped bytes: a toast's payload may have 5 KB (Microsoft Learn, "Toast content").
	toastText = 2000
)

var errHelperSlow = errors.New("the system's notifications did not answer in 5 s")

// command is a helper program of the system. What strangers said is never part of a script: it goes in as arguments or
// as input.
type command struct {
	path  string
	args  []string
	input string
}

// native shows notices where there is no D-Bus, through helpers that come with the system. They have no buttons.
type native struct {
	system string // runtime.GOOS

	turn  chan struct{} // holds one while a helper runs: two for one key must not overtake each other
	mu    sync.Mutex
	shown map[string]uint32
}

func newNative(system string) *native {
	return &native{system: system, turn: make(chan struct{}, 1), shown: map[string]uint32{}}
}

func (s *native) notify(ctx context.Context, n Notice) error {
	if err := s.run(ctx, showCommand(s.system, n)); err != nil {
		return fmt.Errorf("showing a notification: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[n.Key] = noticeID(n.Key)
	return nil
}

func (s *native) withdraw(ctx context.Context, key string) error {
	if c, ok := withdrawCommand(s.system, key); ok {
		if err := s.run(ctx, c); err != nil {
			return fmt.Errorf("withdrawing a notification: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.shown, key)
	return nil
}

// screen is what was shown and not withdrawn; nothing tells what the user closed.
func (s *native) screen() map[string]uint32 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.shown)
}

// adopt needs no id: a key has the same one in every process.
func (s *native) adopt(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown[key] = noticeID(key)
}

// run runs one helper at a time and kills it after 5 s.
func (s *native) run(ctx context.Context, c command) error {
	ctx, cancel := context.WithTimeoutCause(ctx, openLimit, errHelperSlow)
	defer cancel()
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	cmd := exec.CommandContext(ctx, c.path, c.args...) //nolint:gosec // the system's own program and a fixed script
	cmd.Stdin = strings.NewReader(c.input)
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = 100 * time.Millisecond
	hide(cmd)
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// showCommand shows a notice, or replaces the one of the same key where the system can.
func showCommand(system string, n Notice) command {
	if system == "darwin" {
		// The script comes as input, so that no text of ours is ever looked at for options.
		return command{
			path:  "/usr/bin/osascript",
			args:  []string{"-", n.Title, n.Body},
			input: appleScript,
		}
	}
	// Base64, because PowerShell reads its input in a code page of the console.
	return toastCommand(showScript, toastTag(n.Key), base64.StdEncoding.EncodeToString(toastXML(n)))
}

// withdrawCommand is not ok where the system cannot take a notice away.
func withdrawCommand(system, key string) (c command, ok bool) {
	if system == "darwin" {
		return command{}, false // osascript's notices belong to the system's script editor
	}
	return toastCommand(withdrawScript, toastTag(key)), true
}

const appleScript = `on run argv
	display notification (item 2 of argv) with title (item 1 of argv)
end run
`

// What the scripts have in common. Lines of input: the tag, then the toast.
const (
	toastStart = `$ErrorActionPreference = 'Stop'
$tag = [Console]::In.ReadLine()
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
[void][Windows.UI.Notifications.ToastNotification, Windows.UI.Notifications, ContentType = WindowsRuntime]
[void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime]
$app = '` + toastApp + `'
`
	showScript = toastStart + `$xml = New-Object Windows.Data.Xml.Dom.XmlDocument
$xml.LoadXml([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String([Console]::In.ReadLine())))
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
$toast.Tag = $tag
$toast.Group = '` + toastGroup + `'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
`
	withdrawScript = toastStart + `[Windows.UI.Notifications.ToastNotificationManager]::History.Remove($tag, '` +
		toastGroup + `', $app)
`
)

func toastCommand(script string, lines ...string) command {
	return command{
		path:  powerShell(os.Getenv("SystemRoot")),
		args:  []string{"-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", encodeScript(script)},
		input: strings.Join(lines, "\r\n") + "\r\n",
	}
}

// powerShell is the system's own; one that happens to lie on PATH is not asked.
func powerShell(root string) string {
	if root == "" {
		root = `C:\Windows`
	}
	return filepath.Join(root, "System32", "WindowsPowerShell", "v1.0", "powershell.exe")
}

// encodeScript is base64 of UTF-16LE (about_PowerShell_exe, -EncodedCommand).
func encodeScript(script string) string {
	var b bytes.Buffer
	for _, unit := range utf16.Encode([]rune(script)) {
		b.Write(binary.LittleEndian.AppendUint16(nil, unit))
	}
	return base64.StdEncoding.EncodeToString(b.Bytes())
}

type toast struct {
	XMLName  xml.Name `xml:"toast"`
	Duration string   `xml:"duration,attr,omitempty"`
	Visual   struct {
		Binding struct {
			Template string   `xml:"template,attr"`
			Text     []string `xml:"text"`
		} `xml:"binding"`
	} `xml:"visual"`
}

// toastXML has no buttons: without a registered activator nobody would hear of a press.
func toastXML(n Notice) []byte {
	var t toast
	if n.Urgent {
		t.Duration = "long" // 25 s, then it lies in the notification centre
	}
	t.Visual.Binding.Template = "ToastGeneric"
	t.Visual.Binding.Text = []string{clipEscaped(n.Title, toastText/4), clipEscaped(n.Body, toastText)}
	data, err := xml.Marshal(t)
	if err != nil {
		panic(err) // a struct of strings
	}
	return data
}

// clipEscaped cuts a text whose escaped form is too long.
func clipEscaped(text string, limit int) string {
	size := 0
	for i, r := range text {
		var b bytes.Buffer
		_ = xml.EscapeText(&b, utf8.AppendRune(nil, r)) // a buffer takes everything
		if size += b.Len(); size > limit {
			return text[:i] + "…"
		}
	}
	return text
}

// toastTag is a key's name for Windows, which takes 16 characters everywhere.
func toastTag(key string) string { return fmt.Sprintf("%016x", keyHash(key)) }

// noticeID is never 0, which stands for none.
func noticeID(key string) uint32 {
	h := keyHash(key)
	return max(1, uint32(h^h>>32)) //nolint:gosec // half of a hash is a hash
}

func keyHash(key string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(key))
	return h.Sum64()
}

// lookForHelper is what Look says of notifications where there is no D-Bus.
func lookForHelper() Check {
	c := Check{Name: "notifications", OK: true, Detail: "shown by the system, without buttons"}
	path := showCommand(runtime.GOOS, Notice{}).path
	if _, err := exec.LookPath(path); err != nil {
		c.OK, c.Detail = false, path+" is missing"
		c.Action = "warnings are seen in the tray, on the page and in the log"
	}
	return c
}
