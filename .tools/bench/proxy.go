package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// relay is a proxy that puts a token into requests.
type relay struct {
	name   string
	target string // host:port
	path   string // what comes before the request's own
	header string // what a client of it must send

	took times
	rate []float64
}

// measureProxies lets clients with kept connections ask through each proxy in turn; all lead to the same server.
func measureProxies(ctx context.Context, b *bench) error {
	upstream, err := b.startNginx(ctx)
	if err != nil {
		return err
	}
	relays := []*relay{
		{name: "sessionkeeper proxy"},
		{name: "Go: tuned bare ReverseProxy"},
		{name: "oauth2-proxy " + oauth2ProxyVersion},
		{name: "nginx proxy_pass", target: upstream.proxy},
		{name: "nothing between", target: upstream.direct},
	}
	if relays[0].target, relays[0].path, err = b.startOurProxy(ctx, upstream.direct); err != nil {
		return err
	}
	if relays[1].target, err = b.startBareProxy(ctx, upstream.direct); err != nil {
		return err
	}
	if relays[2].target, relays[2].header, err = b.startOAuth2Proxy(ctx, upstream.direct); err != nil {
		return err
	}
	for _, clients := range crowds {
		for _, r := range relays {
			r.took, r.rate = nil, nil
		}
		for turn := range turns {
			for _, r := range from(relays, turn) {
				if err := r.load(ctx, clients, b.turn()); err != nil {
					return fmt.Errorf("%s: %w", r.name, err)
				}
			}
		}
		b.table.section(fmt.Sprintf("Requests through a proxy, clients: %d (connections kept, 96-byte answers)", clients),
			"requests/s", "p50", "p99", "ours/this rate", "ours/this p99")
		ours := relays[0]
		for _, r := range relays {
			b.table.add(r.name, fmt.Sprintf("%.0f", median(r.rate)), micros(r.took.at(.5)), micros(r.took.at(.99)),
				paired(ours.rate, r.rate), ratio(ours.took.at(.99), r.took.at(.99)))
		}
	}
	return nil
}

// load runs clients for a while.
func (r *relay) load(ctx context.Context, clients int, long time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, long)
	defer cancel()
	var running sync.WaitGroup
	var mu sync.Mutex // guards what follows
	var failed error
	done := 0
	begin := time.Now()
	for range clients {
		running.Go(func() {
			took, err := r.client(ctx)
			mu.Lock()
			defer mu.Unlock()
			r.took, done, failed = append(r.took, took...), done+len(took), errors.Join(failed, err)
		})
	}
	running.Wait()
	r.rate = append(r.rate, float64(done)/time.Since(begin).Seconds())
	return failed
}

func (r *relay) client(ctx context.Context) (took times, err error) {
	var d net.Dialer
	c, err := d.DialContext(context.WithoutCancel(ctx), "tcp", r.target)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	request := []byte("GET " + r.path + "/x HTTP/1.1\r\nHost: " + r.target + "\r\n" + r.header + "\r\n")
	var buffer [8 << 10]byte
	for ctx.Err() == nil {
		at := time.Now()
		if _, err := c.Write(request); err != nil {
			return took, err
		}
		for n := 0; !wholeHTTP(buffer[:n]); {
			more, err := c.Read(buffer[n:])
			if err != nil {
				return took, fmt.Errorf("answered %.200q: %w", buffer[:n], err)
			}
			if n += more; bytes.HasPrefix(buffer[:n], []byte("HTTP/1.1 ")) && n > 12 && string(buffer[9:12]) != "200" {
				return took, fmt.Errorf("answered %.80q", buffer[:n])
			}
		}
		took = append(took, time.Since(at))
	}
	return took, nil
}

// freeAddress is a loopback address that was free a moment ago.
func freeAddress(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

func listening(ctx context.Context, address string) func() bool {
	return func() bool {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", address)
		if err != nil {
			return false
		}
		c.Close()
		return true
	}
}

func (b *bench) startOurProxy(ctx context.Context, upstream string) (address, path string, err error) {
	line, err := b.launchReady(ctx, b.home, b.front, "proxy", sessionName, "--target", "http://"+upstream)
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(strings.TrimSpace(line))
	if err != nil || u.Host == "" {
		return "", "", fmt.Errorf("our proxy said %q", line)
	}
	return u.Host, strings.TrimSuffix(u.Path, "/"), nil
}

func (b *bench) startBareProxy(ctx context.Context, upstream string) (string, error) {
	address, err := freeAddress(ctx)
	if err != nil {
		return "", err
	}
	return address, b.background(ctx, address, filepath.Join(b.cache, "bench", "proxy"), address, "http://"+upstream, strings.Repeat("t", 40))
}

// background starts a server and waits until it listens.
func (b *bench) background(ctx context.Context, address, path string, args ...string) error {
	cmd, said := launch(ctx, nil, path, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	b.running = append(b.running, cmd)
	if err := await(ctx, listening(ctx, address)); err != nil {
		b.stopLast()
		return fmt.Errorf("%s does not listen: %w: %s", filepath.Base(path), err, said)
	}
	return nil
}

// nginx is the server behind the proxies, and a proxy for scale.
type nginx struct{ direct, proxy string }

const nginxConfig = `daemon off; worker_processes 1; pid %[1]s/nginx.pid; error_log %[1]s/nginx.err;
events { worker_connections 1024; }
http {
	access_log off; keepalive_requests 100000000;
	client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
	upstream direct { server %[2]s; keepalive 256; keepalive_requests 100000000; }
	server { listen %[2]s; location / { return 200 "%[4]s"; } }
	server {
		listen %[3]s;
		location / { proxy_pass http://direct; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Authorization "Bearer %[5]s"; }
	}
}
`

func (b *bench) startNginx(ctx context.Context) (n nginx, err error) {
	path := filepath.Join(b.cache, "bench", "nginx", "usr", "sbin", "nginx")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := b.fetchNginx(ctx); err != nil {
			return n, err
		}
	}
	if n.direct, err = freeAddress(ctx); err != nil {
		return n, err
	}
	if n.proxy, err = freeAddress(ctx); err != nil {
		return n, err
	}
	file := filepath.Join(b.dir, "nginx.conf")
	text := fmt.Sprintf(nginxConfig, b.dir, n.direct, n.proxy, strings.Repeat("x", 96), strings.Repeat("t", 40))
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return n, err
	}
	return n, b.background(ctx, n.proxy, path, "-p", b.dir, "-c", file)
}

// fetchNginx takes the server out of Debian's package: installed, it would listen to the whole network at once.
func (b *bench) fetchNginx(ctx context.Context) error {
	fmt.Fprintln(os.Stderr, "    fetching nginx (once)")
	folder := filepath.Join(b.cache, "bench", "nginx")
	if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // as folders of programs are
		return err
	}
	_, err := b.output(ctx, nil, "sh", "-c", `cd "$0" && apt-get download -q nginx && dpkg -x nginx_*.deb . && rm nginx_*.deb`, folder)
	return err
}

const oauth2ProxyVersion = "v7.15.3"

// startOAuth2Proxy starts it and signs in to it; header has its session's cookie.
func (b *bench) startOAuth2Proxy(ctx context.Context, upstream string) (address, header string, err error) {
	path := filepath.Join(b.cache, "bin", "oauth2-proxy-"+oauth2ProxyVersion)
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		if err := b.buildOAuth2Proxy(ctx, path); err != nil {
			return "", "", err
		}
	}
	if address, err = freeAddress(ctx); err != nil {
		return "", "", err
	}
	if err := b.background(ctx, address, path, "--provider=oidc", "--oidc-issuer-url="+b.provider.issuer,
		"--client-id="+clientID, "--client-secret="+clientID, "--redirect-url=http://"+address+"/oauth2/callback",
		"--http-address="+address, "--upstream=http://"+upstream, "--email-domain=*", "--cookie-secure=false",
		"--cookie-secret=0123456789abcdef0123456789abcdef", "--pass-access-token=true", "--pass-authorization-header=true",
		"--skip-provider-button=true", "--insecure-oidc-allow-unverified-email=true", "--request-logging=false",
		"--auth-logging=false", "--standard-logging=false", "--scope=openid email", "--code-challenge-method=S256"); err != nil {
		return "", "", err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/x", http.NoBody)
	if err != nil {
		return "", "", err
	}
	response, err := (&http.Client{Jar: jar, Timeout: 10 * time.Second}).Do(request)
	if err != nil {
		return "", "", err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return "", "", errors.New("signing in to oauth2-proxy: it answers " + strconv.Itoa(response.StatusCode))
	}
	var cookies []string
	for _, c := range jar.Cookies(request.URL) {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	return address, "Cookie: " + strings.Join(cookies, "; ") + "\r\n", nil
}

// buildOAuth2Proxy builds it from the module that its authors published, with the versions that they chose.
func (b *bench) buildOAuth2Proxy(ctx context.Context, path string) error {
	fmt.Fprintln(os.Stderr, "    building oauth2-proxy (a minute, once)")
	source, err := b.output(ctx, []string{"GOFLAGS=-mod=mod"}, "go", "mod", "download", "-json",
		"github.com/oauth2-proxy/oauth2-proxy/v7@"+oauth2ProxyVersion)
	if err != nil {
		return err
	}
	_, dir, _ := strings.Cut(source, `"Dir": "`)
	dir, _, _ = strings.Cut(dir, `"`)
	_, err = b.output(ctx, []string{"CGO_ENABLED=0", "GOFLAGS=-mod=readonly"}, "go", "build", "-C", dir, "-trimpath", "-o", path, ".")
	return err
}
