package places

import "path/filepath"

// maxSocketPath is sun_path without its end (unix(4)).
const maxSocketPath = 103

// native follows Apple's File System Programming Guide.
func native(getenv func(string) string) (Places, error) {
	home, err := userHome(getenv)
	support := filepath.Join(home, "Library", "Application Support", app)
	return Places{
		Config: filepath.Join(support, "config"),
		State:  filepath.Join(support, "state"),
		Run:    filepath.Join(support, "run"),
	}, err
}
