package keychaintest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
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

// keepassINI lets programs in without a question, as a user does who trusts them. Whether it saves by itself, which is
// its default, is the first value: 2.7 saves in a thread of its own after every change, and dies of a change that comes
// meanwhile.
//
//nolint:gosec // as above
const keepassINI = `[General]
ConfigVersion=2
AutoSaveAfterEveryChange=%t
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

// StartKeePassXC starts a bus and KeePassXC with an open database, which it never saves: it comes back from Kill as it
// was. Of Desktop's methods Unlock, Prompter and FillDisk are GNOME Keyring's alone.
func StartKeePassXC(tb testing.TB) *Desktop {
	tb.Helper()
	return startKeePassXC(tb, false)
}

// StartKeePassXCSaving is StartKeePassXC with the default that it saves after every change, and may die of the next.
func StartKeePassXCSaving(tb testing.TB) *Desktop {
	tb.Helper()
	return startKeePassXC(tb, true)
}

func startKeePassXC(tb testing.TB, saves bool) *Desktop {
	tb.Helper()
	d := start(tb, false)
	d.peer = keepass
	d.file("kp.ini", fmt.Sprintf(keepassINI, saves))
	text := d.file("t.xml", keepassXML)
	database := d.command("keepassxc-cli", "import", "-q", "-p", "-t", "100", text, filepath.Join(d.home, "t.kdbx"))
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

// OpenDatabase unlocks KeePassXC's locked database, as its user does who types the password into its window.
func (d *Desktop) OpenDatabase() {
	d.t.Helper()
	err := d.conn.Object("org.keepassxc.KeePassXC.MainWindow", "/keepassxc").
		Call("org.keepassxc.KeePassXC.MainWindow.openDatabase", 0, filepath.Join(d.home, "t.kdbx"), Password).Err
	if err != nil {
		d.t.Fatalf("unlocking KeePassXC: %v", err)
	}
}

// AwaitSave waits until KeePassXC has written its database after a moment, or has died of it.
func (d *Desktop) AwaitSave(after time.Time) {
	d.t.Helper()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for alive := true; alive; <-again.C {
		info, err := os.Stat(filepath.Join(d.home, "t.kdbx"))
		if err == nil && info.ModTime().After(after) {
			return
		}
		if err := d.conn.BusObject().Call("org.freedesktop.DBus.NameHasOwner", 0, secretsName).Store(&alive); err != nil {
			d.t.Fatal(err)
		}
	}
}
