package main

import "testing"

func TestF24MachineOfIoreg(t *testing.T) {
	const uuid = "4C4C4544-0047-3610-8053-B7C04F4E5A32"
	for text, want := range map[string]string{
		"+-o Mac14,2  <class IOPlatformExpertDevice>\n    {\n      \"IOPlatformUUID\" = \"" + uuid + "\"\n    }\n": uuid,
		"": "", `"IOPlatformUUID" = ""`: "", `"IOPlatformSerialNumber" = "` + uuid + `"`: "",
	} {
		if got := uuidIn([]byte(text)); got != want {
			t.Errorf("read %q; want %q", got, want)
		}
	}
	if id := machineID(); id == "" || id != machineID() {
		t.Errorf("the machine is called %q", id)
	}
}
