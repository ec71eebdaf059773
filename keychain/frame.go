package keychain

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// protocol is the version of what crosses the pipe. A keeper whose program file was replaced meets a child of another.
const protocol = 1

// maxFrame bounds a frame in bytes: a record of maxRecord in one item, twice in base64, with room.
const maxFrame = 4 << 20

var errFrame = errors.New("keychain: broken frame")

// What the parent can ask for.
const (
	opGet    = "get"
	opSet    = "set"
	opDelete = "delete"
	opUnlock = "unlock"
)

// request goes from parent to child.
type request struct {
	Version int    `json:"v"`
	ID      uint64 `json:"id"`
	Op      string `json:"op"`
	User    string `json:"user,omitempty"`
	Value   []byte `json:"value,omitempty"`
	Prompt  bool   `json:"prompt,omitempty"` // the user acted: the keychain may ask for leave
}

// answer goes from child to parent. ID 0 answers nothing: it says that the keychain may have come or gone.
type answer struct {
	ID    uint64 `json:"id"`
	Fault fault  `json:"fault,omitempty"`
	Cause string `json:"cause,omitempty"` // the keychain's own words, for the log
	Value []byte `json:"value,omitempty"`
}

// writeFrame writes v as JSON after its length in four bytes, big endian, in one Write.
func writeFrame(w io.Writer, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encoding a frame: %w", err)
	}
	if len(body) > maxFrame {
		return fmt.Errorf("%w: %d bytes", errFrame, len(body))
	}
	frame := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body))) //nolint:gosec // checked
	_, err = w.Write(append(frame, body...))
	return err
}

// readFrame reads one frame into v. It returns io.EOF where the stream ends between frames.
func readFrame(r io.Reader, v any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		if errors.Is(err, io.EOF) {
			return io.EOF
		}
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxFrame {
		return fmt.Errorf("%w: %d bytes", errFrame, n)
	}
	body := make([]byte, n)
	if _, err := io.ReadFull(r, body); err != nil {
		return fmt.Errorf("%w: %w", errFrame, err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		// The text of a JSON error can quote what it could not read.
		return fmt.Errorf("%w: not JSON", errFrame)
	}
	return nil
}
