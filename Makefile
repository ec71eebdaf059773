# Everything starts here; `make` alone lists the targets. Each step says what it does, installs what it
# finds missing, and does nothing twice: tools and the test provider are keyed by a hash of what they are
# made of, the rest is Go's build cache.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# PKGS narrows lint, test and bench: make test PKGS=./keychain/...
PKGS ?= ./...

# Pure Go, one static file each; and the one program that draws, which needs C.
PROGRAMS := sessionkeeper sessionkeeper-keeper sessionkeeper-tray sessionkeeper-demo
WINDOW := sessionkeeper-window

# How Fyne is built: for X11 and OpenGL ES.
export GOFLAGS := $(GOFLAGS) -tags=x11,gles

# Debian packages; COMMAND=PACKAGE is content with the command from elsewhere.
PACKAGES_DEMO := ca-certificates dbus gnome-keyring
PACKAGES_BUILD := $(PACKAGES_DEMO) gcc libc6-dev pkgconf \
	libgl-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev libxxf86vm-dev
PACKAGES_TEST := $(PACKAGES_BUILD) chromium=chromium node=nodejs npm=npm \
	xvfb openbox xfce4-panel xfconf xfce4-notifyd dunst xdotool libgl1-mesa-dri \
	systemd desktop-file-utils libglib2.0-bin \
	git=git curl=curl docker=docker.io cargo=cargo-web awscli python3 python3-pip python3-google-auth python3-requests \
	msmtp isync libsasl2-modules-kdexoauth2 neomutt keepassxc strace gdb

PACKAGES_BENCH := $(PACKAGES_TEST) oidc-agent-cli

# Vet also for the systems that no test here runs on.
CROSS := windows/amd64 darwin/arm64

LOCAL_GO := $(word 3,$(shell GOTOOLCHAIN=local go version))
TOOLS := .cache/bin/.built-$(shell cat .tools/go.mod .tools/go.sum | sha256sum | cut -c -16)-$(LOCAL_GO)
STILL := .tools/progress.sh
LINT := $(CURDIR)/.cache/bin/golangci-lint
# What comes from npm: the test provider; the page's type checker and its accessibility checker; Google's client library.
NPM := .tools/oidc-provider .tools/page .tools/clients/node
npm-key = $(shell sha256sum <$1/package-lock.json | cut -c -16)
NPM_READY := $(foreach d,$(NPM),$d/node_modules/.installed-$(call npm-key,$d))

# A checkout that git refuses to read, or one without a commit, is built without its revision.
ifneq ($(shell git rev-parse --quiet --verify HEAD >/dev/null 2>&1 && echo readable),readable)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.PHONY: help demo run build programs test lint checks types vulnerabilities bench chaos picture clean packages-demo packages-build packages-test packages-bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-7s %s\n", $$1, $$2}' Makefile

demo: programs ## see it work, with a provider of its own: nothing to register, nothing left behind
	@bin/sessionkeeper demo $(ARGS)

run: build ## start the tray on your own sessions; it starts a keeper
	@echo '==> starting the tray; ctrl-C ends it'
	@exec bin/sessionkeeper-tray $(ARGS)

build: packages-build programs ## build the programs into bin/
	@echo '==> building bin/$(WINDOW) (a minute, the first time)'
	@$(STILL) go build -trimpath -o bin/ ./cmd/$(WINDOW)

programs: packages-demo
	@echo '==> building $(PROGRAMS:%=bin/%)'
	@CGO_ENABLED=0 $(STILL) go build -trimpath -o bin/ $(PROGRAMS:%=./cmd/%)

test: packages-test lint checks types vulnerabilities build ## check and test everything
	@.tools/test.sh $(PKGS)

lint: packages-build $(TOOLS) ## golangci-lint, formatting included
	@echo '==> linting $(PKGS)'
	@$(LINT) fmt --diff $(PKGS:/...=)
	@$(STILL) $(LINT) run --allow-parallel-runners $(PKGS)
	@cd .tools && $(LINT) run --allow-parallel-runners -c ../.golangci.yml ./...
	@cd .tools/clients && $(LINT) run --allow-parallel-runners -c ../../.golangci.yml ./...
	@cd .tools/strangers && $(LINT) run --allow-parallel-runners -c ../../.golangci.yml ./...

checks:
	@echo '==> go vet, go fix, go mod tidy'
	@$(STILL) go vet $(PKGS)
	@$(STILL) go fix -diff $(PKGS)
	@go mod tidy -diff
	@cd .tools && go mod tidy -diff && go fix -diff ./...
	@cd .tools/clients && go vet ./... && go mod tidy -diff && go fix -diff ./...
	@cd .tools/strangers && go vet ./... && go mod tidy -diff && go fix -diff ./...
	@for system in $(CROSS); do \
		echo "==> go vet for $$system"; \
		CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} $(STILL) go vet -tags ci $(PKGS); \
	done

types: packages-test $(NPM_READY)
	@echo '==> checking the types of the page'
	@cd .tools/page && npm run --silent typecheck

vulnerabilities: packages-build $(TOOLS)
	@echo '==> govulncheck'
	@$(STILL) .tools/vulnerabilities.sh .cache/bin/govulncheck $(PKGS)

bench: programs packages-bench ## measure beside oidc-agent, oauth2-proxy and nginx; PKGS=./ui/api: Go's benchmarks of packages alone
	@echo '==> benchmarks of $(PKGS)'
	@go test -bench . -run '^$$' $(PKGS)
ifeq ($(PKGS),./...)
	@echo '==> measuring beside others, both sides in turn (some minutes)'
	@GOFLAGS= go build -C .tools -o ../.cache/bin/ ./bench
	@.cache/bin/bench $(ARGS)
endif

# How long, and the number that chance follows from; 0 draws one and prints it.
FOR ?= 10m
SEED ?= 0

chaos: packages-test ## break everything at random for FOR=10m; one table of what became of it; SEED=N draws the same again
	@go test -count=1 -timeout 0 -v -run '^TestChaos$$' ./cmd/sessionkeeper-keeper/e2e/chaos -args -for $(FOR) -seed $(SEED)

picture: packages-test ## make the README's picture anew, from the programs as they are
	@go test -count=1 ./cmd/sessionkeeper-keeper/e2e/picture -args -picture $(CURDIR)/assets/picture.png

clean: ## remove everything that was built
	@rm -rf bin .cache $(NPM:%=%/node_modules)

packages-demo:
	@.tools/packages.sh 'make demo' $(PACKAGES_DEMO)

packages-build:
	@.tools/packages.sh 'make build' $(PACKAGES_BUILD)

packages-test:
	@.tools/packages.sh 'make test' $(PACKAGES_TEST)

packages-bench:
	@.tools/packages.sh 'make bench' $(PACKAGES_BENCH)

$(TOOLS): .tools/go.mod .tools/go.sum
	@echo '==> building golangci-lint and govulncheck (some minutes, once)'
	@mkdir -p $(@D) && rm -f $(@D)/.built-*
	@CGO_ENABLED=0 $(STILL) go build -C .tools -o ../.cache/bin/ tool
	@touch $@

.SECONDEXPANSION:
$(NPM_READY): $$(firstword $$(subst /node_modules/, ,$$@))/package-lock.json
	@echo '==> installing $(firstword $(subst /node_modules/, ,$@)) with npm'
	@cd $(<D) && $(CURDIR)/$(STILL) npm ci --no-audit --no-fund
	@touch $@
