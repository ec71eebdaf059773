package signin

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// Every page fits a narrow telephone and a wide screen, light and dark, in a real browser that holds it to its policy.
func TestPagesInABrowser(t *testing.T) {
	t.Attr("real", "chromium")
	all := samples()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		guard(w.Header())
		p, ok := all[strings.TrimPrefix(r.URL.Path, "/")]
		if !ok {
			p = plainPage(pageNotFound)
		}
		p.write(w)
	}))
	defer server.Close()
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU)...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()

	for name := range all {
		if err := chromedp.Do(ctx, chromedp.Navigate(server.URL+"/"+name)); err != nil {
			t.Fatal(err)
		}
		for theme, back := range map[string]string{"light": "rgb(246, 246, 243)", "dark": "rgb(22, 25, 24)"} {
			_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: theme}},
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, width := range []int64{320, 900} {
				look := "-" + theme + "-" + strconv.FormatInt(width, 10)
				got, picture := photograph(ctx, t, width)
				if want := back + " " + strconv.FormatInt(width, 10); got != want {
					t.Errorf("%s: ground and width are %s; want %s", name+look, got, want)
				}
				if err := os.WriteFile(filepath.Join(t.ArtifactDir(), name+look+".png"), picture, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// photograph gives the ground's colour and the width of what there is, and a picture; narrow, with the fold open.
func photograph(ctx context.Context, t *testing.T, width int64) (string, []byte) {
	t.Helper()
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 640)); err != nil {
		t.Fatal(err)
	}
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`(() => {
		for (const fold of document.querySelectorAll("details")) fold.open = innerWidth < 500;
		return getComputedStyle(document.body).backgroundColor + " " + document.documentElement.scrollWidth;
	})()`))
	if err != nil {
		t.Fatal(err)
	}
	picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	return got, picture
}
