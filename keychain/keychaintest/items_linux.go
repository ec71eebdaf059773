package keychaintest

import "github.com/godbus/dbus/v5"

// secret is the struct of the Secret Service API.
type secret struct {
	Session     dbus.ObjectPath
	Parameters  []byte
	Value       []byte
	ContentType string
}

func (d *Desktop) secret(value []byte) secret {
	d.t.Helper()
	if d.session == "" {
		var nothing dbus.Variant
		err := d.secrets(secretsPath).Call(serviceIface+".OpenSession", 0, "plain", dbus.MakeVariant("")).
			Store(&nothing, &d.session)
		if err != nil {
			d.t.Fatalf("opening a session: %v", err)
		}
	}
	return secret{Session: d.session, Parameters: []byte{}, Value: value, ContentType: "text/plain"}
}

func attributes(service, user string) map[string]string {
	return map[string]string{"service": service, "username": user}
}

func (d *Desktop) createItem(service, user string, value []byte) (string, dbus.Flags, []any) {
	d.t.Helper()
	props := map[string]dbus.Variant{
		itemIface + ".Label":      dbus.MakeVariant(user),
		itemIface + ".Attributes": dbus.MakeVariant(attributes(service, user)),
	}
	return ringIface + ".CreateItem", 0, []any{props, d.secret(value), true}
}

// Put stores an item as another program would.
func (d *Desktop) Put(service, user string, value []byte) {
	d.t.Helper()
	method, flags, args := d.createItem(service, user, value)
	var item, prompt dbus.ObjectPath
	if err := d.secrets(d.peer.ring).Call(method, flags, args...).Store(&item, &prompt); err != nil {
		d.t.Fatalf("storing an item: %v", err)
	}
	d.answer(prompt)
}

// answer goes through with a prompt that needs no person, as KeePassXC raises them; "/" is none.
func (d *Desktop) answer(prompt dbus.ObjectPath) {
	d.t.Helper()
	if prompt == "/" {
		return
	}
	match := dbus.WithMatchInterface(promptIface)
	if err := d.conn.AddMatchSignal(match); err != nil {
		d.t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 256)
	d.conn.Signal(signals)
	defer d.conn.RemoveSignal(signals)
	if err := d.secrets(prompt).Call(promptIface+".Prompt", 0, "").Err; err != nil {
		d.t.Fatalf("prompting: %v", err)
	}
	for s := range signals {
		if s.Path == prompt && s.Name == promptIface+".Completed" {
			return
		}
	}
}

// PutLate sends what Put sends and waits for nothing: to a frozen keyring, a write that lands when it thaws. Call Put
// once before freezing.
func (d *Desktop) PutLate(service, user string, value []byte) {
	d.t.Helper()
	method, flags, args := d.createItem(service, user, value)
	// With no reply wanted godbus returns when the message is written.
	if err := d.secrets(d.peer.ring).Call(method, flags|dbus.FlagNoReplyExpected, args...).Err; err != nil {
		d.t.Fatalf("sending an item: %v", err)
	}
}

// Get reads an item as another program would; false where there is none.
func (d *Desktop) Get(service, user string) ([]byte, bool) {
	d.t.Helper()
	found := d.search(attributes(service, user))
	if len(found) == 0 {
		return nil, false
	}
	var got secret
	session := d.secret(nil).Session
	if err := d.secrets(found[0]).Call(itemIface+".GetSecret", 0, session).Store(&got); err != nil {
		d.t.Fatalf("reading an item: %v", err)
	}
	return got.Value, true
}

// Users lists the user names of a service's items.
func (d *Desktop) Users(service string) []string {
	d.t.Helper()
	var users []string
	for _, path := range d.search(map[string]string{"service": service}) {
		v, err := d.secrets(path).GetProperty(itemIface + ".Attributes")
		if err != nil {
			d.t.Fatalf("reading an item's attributes: %v", err)
		}
		all, _ := v.Value().(map[string]string)
		users = append(users, all["username"])
	}
	return users
}

// Remove deletes an item as another program would.
func (d *Desktop) Remove(service, user string) {
	d.t.Helper()
	for _, path := range d.search(attributes(service, user)) {
		if err := d.secrets(path).Call(itemIface+".Delete", 0).Err; err != nil {
			d.t.Fatalf("deleting an item: %v", err)
		}
	}
}

func (d *Desktop) search(attributes map[string]string) []dbus.ObjectPath {
	d.t.Helper()
	var found []dbus.ObjectPath
	if err := d.secrets(d.peer.ring).Call(ringIface+".SearchItems", 0, attributes).Store(&found); err != nil {
		d.t.Fatalf("searching items: %v", err)
	}
	return found
}

// Items gives a value each time the keyring gets, changes or loses an item, until the test ends.
func (d *Desktop) Items() <-chan struct{} {
	d.t.Helper()
	if err := d.conn.AddMatchSignal(dbus.WithMatchInterface(ringIface)); err != nil {
		d.t.Fatal(err)
	}
	signals, items := make(chan *dbus.Signal, 256), make(chan struct{}, 256)
	d.conn.Signal(signals)
	go func() {
		for s := range signals {
			switch s.Name {
			case ringIface + ".ItemCreated", ringIface + ".ItemChanged", ringIface + ".ItemDeleted":
				items <- struct{}{}
			}
		}
	}()
	return items
}
