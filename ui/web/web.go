// Package web is the page: what the keeper shows to a person in a browser. Its sources are in src; what is made of them
// lies in assets, so that nobody needs more than Go to build the programs. The page speaks to the local API alone and
// holds no secret but its bearer. No session may run markup in it: it writes text, never HTML.
package web

import (
	"io/fs"

	"sessionkeeper/assets"
)

// Page has the page's files for the local API's server.
func Page() fs.FS { return assets.Web() }
