package places

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// maxSocketPath is UNIX_PATH_MAX of afunix.h without its end.
const maxSocketPath = 107

// modesCount is false: rights are inherited from the profile folder, which only its user, SYSTEM and administrators
// may enter.
const modesCount = false

func shortRoot() string { return os.TempDir() }

// native puts what roams into AppData\Roaming and the rest into AppData\Local.
func native(getenv func(string) string) (Places, error) {
	roaming, local := getenv("APPDATA"), getenv("LOCALAPPDATA")
	p := Places{
		Config: filepath.Join(roaming, app),
		State:  filepath.Join(local, app, "state"),
		Run:    filepath.Join(local, app, "run"),
	}
	if !filepath.IsAbs(roaming) || !filepath.IsAbs(local) {
		return p, errors.New("APPDATA or LOCALAPPDATA is not set; set them, or SESSIONKEEPER_HOME")
	}
	return p, nil
}

func ours(fs.FileInfo) bool { return true }
