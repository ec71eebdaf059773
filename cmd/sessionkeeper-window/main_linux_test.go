package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"sessionkeeper/assets"
	"sessionkeeper/ui/api/apitest"
	"sessionkeeper/ui/desktop/desktoptest"
)

// asProgram makes the test's own binary be the program.
const asProgram = "SESSIONKEEPER_WINDOW_TEST"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// patience bounds the wait for a program; only a broken machine meets it.
const patience = 60 * time.Second

// program is a window program that was started.
type program struct {
	*exec.Cmd
	said  *bytes.Buffer // to be read once ended is closed
	ended chan struct{}
}

func start(t *testing.T, env []string, args ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], args...), said: new(bytes.Buffer), ended: make(chan struct{})}
	p.Env = append(slices.Clone(env), asProgram+"=1")
	p.Stderr = p.said
	p.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.ended)
		_ = p.Wait()
	}()
	t.Cleanup(func() {
		_ = p.Process.Kill()
		<-p.ended
	})
	return p
}

// exit waits for the program's end and gives its exit code.
func (p *program) exit(t *testing.T) int {
	t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.Process.Kill()
		<-p.ended
		t.Fatalf("it does not end; it said: %s", p.said)
	}
	return p.ProcessState.ExitCode()
}

// stage is a screen with a keeper behind it.
type stage struct {
	*testing.T
	screen *desktoptest.Screen
	keeper *apitest.Keeper
	env    []string
}

func newStage(t *testing.T, size desktoptest.Size, shade string) *stage {
	t.Helper()
	s := &stage{T: t, screen: desktoptest.StartScreen(t, size)}
	// Below three minutes the seconds are told, and nothing stands still.
	ends := time.Now().Add(30*time.Minute + 30*time.Second)
	work := apitest.Session{Name: "work", State: "expiring", Provider: "google", EndsAt: ends}
	work.Account.Email = "ada@example.org"
	s.keeper = apitest.New(work,
		apitest.Session{Name: "home", State: "sign_in_needed", Reason: "revoked", Provider: "gitlab"},
		apitest.Session{Name: "notes", State: "active", Provider: "dropbox"})
	o := apitest.Options(t, s.keeper, nil)
	apitest.Serve(t, o)
	s.env = append(s.screen.Env(), "SESSIONKEEPER_HOME="+filepath.Dir(o.Places.Run), "FYNE_THEME="+shade)
	return s
}

// called waits until the keeper was asked to do something.
func (s *stage) called(call string) {
	s.Helper()
	ctx, cancel := context.WithTimeout(s.Context(), patience)
	defer cancel()
	_, events := s.keeper.Subscribe(ctx)
	for !slices.Contains(s.keeper.Changes(), call) {
		select {
		case <-events:
		case <-ctx.Done():
			s.Fatalf("nobody called %q, but %q", call, s.keeper.Changes())
		}
	}
}

// TestReal shows the real program on a real X server with OpenGL, clicks, and closes it.
func TestReal(t *testing.T) {
	for _, c := range []struct {
		name  string
		size  desktoptest.Size
		shade string
	}{
		{"1x", desktoptest.Size{W: 1024, H: 768}, "light"},
		{"2x", desktoptest.Size{W: 1600, H: 1400, Scale: 2}, "dark"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newStage(t, c.size, c.shade)
			paint := assets.Paint().Light
			if c.shade == "dark" {
				paint = assets.Paint().Dark
			}
			list := start(t, s.env, "sessions")
			s.await("Sessionkeeper", "sessions-"+c.name, paint.Bad)
			again := start(t, s.env)
			if code := again.exit(t); code != exitDone {
				t.Errorf("the second start exits %d and says %q; want 0", code, again.said)
			}
			s.screen.Key(t, "Down", "Return")
			s.called("Login home")
			s.screen.Still(t, "sessions-browser-"+c.name)
			s.screen.Key(t, "ctrl+w")
			if code := list.exit(t); code != exitDone {
				t.Errorf("closed, it exits %d and says %q; want 0", code, list.said)
			}

			warning := start(t, s.env, "warn", "work")
			button := s.await("Session ends", "warning-"+c.name, paint.Main)
			s.screen.Click(t, button, 1)
			s.called("Login work")
			s.screen.Still(t, "warning-browser-"+c.name)
			s.keeper.Finish("login-2")
			if code := warning.exit(t); code != exitDone {
				t.Errorf("cured, it exits %d and says %q; want 0", code, warning.said)
			}
		})
	}
}

// drawn is where a picture has a colour, #rrggbb.
func drawn(picture *image.RGBA, colour string) image.Rectangle {
	var want color.RGBA
	_, _ = fmt.Sscanf(colour, "#%02x%02x%02x", &want.R, &want.G, &want.B)
	want.A = 0xff
	var found image.Rectangle
	for y := range picture.Rect.Dy() {
		for x := range picture.Rect.Dx() {
			if picture.RGBAAt(x, y) == want {
				found = found.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	return found
}

// await waits until a window shows a colour that it has only once it knows the sessions, and stands still. It gives the
// middle of that colour.
func (s *stage) await(title, name, colour string) image.Point {
	s.Helper()
	w := s.screen.WaitWindow(s.T, title)
	s.screen.WaitPicture(s.T, name, func(now *image.RGBA) bool { return !drawn(now, colour).Empty() })
	s.screen.Focus(s.T, w)
	r := drawn(s.screen.Still(s.T, name), colour)
	return r.Min.Add(r.Max).Div(2)
}

func TestNoDisplay(t *testing.T) {
	home := apitest.Home(t)
	for display, want := range map[string]string{
		"":        "there is no display",
		":7931":   "the display :7931 does not answer",
		"nothing": "names no display",
		":x":      "names no display",
	} {
		p := start(t, []string{
			"HOME=" + t.TempDir(), "SESSIONKEEPER_HOME=" + filepath.Dir(home.Run), "DISPLAY=" + display,
		})
		if code := p.exit(t); code != exitFailed || !strings.Contains(p.said.String(), want) {
			t.Errorf("on display %q it exits %d and says %q; want %d and %q", display, code, p.said, exitFailed, want)
		}
		if lines := strings.Count(p.said.String(), "\n"); lines != 1 {
			t.Errorf("on display %q it says %d lines; want a sentence", display, lines)
		}
	}
}

// TestDeafDisplay meets a server that takes the connection and hangs up.
func TestDeafDisplay(t *testing.T) {
	const socket = "@/tmp/.X11-unix/X7932"
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	home := apitest.Home(t)
	p := start(t, []string{"HOME=" + t.TempDir(), "SESSIONKEEPER_HOME=" + filepath.Dir(home.Run), "DISPLAY=:7932"})
	if code := p.exit(t); code != exitFailed || !strings.Contains(p.said.String(), "no window can be drawn") {
		t.Errorf("it exits %d and says %q; want %d and a sentence", code, p.said, exitFailed)
	}
}

// TestNoOpenGL meets a real X server without GLX.
func TestNoOpenGL(t *testing.T) {
	ready, told, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer ready.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-extension", "GLX")
	server.ExtraFiles = []*os.File{told}
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := server.Start(); err != nil {
		t.Fatalf("starting Xvfb (apt-get install xvfb): %v", err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	told.Close()
	number, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		t.Fatal("Xvfb ended before it had a display: ", err)
	}
	t.Attr("real", "xvfb")
	home := apitest.Home(t)
	p := start(t, []string{
		"HOME=" + t.TempDir(), "SESSIONKEEPER_HOME=" + filepath.Dir(home.Run), "DISPLAY=:" + strings.TrimSpace(number),
	})
	if code := p.exit(t); code != exitFailed || !strings.Contains(p.said.String(), "OpenGL does not work there") {
		t.Errorf("it exits %d and says %q; want %d and a sentence", code, p.said, exitFailed)
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{"warn"}, {"warn", ""}, {"warn", "a", "b"}, {"other"}, {"sessions", "x"}} {
		p := start(t, nil, args...)
		if code := p.exit(t); code != exitUsage || !strings.Contains(p.said.String(), "usage: ") {
			t.Errorf("%q exits %d and says %q; want %d", args, code, p.said, exitUsage)
		}
	}
}
