# Each target is one line that a person can also type.
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
LDFLAGS = -s -w -X main.version=$(VERSION)

.PHONY: build test lint demo bench fuzz cover browser install clean

build:   ## one static binary in bin/
	CGO_ENABLED=0 go build -trimpath -ldflags "$(LDFLAGS)" -o bin/profreport ./cmd/profreport

test:    ## every test that needs nothing but Go
	go test ./...

lint:    ## formatting, vet, staticcheck
	test -z "$$(gofmt -l .)" && go vet ./... && go run honnef.co/go/tools/cmd/staticcheck@$(STATICCHECK) ./...

demo:    ## a report from the example data inside the binary
	go run ./cmd/profreport demo -o report.html

bench:   ## the figures of docs/benchmarks.md
	sh bench/run.sh

fuzz:    ## ten minutes of each fuzz target
	sh bench/fuzz.sh 10m

browser: ## the page in headless Chromium, with axe-core
	cd test/browser && npm ci --no-audit --no-fund && PROFREPORT_REQUIRE_BROWSER=1 go test -count=1 .

install: ## profreport and the kubectl plugin into GOBIN
	go install -trimpath -ldflags "$(LDFLAGS)" ./cmd/profreport && ln -sf profreport "$$(go env GOBIN GOPATH | awk 'NF{print; exit}' | sed 's,$$,,')/bin/kubectl-profreport"

clean:
	rm -rf bin report.html report.md out .cache

STATICCHECK = v0.8.2
