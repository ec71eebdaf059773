package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

const source = "ui/web/src"

// browsers bounds what the scripts may use of the language: Chrome and Edge 99, Firefox 97, Safari 15.4 know it all.
const browsers = api.ES2022

// bundle gives the page's files by name.
func bundle(root string) (map[string][]byte, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, fmt.Errorf("finding the sources: %w", err)
	}
	files := map[string][]byte{}
	for name, in := range map[string]string{"index.html": source + "/index.html", "favicon.svg": "assets/icons/app.svg"} {
		if files[name], err = os.ReadFile(filepath.Join(root, in)); err != nil { //nolint:gosec // our own sources
			return nil, fmt.Errorf("reading the page: %w", err)
		}
	}
	// The words are a file of their own, which tests import as the page does.
	for out, in := range map[string]string{"app.js": "app.tsx", "words.js": "words.ts"} {
		if files[out], err = script(root, in); err != nil {
			return nil, err
		}
	}
	if files["app.css"], err = styles(root); err != nil {
		return nil, err
	}
	files["licenses.txt"], err = licenses(root)
	return files, err
}

func script(root, entry string) ([]byte, error) {
	return built(api.Build(api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       []string{filepath.Join(root, source, entry)},
		Outdir:            filepath.Join(root, "assets", "web"),
		Bundle:            true,
		Format:            api.FormatESModule,
		Platform:          api.PlatformBrowser,
		Target:            browsers,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsInline,
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		LineLimit:         160,
		JSX:               api.JSXTransform,
		JSXFactory:        "h",
		JSXFragment:       "Fragment",
		Plugins:           []api.Plugin{modules(root)},
		TsconfigRaw:       `{"compilerOptions": {"useDefineForClassFields": true}}`,
	}))
}

// modules finds the vendored ones, and leaves the words where they are.
func modules(root string) api.Plugin {
	vendor := filepath.Join(root, "ui/web/vendor")
	vendored := map[string]string{"preact": "preact/preact.mjs", "preact/hooks": "preact/hooks.mjs"}
	return api.Plugin{Name: "modules", Setup: func(b api.PluginBuild) {
		b.OnResolve(api.OnResolveOptions{Filter: `^preact`}, func(a api.OnResolveArgs) (api.OnResolveResult, error) {
			file, ok := vendored[a.Path]
			if !ok {
				return api.OnResolveResult{}, fmt.Errorf("%s is not vendored", a.Path)
			}
			return api.OnResolveResult{Path: filepath.Join(vendor, file)}, nil
		})
		b.OnResolve(api.OnResolveOptions{Filter: `^\./words$`}, func(api.OnResolveArgs) (api.OnResolveResult, error) {
			return api.OnResolveResult{Path: "./words.js", External: true}, nil
		})
	}}
}

func built(r api.BuildResult) ([]byte, error) {
	var errs []error
	for _, m := range slices.Concat(r.Errors, r.Warnings) {
		where := ""
		if m.Location != nil {
			where = fmt.Sprintf("%s:%d: ", m.Location.File, m.Location.Line)
		}
		errs = append(errs, errors.New(where+m.Text))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return r.OutputFiles[0].Contents, nil
}

// sheets are the style sheets; later ones win over earlier ones.
var sheets = []string{"base.css", "controls.css", "sessions.css", "timeline.css", "views.css", "media.css"}

// styles is the palette as custom properties, then the style sheets.
func styles(root string) ([]byte, error) {
	palette, err := os.ReadFile(filepath.Join(root, "assets/palette.json")) //nolint:gosec // our own sources
	if err != nil {
		return nil, fmt.Errorf("reading the colours: %w", err)
	}
	var themes struct{ Light, Dark map[string]string }
	if err := json.Unmarshal(palette, &themes); err != nil {
		return nil, fmt.Errorf("reading the colours: %w", err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, ":root{color-scheme:light dark;%s}@media (prefers-color-scheme:dark){:root{%s}}\n",
		properties(themes.Light), properties(themes.Dark))
	for _, name := range sheets {
		sheet, err := os.ReadFile(filepath.Join(root, source, name)) //nolint:gosec // our own sources
		if err != nil {
			return nil, fmt.Errorf("reading a style sheet: %w", err)
		}
		text.Write(sheet)
	}
	r := api.Transform(text.String(), api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, LineLimit: 160, Charset: api.CharsetUTF8,
		Target: browsers,
	})
	out := []api.OutputFile{{Contents: r.Code}}
	return built(api.BuildResult{Errors: r.Errors, Warnings: r.Warnings, OutputFiles: out})
}

func properties(colours map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(colours)) {
		fmt.Fprintf(&b, "--%s:%s;", name, colours[name])
	}
	return b.String()
}
