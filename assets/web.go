package assets

import (
	"embed"
	"io/fs"
)

//go:embed web
var web embed.FS

// Web has the web page's files, index.html among them.
func Web() fs.FS {
	page, err := fs.Sub(web, "web")
	if err != nil {
		panic(err) // the name is a constant above
	}
	return page
}
