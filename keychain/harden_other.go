//go:build !linux

package keychain

// harden does nothing: macOS and Windows keep a user's processes apart by signing and integrity level.
func harden() error { return nil }
