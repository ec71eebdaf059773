// Package autostart makes Sessionkeeper start at log-in, the way each desktop wants it: a systemd user unit for the
// keeper and an XDG autostart file for the tray, launchd agents, or the Windows Run key. It installs nothing unasked and
// takes away exactly what it installed.
package autostart

// Programs are what is started, as absolute paths; Tray is empty where there is none.
type Programs struct{ Keeper, Tray string }

// Status says what starts at log-in.
type Status struct {
	On     bool
	Kind   string // systemd, xdg, launchd or run-key; several are joined with a comma
	Path   string // of the first file, or the key
	Detail string // why it cannot be, or what else is to be known
}

// Look says what starts at log-in now.
func Look(p Programs) (Status, error) { panic("skeleton") }

// Set makes it start at log-in, or not any more; both may be repeated.
func Set(p Programs, on bool) (Status, error) { panic("skeleton") }
