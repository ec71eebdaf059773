package api

import (
	"path"
	"strings"
)

// neverRemembered are programs that run what others wrote, or fetch what others name and hand it on, our socket among it:
// what is allowed to one of them is not allowed to a program but to anything that it is told to do. Each is the beginning of a file's name; what follows it must be a version
// ("python3.11", "perl5.36.0-x86_64-linux-gnu") or nothing.
var neverRemembered = names(`
	sh rbash ash bash dash fish ksh mksh lksh oksh yash zsh rzsh csh tcsh rc es elvish nu xonsh oil osh ysh pwsh powershell
	cmd wscript cscript osascript
	busybox toybox coreutils sbase-box
	env nohup nice ionice chrt setsid stdbuf timeout time watch xargs parallel find flock script expect unbuffer
	screen tmux at atd cron crond anacron systemd systemd-run dbus-run-session start-stop-daemon supervisord runit
	sudo sudo-rs su doas pkexec runuser setpriv capsh unshare nsenter chroot fakeroot proot bwrap firejail flatpak snap
	snap-confine systemd-nspawn
	python pypy pythonw ipython jupyter uv poetry conda
	node nodejs deno bun npm npx pnpm yarn electron qjs gjs gjs-console
	perl raku ruby jruby irb php php-cgi php-fpm lua luajit texlua tclsh wish guile racket gawk mawk nawk awk
	original-awk julia r rscript octave octave-cli ghci runghc sbcl clisp ecl gforth swipl
	java javaw jshell scala kotlin groovy clojure dotnet mono mono-sgen erl beam.smp elixir
	go make gmake ninja cmake bazel gradle mvn cargo
	git docker dockerd podman buildah nerdctl containerd containerd-shim runc crun lxc-attach machinectl
	ssh sshd ssh-agent mosh dropbear dbclient
	gdb lldb strace ltrace perf valgrind vi vim nvim emacs nano less man
	wine wine64 wine-preloader wine64-preloader qemu box64 box86 fex fexinterpreter wasmtime wasmer ld.so ld-linux ld-musl
	curl wget socat nc ncat netcat websocat telnet openssl
	uvx pixi mise direnv just task hyperfine entr watchexec rlwrap gosu tini catatonit dumb-init supercronic s6-svscan
	setarch linux32 linux64 taskset numactl prlimit systemd-inhibit gnome-session-inhibit xvfb-run run-parts
	code codium vscodium cursor hx helix kak micro mc ranger
	xterm urxvt kitty foot alacritty wezterm konsole gnome-terminal gnome-terminal-server xfce4-terminal
`)

// families are programs that bring many along: "git-remote-https", "docker-compose".
var families = []string{
	"git-", "docker-", "busybox-", "python-", "perl-", "ruby-", "node-", "php-", "java-", "ssh-", "sshd-", "containerd-shim-",
	"ld-linux-", "ld-musl-", "ld-", "qemu-", "systemd-", "wine-", "vim.", "emacs-", "sessionkeeper-",
}

func names(text string) map[string]bool {
	all := map[string]bool{"sessionkeeper": true}
	for name := range strings.FieldsSeq(text) {
		all[name] = true
	}
	return all
}

// lasting reports whether a yes to the program at this path may be remembered: only where the path tells what it does.
func lasting(program string) bool {
	if program == "" {
		return false
	}
	name := strings.ToLower(path.Base(strings.ReplaceAll(program, `\`, "/")))
	name = strings.TrimSuffix(name, ".exe")
	if neverRemembered[name] || neverRemembered[unversioned(name)] {
		return false
	}
	for _, family := range families {
		if strings.HasPrefix(name, family) {
			return false
		}
	}
	return true
}

// unversioned is a name without the version at its end: "python3.11" and "python3.11-dbg" are python.
func unversioned(name string) string {
	first := strings.IndexAny(name, "0123456789")
	if first <= 0 {
		return name
	}
	return strings.TrimRight(name[:first], "-_.")
}
