package keychain

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// backends are the stores that there are.
var backends = []string{"os", "sealed", "file"}

// placement says which store holds the records once they were moved, and which other one has copies that are not
// needed: of a move that was cut short, or those that were moved away from. It is written in one step.
type placement struct {
	Format   int    `json:"format"` // 1
	Backend  string `json:"backend"`
	Leftover string `json:"leftover,omitempty"`
}

const (
	placementDir  = "keychain"
	placementFile = "placement.json"
)

// Placed gives the backend that holds the records of a state folder, where they were ever moved, and "" where they were
// not: then it is the one that was chosen at the first start. ErrForeign is one that this version does not know.
func Placed(stateDir string) (string, error) {
	root, err := os.OpenRoot(filepath.Join(stateDir, placementDir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading which store holds the secrets: %w", err)
	}
	defer func() { _ = root.Close() }()
	p, err := readPlacement(&folder{root: root})
	return p.Backend, err
}

// readPlacement gives the zero placement where there is none.
func readPlacement(f *folder) (placement, error) {
	var p placement
	data, err := f.read(placementFile)
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return p, err
	}
	known := json.Unmarshal(data, &p) == nil && p.Format == 1 && slices.Contains(backends, p.Backend) &&
		(p.Leftover == "" || slices.Contains(backends, p.Leftover))
	if !known {
		return placement{}, fmt.Errorf("reading which store holds the secrets: %w", ErrForeign)
	}
	return p, nil
}

func writePlacement(f *folder, p placement) error {
	p.Format = 1
	data, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return f.write(placementFile, data)
}
