package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

// The states of a File.
const (
	FileFresh   = "fresh"   // it holds a token that is valid now
	FileWaiting = "waiting" // the session has no token to give
	FileFailed  = "failed"  // it cannot be written
)

// File is a token file, which the keeper keeps fresh.
type File struct {
	Session string `json:"session"`
	Path    string `json:"path"`
	Format  string `json:"format"` // raw or json
	IDToken bool   `json:"id_token,omitempty"`
	State   string `json:"state"`            // fresh, waiting or failed
	Detail  string `json:"detail,omitempty"` // why it is not fresh

	ExpiresAt time.Time `json:"expires_at,omitzero"` // of the token in it; zero: it does not end, or there is none
	WrittenAt time.Time `json:"written_at,omitzero"` // zero: there is no token in it
	Held      bool      `json:"held,omitempty"`      // a program has it for as long as it stays connected
}

// FileBody asks for a token file.
type FileBody struct {
	Session string `json:"session"`
	Path    string `json:"path"`             // absolute
	Format  string `json:"format,omitempty"` // raw or json; empty: raw
	IDToken bool   `json:"id_token,omitempty"`
	Replace bool   `json:"replace,omitempty"` // also a file there that the keeper did not make
}

// RemoveFileBody is the body of DELETE /v1/files.
type RemoveFileBody struct {
	Path string `json:"path"`
}

const filesPath = "/v1/files"

// Files gives the token files, by path.
func (c *Client) Files(ctx context.Context) ([]File, error) {
	var f []File
	err := c.get(ctx, filesPath, &f)
	return f, err
}

// PutFile has the keeper keep a token file, until RemoveFile; it returns when the file is written.
func (c *Client) PutFile(ctx context.Context, b FileBody) (File, error) {
	var f File
	err := c.do(ctx, call{method: http.MethodPut, path: filesPath, body: b}, &f)
	return f, err
}

// RemoveFile ends what PutFile began, and takes the file away.
func (c *Client) RemoveFile(ctx context.Context, path string) error {
	return c.do(ctx, call{method: http.MethodDelete, path: filesPath, body: RemoveFileBody{Path: path}}, nil)
}

// HoldFile has the keeper keep a token file for as long as it does not return. It calls held once the file is written,
// and returns when ctx ends (nil: the keeper takes the file away), when the keeper refuses (a *Problem), and when the
// keeper goes (any other error: the file stays as it is).
func (c *Client) HoldFile(ctx context.Context, b FileBody, held func(File)) error {
	response, err := c.send(ctx, call{method: http.MethodPost, path: filesPath, body: b})
	if err != nil {
		return unlessEnded(ctx, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return problem(response)
	}
	lines := bufio.NewScanner(response.Body)
	for first := true; lines.Scan(); first = false {
		var f File
		if json.Unmarshal(lines.Bytes(), &f) != nil {
			return errors.New("reading the keeper's answer: it is not what this version expects; restart the keeper")
		}
		if first {
			held(f)
		}
	}
	if err := lines.Err(); err != nil {
		return unlessEnded(ctx, err)
	}
	return unlessEnded(ctx, io.EOF)
}

func unlessEnded(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the caller wanted it to end
	}
	return err
}
