package assets

// What every program says of itself. FyneApp.toml, which packagers read, says the same.
const (
	Name    = "Sessionkeeper"
	ID      = "localhost.sessionkeeper" // a name that belongs to nobody (RFC 6761 section 6.3)
	Version = "0.1.0"
	Build   = 1
)
