//go:build !failpoints

package keychain

// failpoint marks a place at which a test may want the keeper to die. Built without the tag failpoints it is nothing.
func failpoint(string) {}
