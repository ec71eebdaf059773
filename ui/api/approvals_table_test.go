package api_test

import (
	"strings"
	"testing"

	"sessionkeeper/ui/api"
)

// What runs the code of others is never remembered, whatever its version, its folder and its system.
func TestNeverRemembered(t *testing.T) {
	for name := range strings.FieldsSeq(`
		sh bash dash zsh fish ksh93 mksh tcsh rbash pwsh powershell.exe PowerShell.exe cmd.exe
		busybox busybox-static toybox env xargs timeout nohup script tmux screen sudo su doas pkexec sudo-rs
		python python2 python3 python3.11 python3.11-dbg python3.13t python-3.9 pythonw.exe pypy3 pypy3.10-c ipython3
		perl perl5.36.0 perl5.36-x86_64-linux-gnu ruby ruby3.1 ruby-mri irb3.1 php php8.2 php-cgi8.2 php-fpm8.2
		node nodejs node20 node-22 deno bun java java.exe javaw.exe lua5.4 luajit-2.1 tclsh8.6 wish8.6 gawk mawk
		gawk-5.2.1 Rscript R guile-3.0 julia-1.10 beam.smp dotnet mono-sgen java-17
		git git-remote-https git-remote-http git-credential-cache docker docker-compose docker-buildx dockerd podman
		nerdctl containerd-shim-runc-v2 runc ssh sshd ssh-agent sshd-session ld-linux-x86-64.so.2 ld-2.31.so
		ld-musl-x86_64.so.1 qemu-x86_64-static systemd systemd-run cron at make gmake go go1.26 cargo npm vim.basic vim.gtk3
		curl curl.exe wget socat socat1 nc ncat openssl uv uvx npx bun electron28 flatpak direnv code code7 xterm kitty
		linux64 taskset gosu fexinterpreter
		sessionkeeper sessionkeeper-keeper sessionkeeper-tray sessionkeeper.exe sessionkeeper-keeper.exe
	`) {
		for _, folder := range []string{"/usr/bin/", "/home/a b/.local/share/", `C:\Program Files\x\`, ""} {
			if api.Lasting(folder + name) {
				t.Errorf("%s can be remembered", folder+name)
			}
		}
	}
	for name := range strings.FieldsSeq(`
		gh hub glab kubectl kubectl1.29 helm terraform aws aws2 gcloud-crc32c az azcopy psql mutt thunderbird
		firefox codeql restic rclone s3fs mbsync msmtp newsboat gitea gitg github-desktop nodemon-native pyramid rubymine
		shellcheck environ dashboard shotwell perlbrew-native phpstorm sha256sum sshfs dockerize envoy evolution
	`) {
		if !api.Lasting("/usr/bin/" + name) {
			t.Errorf("%s is never remembered", name)
		}
	}
	if api.Lasting("") {
		t.Error("a program that hides can be remembered")
	}
}
