//go:build !windows && !darwin

package keychain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// Names of the Secret Service API (freedesktop.org, draft 0.2).
const (
	busName      = "org.freedesktop.DBus"
	propsName    = "org.freedesktop.DBus.Properties"
	secretsName  = "org.freedesktop.secrets"
	secretsPath  = dbus.ObjectPath("/org/freedesktop/secrets")
	loginPath    = dbus.ObjectPath("/org/freedesktop/secrets/collection/login")
	serviceIface = "org.freedesktop.Secret.Service"
	ringIface    = "org.freedesktop.Secret.Collection"
	itemIface    = "org.freedesktop.Secret.Item"
	promptIface  = "org.freedesktop.Secret.Prompt"
	sessionIface = "org.freedesktop.Secret.Session"
	noObject     = dbus.ObjectPath("/")

	busVariable = "DBUS_SESSION_BUS_ADDRESS"
)

// guard stands before go-keyring, which would raise a prompt for a locked keyring and wait for it for ever: it looks
// first whether the keyring is open, over a connection of its own, and raises the prompt itself when the user acts. It
// also watches for the keyring's coming and going.
type guard struct {
	hint func() // the keyring may be usable again, or no more

	mu        sync.Mutex
	conn      *dbus.Conn
	ended     bool
	listeners sync.WaitGroup
	prompts   map[dbus.ObjectPath]chan outcome
	unlocking *unlocking
}

func newGuard(hint func()) *guard {
	return &guard{hint: hint, prompts: map[dbus.ObjectPath]chan outcome{}}
}

// watch sends hints until ctx ends.
func (g *guard) watch(ctx context.Context) {
	// Without a bus there is nothing to watch: the parent asks again in a while, and then we connect.
	_, _ = g.bus(ctx)
	<-ctx.Done()
	g.mu.Lock()
	g.ended = true
	if g.conn != nil {
		_ = g.conn.Close()
	}
	g.mu.Unlock()
	g.listeners.Wait()
}

// busAddress finds the session bus the way godbus does, less its last resort of starting a bus with dbus-launch.
func busAddress() (string, error) {
	if a := os.Getenv(busVariable); a != "" && a != "autolaunch:" {
		return a, nil
	}
	for _, folder := range []string{os.Getenv("XDG_RUNTIME_DIR"), fmt.Sprintf("/run/user/%d", os.Getuid())} {
		if folder == "" {
			continue
		}
		if _, err := os.Stat(folder + "/bus"); err == nil { //nolint:gosec // the user's own environment names it
			return "unix:path=" + dbus.EscapeBusAddressValue(folder+"/bus"), nil
		}
	}
	return "", errors.New("no " + busVariable + " and no bus socket in the runtime folder")
}

// bus gives the private connection, made anew when the last one broke.
func (g *guard) bus(ctx context.Context) (*dbus.Conn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.conn != nil && g.conn.Connected() {
		return g.conn, nil
	}
	if g.ended {
		return nil, dbus.ErrClosed
	}
	address, err := busAddress()
	if err != nil {
		return nil, err
	}
	// go-keyring connects by itself: this keeps it from looking further than we did.
	if err := os.Setenv(busVariable, address); err != nil {
		return nil, err
	}
	conn, err := dbus.Connect(address)
	if err != nil {
		return nil, err
	}
	for _, rule := range [][]dbus.MatchOption{
		{
			dbus.WithMatchSender(busName), dbus.WithMatchInterface(busName),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, secretsName),
		},
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(propsName), dbus.WithMatchArg(0, ringIface)},
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(serviceIface)},
		{dbus.WithMatchSender(secretsName), dbus.WithMatchInterface(promptIface)},
	} {
		if err := conn.AddMatchSignalContext(ctx, rule...); err != nil {
			_ = conn.Close()
			return nil, err
		}
	}
	signals := make(chan *dbus.Signal, 64)
	conn.Signal(signals)
	g.conn = conn
	g.listeners.Go(func() { g.listen(signals) })
	return conn, nil
}

// listen turns signals into hints and ends prompts, until the connection closes.
func (g *guard) listen(signals <-chan *dbus.Signal) {
	for s := range signals {
		switch s.Name {
		case promptIface + ".Completed":
			if len(s.Body) > 0 {
				dismissed, _ := s.Body[0].(bool)
				g.endPrompt(s.Path, outcome{dismissed: dismissed})
			}
		case busName + ".NameOwnerChanged":
			g.endPrompt("", outcome{fault: faultNoPeer})
			g.hint()
		case propsName + ".PropertiesChanged":
			if tellsLock(s.Body) {
				g.hint()
			}
		case serviceIface + ".CollectionCreated", serviceIface + ".CollectionChanged", serviceIface + ".CollectionDeleted":
			g.hint()
		}
	}
	g.endPrompt("", outcome{fault: faultNoBus})
	g.hint()
}

// tellsLock reports whether the body of PropertiesChanged names the property Locked.
func tellsLock(body []any) bool {
	var iface string
	var changed map[string]dbus.Variant
	var invalid []string
	if dbus.Store(body, &iface, &changed, &invalid) != nil {
		return false
	}
	_, ok := changed["Locked"]
	return ok || slices.Contains(invalid, "Locked")
}

// look reports why q cannot be carried out now without a prompt.
func (g *guard) look(ctx context.Context, q request) (fault, error) {
	conn, err := g.bus(ctx)
	if err != nil {
		return faultNoBus, err
	}
	path, locked, f, err := g.keyring(ctx, conn)
	switch {
	case f != faultNone:
		return f, err
	case path == noObject:
		return faultNoRing, nil
	case locked:
		return faultLocked, nil
	case q.Prompt:
		return faultNone, nil
	default:
		return itemLook(ctx, path, q.User)
	}
}

// keyring finds the keyring that go-keyring uses: "login", or else the default one. noObject: there is none.
func (g *guard) keyring(ctx context.Context, conn *dbus.Conn) (dbus.ObjectPath, bool, fault, error) {
	none := func(err error) (dbus.ObjectPath, bool, fault, error) {
		return noObject, false, busFault(ctx, err), err
	}
	if f, err := awake(ctx, conn); f != faultNone {
		return noObject, false, f, err
	}
	var all []dbus.ObjectPath
	if err := property(ctx, conn, secretsPath, serviceIface, "Collections").Store(&all); err != nil {
		return none(err)
	}
	path := loginPath
	if !slices.Contains(all, path) {
		err := conn.Object(secretsName, secretsPath).
			CallWithContext(ctx, serviceIface+".ReadAlias", dbus.FlagNoAutoStart, "default").Store(&path)
		if err != nil {
			return none(err)
		}
	}
	if path == noObject {
		return path, false, faultNone, nil
	}
	var locked bool
	if err := property(ctx, conn, path, ringIface, "Locked").Store(&locked); err != nil {
		return none(err)
	}
	return path, locked, faultNone, nil
}

// awake makes sure that somebody answers as the Secret Service, started by the bus if need be: after a log-in it is
// often not started yet.
func awake(ctx context.Context, conn *dbus.Conn) (fault, error) {
	bus := conn.BusObject()
	var owned bool
	if err := bus.CallWithContext(ctx, busName+".NameHasOwner", 0, secretsName).Store(&owned); err != nil {
		return busFault(ctx, err), err
	}
	if owned {
		return faultNone, nil
	}
	var startable []string
	if err := bus.CallWithContext(ctx, busName+".ListActivatableNames", 0).Store(&startable); err != nil {
		return busFault(ctx, err), err
	}
	if !slices.Contains(startable, secretsName) {
		return faultNoPeer, nil
	}
	err := bus.CallWithContext(ctx, busName+".StartServiceByName", 0, secretsName, uint32(0)).Err
	if err != nil {
		return busFault(ctx, err), err
	}
	return faultNone, nil
}

// itemLook asks whether the item is locked for us alone, as KeePassXC does until its user allows it. Leave is given to
// a connection, so this goes over the one that go-keyring uses; calls only, since it takes any signal for an answer.
func itemLook(ctx context.Context, ring dbus.ObjectPath, user string) (fault, error) {
	conn, err := dbus.SessionBus()
	if err != nil {
		return faultNoBus, err
	}
	item, err := findItem(ctx, conn, ring, user)
	if err != nil {
		return busFault(ctx, err), err
	}
	if item == noObject {
		return faultNone, nil
	}
	var locked bool
	if err := property(ctx, conn, item, itemIface, "Locked").Store(&locked); err != nil {
		return busFault(ctx, err), err
	}
	if locked {
		return faultItem, nil
	}
	return faultNone, nil
}

// findItem finds the item that go-keyring reads; noObject: there is none.
func findItem(ctx context.Context, conn *dbus.Conn, ring dbus.ObjectPath, user string) (dbus.ObjectPath, error) {
	var found []dbus.ObjectPath
	err := conn.Object(secretsName, ring).CallWithContext(ctx, ringIface+".SearchItems", dbus.FlagNoAutoStart,
		map[string]string{"service": service, "username": user}).Store(&found)
	if err != nil || len(found) == 0 {
		return noObject, err
	}
	return found[0], nil
}

// overwrite gives an item that is there another value, and reports false where there is none. go-keyring would create
// it over the old one, and KeePassXC 2.7 never ends the prompt of that for an item from before its start.
func (g *guard) overwrite(ctx context.Context, user string, value []byte) (done bool, err error) {
	own, err := g.bus(ctx)
	if err != nil {
		return false, err
	}
	ring, _, f, err := g.keyring(ctx, own)
	if f != faultNone || ring == noObject {
		return false, err
	}
	conn, err := dbus.SessionBus() // as in itemLook
	if err != nil {
		return false, err
	}
	item, err := findItem(ctx, conn, ring, user)
	if err != nil || item == noObject {
		return false, err
	}
	secret := struct {
		Session           dbus.ObjectPath
		Parameters, Value []byte
		ContentType       string
	}{Parameters: []byte{}, Value: value, ContentType: "text/plain; charset=utf8"}
	var nothing dbus.Variant
	err = conn.Object(secretsName, secretsPath).CallWithContext(ctx, serviceIface+".OpenSession", dbus.FlagNoAutoStart,
		"plain", dbus.MakeVariant("")).Store(&nothing, &secret.Session)
	if err != nil {
		return false, err
	}
	err = conn.Object(secretsName, item).CallWithContext(ctx, itemIface+".SetSecret", dbus.FlagNoAutoStart, secret).Err
	_ = conn.Object(secretsName, secret.Session).CallWithContext(ctx, sessionIface+".Close", dbus.FlagNoAutoStart).Err
	return err == nil, err
}

func property(ctx context.Context, conn *dbus.Conn, path dbus.ObjectPath, iface, name string) *dbus.Call {
	return conn.Object(secretsName, path).CallWithContext(ctx, propsName+".Get", dbus.FlagNoAutoStart, iface, name)
}

// busFault reads an error of a D-Bus call that ran under ctx.
func busFault(ctx context.Context, err error) fault {
	if err != nil && ctx.Err() != nil {
		return faultSlow
	}
	return nativeFault(err)
}

// nativeFault reads the errors of godbus and of go-keyring, which has names for none of these.
func nativeFault(err error) fault {
	if err == nil {
		return faultNone
	}
	if e, ok := errors.AsType[dbus.Error](err); ok {
		return replyFault(e)
	}
	_, unstartable := errors.AsType[*exec.Error](err)
	_, unreachable := errors.AsType[*net.OpError](err)
	switch {
	case unstartable, unreachable, errors.Is(err, dbus.ErrClosed):
		return faultNoBus
	case strings.HasPrefix(err.Error(), "failed to unlock correct collection"):
		return faultLocked
	default:
		return faultFailed
	}
}

func replyFault(e dbus.Error) fault {
	switch e.Name {
	case "org.freedesktop.Secret.Error.IsLocked":
		return faultLocked
	case "org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner",
		"org.freedesktop.DBus.Error.NoReply", "org.freedesktop.DBus.Error.Disconnected":
		return faultNoPeer
	case "org.freedesktop.DBus.Error.TimedOut", "org.freedesktop.DBus.Error.Timeout":
		return faultSlow
	case "org.freedesktop.DBus.Error.LimitsExceeded":
		return faultTooBig
	}
	switch {
	case strings.HasPrefix(e.Name, "org.freedesktop.DBus.Error.Spawn."):
		return faultNoPeer
	case strings.Contains(e.Error(), "No space left"), strings.HasPrefix(e.Error(), "Couldn't create item"),
		strings.HasPrefix(e.Error(), "Couldn't set item secret"):
		return faultNoSpace // the last two are gnome-keyring's for a ring file that it cannot write
	default:
		return faultFailed
	}
}
