package desktoptest

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait for a program to start or to draw. Only a broken machine meets it.
const patience = time.Minute

// Size is a screen's, in pixels. Scale is how many of them make one of the desktop's; 0 means 1.
type Size struct {
	W, H  int
	Scale float64
}

// Screen is a throw-away desktop on a display of its own: an X server in memory and a window manager. It has a home
// of its own and ends with its test.
type Screen struct {
	size    Size
	display string
	home    string
	runtime string
	frames  string // the file that the server draws into
}

// StartScreen starts an X server and a window manager. The environment is left alone.
// Debian packages: xvfb, openbox, xdotool, libgl1-mesa-dri.
func StartScreen(tb testing.TB, size Size) *Screen {
	tb.Helper()
	size.Scale = max(size.Scale, 1)
	s := &Screen{size: size, home: folder(tb), runtime: folder(tb)}
	s.frames = filepath.Join(s.runtime, "Xvfb_screen0")
	s.serve(tb)
	s.paint(tb)
	s.write(tb, ".config/gtk-3.0/settings.ini", gtkSettings)
	s.manage(tb)
	tb.Attr("real", "xvfb")
	return s
}

// folder is one of the screen's own. A socket's path has to be shorter than a test's folder often is, and a program that was
// killed may write for a moment more, which is no fault.
func folder(tb testing.TB) string {
	tb.Helper()
	path, err := os.MkdirTemp("", "screen") //nolint:usetesting // see above
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(path) })
	return path
}

// A caret that blinks would keep a picture from ever standing still.
const gtkSettings = `[Settings]
gtk-cursor-blink=false
gtk-enable-animations=false
gtk-recent-files-enabled=false
`

// serve starts the X server; it chooses the display's number itself.
func (s *Screen) serve(tb testing.TB) {
	tb.Helper()
	ready, told, err := os.Pipe()
	if err != nil {
		tb.Fatal(err)
	}
	defer ready.Close()
	server := program(tb, "xvfb", "Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-noreset", "-nocursor", "-dpi", "96",
		"-fbdir", s.runtime, "-screen", "0", fmt.Sprintf("%dx%dx24", s.size.W, s.size.H))
	server.ExtraFiles = []*os.File{told}
	begin(tb, server)
	_ = told.Close()
	number, err := bufio.NewReader(ready).ReadString('\n')
	if err != nil {
		tb.Fatal("Xvfb ended before it had a display: ", err)
	}
	s.display = ":" + strings.TrimSpace(number)
}

// manage starts the window manager, with its own stock settings but for the look, and returns when it manages.
func (s *Screen) manage(tb testing.TB) {
	tb.Helper()
	const stock = "/etc/xdg/openbox/rc.xml"
	settings, err := os.ReadFile(stock)
	if err != nil {
		tb.Fatalf("reading openbox's settings (apt-get install openbox): %v", err)
	}
	theme := regexp.MustCompile(`(<theme>\s*<name>)[^<]*`)
	font := regexp.MustCompile(`(<font .*>\s*<name>.*</name>\s*<size>)[^<]*`)
	look := theme.ReplaceAll(settings, []byte("${1}"+windowTheme))
	look = font.ReplaceAll(look, []byte("${1}"+strconv.Itoa(int(titleSize*s.size.Scale))))
	s.write(tb, ".config/openbox/rc.xml", string(look))
	// It runs the start-up command once it manages windows.
	managing := filepath.Join(s.runtime, "managing")
	if err := syscall.Mkfifo(managing, 0o600); err != nil {
		tb.Fatal(err)
	}
	manager := program(tb, "openbox", "openbox", "--sm-disable", "--startup", "sh -c 'echo >"+managing+"'")
	manager.Env = s.Env()
	ended := begin(tb, manager)
	// To read and write: opening waits for nobody.
	fifo, err := os.OpenFile(managing, os.O_RDWR, 0) //nolint:gosec // in the screen's own folder
	if err != nil {
		tb.Fatal(err)
	}
	defer fifo.Close()
	started := make(chan error, 1)
	go func() {
		_, err := fifo.Read(make([]byte, 1))
		started <- err
	}()
	select {
	case err = <-started:
	case <-ended:
		tb.Fatal("openbox ended at once")
	case <-time.After(patience):
		tb.Fatal("openbox does not manage the screen")
	}
	if err != nil {
		tb.Fatal("waiting for openbox: ", err)
	}
}

const (
	windowTheme = "Breeze-ob"
	titleSize   = 9 // points
)

// Env is the environment of a program on this screen, but for its bus: see Bus.Env.
func (s *Screen) Env() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8",
		"DISPLAY=" + s.display,
		"HOME=" + s.home,
		"XDG_CONFIG_HOME=" + filepath.Join(s.home, ".config"),
		"XDG_CACHE_HOME=" + filepath.Join(s.home, ".cache"),
		"XDG_DATA_HOME=" + filepath.Join(s.home, ".local", "share"),
		"XDG_STATE_HOME=" + filepath.Join(s.home, ".local", "state"),
		"XDG_RUNTIME_DIR=" + s.runtime,
		"XDG_CURRENT_DESKTOP=XFCE",
		"XDG_SESSION_TYPE=x11",
		"LIBGL_ALWAYS_SOFTWARE=1",
		"NO_AT_BRIDGE=1",
		"GSETTINGS_BACKEND=memory",
		"GDK_SCALE=" + strconv.Itoa(int(s.size.Scale)),
		"FYNE_SCALE=" + strconv.FormatFloat(s.size.Scale, 'g', -1, 64),
	}
}

// Home is the home folder of the programs on this screen.
func (s *Screen) Home() string { return s.home }

// Window is a window on the screen, without its frame, in pixels.
type Window struct {
	ID   string // as xdotool prints it
	Rect image.Rectangle
}

// WaitWindow blocks until a visible window has the title, and returns it.
func (s *Screen) WaitWindow(tb testing.TB, title string) Window {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	again := time.NewTicker(still)
	defer again.Stop()
	for {
		// It fails where there is none, and also where any window vanishes while it looks.
		found, err := s.tryXdotool(ctx, tb, "search", "--onlyvisible", "--limit", "1",
			"--name", "^"+regexp.QuoteMeta(title)+"$", "getwindowgeometry", "--shell")
		if w, ok := parseWindow(found); err == nil && ok {
			return w
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			s.Picture(tb, "no window")
			tb.Fatalf("no window is called %q: %v", title, err)
		}
	}
}

// parseWindow reads the shell variables that xdotool prints.
func parseWindow(text string) (Window, bool) {
	values := map[string]string{}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		values[name] = value
	}
	number := func(name string) int {
		n, _ := strconv.Atoi(values[name])
		return n
	}
	at := image.Pt(number("X"), number("Y"))
	w := Window{ID: values["WINDOW"], Rect: image.Rectangle{at, at.Add(image.Pt(number("WIDTH"), number("HEIGHT")))}}
	return w, w.ID != "" && !w.Rect.Empty()
}

// Move moves the pointer to a place, in pixels.
func (s *Screen) Move(tb testing.TB, at image.Point) {
	tb.Helper()
	s.xdotool(tb, "mousemove", "--sync", strconv.Itoa(at.X), strconv.Itoa(at.Y))
}

// Click moves the pointer to a place and presses a button there: 1 left, 2 middle, 3 right.
func (s *Screen) Click(tb testing.TB, at image.Point, button int) {
	tb.Helper()
	s.xdotool(tb, "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", strconv.Itoa(button))
}

// Key presses keys one after another, each by its name or with modifiers: "Return", "ctrl+a".
func (s *Screen) Key(tb testing.TB, keys ...string) {
	tb.Helper()
	s.xdotool(tb, append([]string{"key", "--"}, keys...)...)
}

// Type types text into the window that has the focus. It has the keys of an American keyboard: others would have to be
// put in the place of one for a moment, which programs miss now and then.
func (s *Screen) Type(tb testing.TB, text string) {
	tb.Helper()
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r > '~' }); i >= 0 {
		tb.Fatalf("typing %q: there is no key for what stands at %d", text, i)
	}
	s.xdotool(tb, "type", "--delay", "5", "--", text)
}

func (s *Screen) xdotool(tb testing.TB, args ...string) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	defer cancel()
	if _, err := s.tryXdotool(ctx, tb, args...); err != nil {
		s.Picture(tb, "xdotool-"+args[0])
		tb.Fatalf("xdotool %q: %v", args, err)
	}
}

func (s *Screen) tryXdotool(ctx context.Context, tb testing.TB, args ...string) (string, error) {
	tb.Helper()
	cmd := exec.CommandContext(ctx, lookPath(tb, "xdotool", "xdotool"), args...) //nolint:gosec // the machine's own
	cmd.Env = s.Env()
	var told strings.Builder
	cmd.Stderr = &told
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%w %s", cmp.Or(ctx.Err(), err), told.String())
	}
	return string(out), nil
}

// write writes a file below the home folder.
func (s *Screen) write(tb testing.TB, name, text string) string {
	tb.Helper()
	path := filepath.Join(s.home, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		tb.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil { //nolint:gosec // in the screen's own home
		tb.Fatal(err)
	}
	return path
}

func lookPath(tb testing.TB, debian, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Fatalf("%s is missing: apt-get install %s", filepath.Base(name), debian)
	}
	return path
}

// program is a command that ends with this process at the latest, with all that it starts in its own group.
func program(tb testing.TB, debian, name string, args ...string) *exec.Cmd {
	tb.Helper()
	cmd := exec.Command(lookPath(tb, debian, name), args...) //nolint:gosec,noctx // the machine's own, ended by the test
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	cmd.Stdout, cmd.Stderr = tb.Output(), tb.Output()
	cmd.WaitDelay = time.Second
	return cmd
}

// begin starts a command and ends it with the test. The channel closes when the command has ended.
func begin(tb testing.TB, cmd *exec.Cmd) <-chan struct{} {
	tb.Helper()
	if err := cmd.Start(); err != nil {
		tb.Fatalf("starting %s: %v", filepath.Base(cmd.Path), err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	tb.Cleanup(func() { end(cmd, ended) })
	return ended
}

// end kills a command's group and waits for the command. It may be called twice.
func end(cmd *exec.Cmd, ended <-chan struct{}) {
	select {
	case <-ended:
	default:
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
	}
}
