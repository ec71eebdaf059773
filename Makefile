# Everything starts here; `make` alone lists the targets. Each step says what it does, installs what it
# finds missing, and does nothing twice: tools and the test provider are keyed by a hash of what they are
# made of, the rest is Go's build cache.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory

# PKGS narrows lint, test and bench: make test PKGS=./keychain/...
PKGS ?= ./...

# Pure Go, one static file each.
PROGRAMS := sessionkeeper sessionkeeper-demo

# Debian packages; COMMAND=PACKAGE is content with the command from elsewhere.
PACKAGES_DEMO := ca-certificates dbus gnome-keyring
PACKAGES_TEST := $(PACKAGES_DEMO) gcc libc6-dev dunst xvfb chromium=chromium node=nodejs npm=npm

# Vet also for the systems that no test here runs on.
CROSS := windows/amd64 darwin/arm64

LOCAL_GO := $(word 3,$(shell GOTOOLCHAIN=local go version))
TOOLS := .cache/bin/.built-$(shell cat .tools/go.mod .tools/go.sum | sha256sum | cut -c -16)-$(LOCAL_GO)
STILL := .tools/progress.sh
LINT := $(CURDIR)/.cache/bin/golangci-lint
PROVIDER := .tools/oidc-provider
PROVIDER_KEY := $(shell sha256sum <$(PROVIDER)/package-lock.json | cut -c -16)
PROVIDER_READY := $(PROVIDER)/node_modules/.installed-$(PROVIDER_KEY)

# A checkout that git refuses to read, or one without a commit, is built without its revision.
ifneq ($(shell git rev-parse --quiet --verify HEAD >/dev/null 2>&1 && echo readable),readable)
export GOFLAGS := $(GOFLAGS) -buildvcs=false
endif

.PHONY: help demo run build test lint checks vulnerabilities bench clean packages-demo packages-test

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' Makefile

demo: build ## see it work, with a provider of its own: nothing to register, nothing left behind
	@bin/sessionkeeper demo $(ARGS)

run: build ## start the keeper on your own sessions
	@echo '==> starting the keeper, without a tray; ctrl-C ends it'
	@exec bin/sessionkeeper serve $(ARGS)

build: packages-demo ## build the programs into bin/
	@echo '==> building $(PROGRAMS:%=bin/%)'
	@CGO_ENABLED=0 $(STILL) go build -trimpath -o bin/ $(PROGRAMS:%=./cmd/%)

test: packages-test lint checks vulnerabilities build $(PROVIDER_READY) ## check and test everything
	@.tools/test.sh $(PKGS)

lint: packages-demo $(TOOLS) ## golangci-lint, formatting included
	@echo '==> linting $(PKGS)'
	@$(LINT) fmt --diff $(PKGS:/...=)
	@$(STILL) $(LINT) run --allow-parallel-runners $(PKGS)
	@cd .tools && $(LINT) run --allow-parallel-runners -c ../.golangci.yml ./testreport

checks:
	@echo '==> go vet, go fix, go mod tidy'
	@$(STILL) go vet $(PKGS)
	@$(STILL) go fix -diff $(PKGS)
	@go mod tidy -diff
	@cd .tools && go mod tidy -diff && go fix -diff ./testreport
	@for system in $(CROSS); do \
		echo "==> go vet for $$system"; \
		CGO_ENABLED=0 GOOS=$${system%/*} GOARCH=$${system#*/} $(STILL) go vet $(PKGS); \
	done

vulnerabilities: packages-demo $(TOOLS)
	@echo '==> govulncheck'
	@$(STILL) .tools/vulnerabilities.sh .cache/bin/govulncheck $(PKGS)

bench: ## run the benchmarks
	@echo '==> benchmarks'
	@go test -bench . -run '^$$' $(PKGS)

clean: ## remove everything that was built
	@rm -rf bin .cache $(PROVIDER)/node_modules

packages-demo:
	@.tools/packages.sh 'make demo' $(PACKAGES_DEMO)

packages-test:
	@.tools/packages.sh 'make test' $(PACKAGES_TEST)

$(TOOLS): .tools/go.mod .tools/go.sum
	@echo '==> building golangci-lint and govulncheck (some minutes, once)'
	@mkdir -p $(@D) && rm -f $(@D)/.built-*
	@CGO_ENABLED=0 $(STILL) go build -C .tools -o ../.cache/bin/ tool
	@touch $@

$(PROVIDER_READY): $(PROVIDER)/package-lock.json
	@echo '==> installing the test provider with npm'
	@cd $(PROVIDER) && $(CURDIR)/$(STILL) npm ci --omit=dev --no-audit --no-fund
	@touch $@
