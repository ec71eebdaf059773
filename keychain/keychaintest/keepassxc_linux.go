package keychaintest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// keepass is KeePassXC (2.7), whose Secret Service shows one group of its open database. It needs no screen: Qt draws
// off it. SIGTERM would ask a person what to do with an open database.
var keepass = peer{
	"keepassxc", "/org/freedesktop/secrets/collection/t", syscall.SIGKILL,
	func(d *Desktop, locked bool) *exec.Cmd {
		args := []string{"--config=" + d.runtime + "/kp.ini", "--localconfig=" + d.runtime + "/kp.local.ini"}
		if !locked {
			args = append(args, "--pw-stdin")
		}
		cmd := d.command("keepassxc", append(args, filepath.Join(d.home, "t.kdbx"))...)
		cmd.Env = append(cmd.Env, "QT_QPA_PLATFORM=offscreen")
		return cmd
	},
}

// keepassXML is a database whose root group is open to the Secret Service.
//
//nolint:gosec // its identifiers look like secrets and are none
const keepassXML = `<?xml version="1.0" encoding="UTF-8"?>
<KeePassFile>
<Meta><DatabaseName>t</DatabaseName><RecycleBinEnabled>False</RecycleBinEnabled><CustomData><Item>
<Key>FDO_SECRETS_EXPOSED_GROUP</Key><Value>{11111111-1111-1111-1111-111111111111}</Value>
</Item></CustomData></Meta>
<Root><Group><UUID>EREREREREREREREREREREQ==</UUID><Name>Root</Name></Group></Root>
</KeePassFile>
`

// keepassINI lets programs in without a question, as a user does who trusts them. It saves nothing by itself: 2.7 saves
// in a thread of its own after every change, and dies of a change that comes meanwhile.
//
//nolint:gosec // as above
const keepassINI = `[General]
ConfigVersion=2
AutoSaveAfterEveryChange=false
SingleInstance=false
UpdateCheckMessageShown=true
[GUI]
CheckForUpdates=false
[FdoSecrets]
Enabled=true
ConfirmAccessItem=false
ConfirmDeleteItem=false
ShowNotification=false
`

// StartKeePassXC starts a bus and KeePassXC with an open database. Of Desktop's methods Unlock, Prompter and FillDisk
// are GNOME Keyring's alone.
func StartKeePassXC(tb testing.TB) *Desktop {
	tb.Helper()
	d := start(tb, false)
	d.peer = keepass
	d.file("kp.ini", keepassINI)
	text := d.file("t.xml", keepassXML)
	database := d.command("keepassxc-cli", "import", "-q", "-p", text, filepath.Join(d.home, "t.kdbx"))
	database.Env = append(database.Env, "QT_QPA_PLATFORM=offscreen")
	database.Stdin = strings.NewReader(Password + "\n" + Password + "\n")
	if out, err := database.CombinedOutput(); err != nil {
		tb.Fatalf("making a KeePassXC database: %v\n%s", err, out)
	}
	if err := os.Remove(text); err != nil {
		tb.Fatal(err)
	}
	d.Restart()
	return d
}
