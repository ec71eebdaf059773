//go:build !linux && !darwin && !windows

package main

// machineID is unknown here.
func machineID() string { return "" }

// birth is unknown here.
func birth(string) int64 { return 0 }
