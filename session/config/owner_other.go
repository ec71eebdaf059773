//go:build !unix

package config

import "io/fs"

// checkPrivate has nothing to do: the user's profile folder is private by its access list.
func checkPrivate(string, fs.FileInfo) error { return nil }

func owned(fs.FileInfo) bool { return true }

func fileOf(fs.FileInfo) fileID { return fileID{} }

// syncDir has nothing to do: folders cannot be synced here, and NTFS keeps a journal of renames.
func syncDir(string) error { return nil }
