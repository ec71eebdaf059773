// Package assets has the files that are built into the programs: icons and the web page. It holds no logic.
package assets
