// Command sessionkeeper-demo is a provider to try Sessionkeeper with: it listens on the loopback interface, keeps
// everything in memory, and has a page where grants are revoked and its token endpoint is made to fail. It must never
// listen anywhere else: its accounts have no passwords.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sessionkeeper/cmd/sessionkeeper-demo/authserver"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes, as the keeper's.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the program; it returns its exit code when ctx ends or, with -until-stdin-closes, when stdin does.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitDone
	case err != nil:
		return exitUsage
	}
	if f.untilStdinCloses {
		var stop context.CancelFunc
		ctx, stop = context.WithCancel(ctx)
		// The read ends with the process at the latest; nothing else reads stdin.
		go func() {
			defer stop()
			_, _ = io.Copy(io.Discard, stdin)
		}()
	}
	if err := serve(ctx, f, stdout); err != nil {
		fmt.Fprintln(stderr, "sessionkeeper-demo:", err)
		return exitFailed
	}
	return exitDone
}

type flags struct {
	listen           string
	clients          string
	rotation         string
	untilStdinCloses bool
	options          authserver.Options
}

func parse(args []string, stderr io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("sessionkeeper-demo", flag.ContinueOnError)
	set.SetOutput(stderr)
	set.StringVar(&f.listen, "listen", "127.0.0.1:0", "loopback `address` to listen on; port 0 picks a free one")
	set.DurationVar(&f.options.AccessTTL, "access-ttl", authserver.DefaultAccessTTL, "life of an access token")
	set.DurationVar(&f.options.SessionTTL, "session-ttl", authserver.DefaultSessionTTL,
		"life of a session, from consent; negative for one without an end")
	set.StringVar(&f.rotation, "rotation", string(authserver.RotationStrict),
		"refresh tokens: `strict` (an old one ends the grant), grace or off")
	set.DurationVar(&f.options.Grace, "grace", authserver.DefaultGrace,
		"with -rotation grace, how long an old refresh token still works")
	set.DurationVar(&f.options.DeviceInterval, "device-interval", authserver.DefaultDeviceInterval,
		"how often a device may ask")
	set.BoolVar(&f.options.AutoApprove, "auto-approve", false, "answer every consent at once, as the hinted account")
	set.StringVar(&f.clients, "clients", "",
		"JSON `file` with the clients: [{\"id\", \"name\", \"secret\", \"redirect_uris\"}]")
	set.BoolVar(&f.untilStdinCloses, "until-stdin-closes", false, "end when standard input is closed")
	if err := set.Parse(args); err != nil {
		return flags{}, err
	}
	if set.NArg() > 0 {
		fmt.Fprintf(stderr, "sessionkeeper-demo: unexpected argument %q; all settings are flags, see -help\n", set.Arg(0))
		return flags{}, errUsage
	}
	f.options.Rotation = authserver.Rotation(f.rotation)
	return f, nil
}

var errUsage = errors.New("usage")

// serve listens until ctx ends.
func serve(ctx context.Context, f flags, stdout io.Writer) error {
	if f.clients != "" {
		clients, err := readClients(f.clients)
		if err != nil {
			return err
		}
		f.options.Clients = clients
	}
	listener, err := listen(ctx, f.listen)
	if err != nil {
		return err
	}
	f.options.Issuer = "http://" + listener.Addr().String()
	provider, err := authserver.New(f.options)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	server := &http.Server{Handler: provider, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	fmt.Fprintf(stdout, "ready issuer=%s page=%s/\n", provider.Issuer(), provider.Issuer())

	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err = <-served:
	case <-ctx.Done():
		provider.Close()
		err = errors.Join(server.Close(), <-served)
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving: %w", err)
}

// listen refuses every address that another machine could reach.
func listen(ctx context.Context, address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("listening on %q: %w; give host:port, such as 127.0.0.1:0", address, err)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("listening on %q: not a loopback address; use 127.0.0.1 or [::1]", address)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("%w; choose another port with -listen", err)
	}
	return listener, nil
}

func readClients(name string) ([]authserver.Client, error) {
	b, err := os.ReadFile(name) //nolint:gosec // the user named it
	if err != nil {
		return nil, fmt.Errorf("reading the clients: %w", err)
	}
	clients := []authserver.Client{}
	if err := json.Unmarshal(b, &clients); err != nil {
		return nil, fmt.Errorf("reading the clients in %s: %w", name, err)
	}
	return clients, nil
}
