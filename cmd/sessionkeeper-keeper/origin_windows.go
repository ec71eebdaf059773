package main

import "golang.org/x/sys/windows/registry"

// machineID is the MachineGuid that Windows makes when it is installed.
func machineID() string {
	key, err := registry.OpenKey(registry.LOCAL_MACHINE, `SOFTWARE\Microsoft\Cryptography`,
		registry.QUERY_VALUE|registry.WOW64_64KEY)
	if err != nil {
		return ""
	}
	defer key.Close()
	id, _, err := key.GetStringValue("MachineGuid")
	if err != nil {
		return ""
	}
	return id
}

// birth is not asked for: NTFS gives a file that replaces another one the birth of that.
func birth(string) int64 { return 0 }
