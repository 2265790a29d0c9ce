# SPDX-License-Identifier: GPL-2.0-only
# `make` alone lists the targets.

SWIFT_BIN := $(shell dirname "$$(readlink -f "$$(command -v swift)")")
# Debian's older LLVM tools must not come before the toolchain's own.
export PATH := $(SWIFT_BIN):$(PATH)

DURATION ?= 30
JOBS ?= 2

PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share

.DEFAULT_GOAL := help
.PHONY: help setup build test fuzz fuzz-build fuzz-build-address fuzz-smoke fuzz-parsers fuzz-services afl
.PHONY: replay records sweeps kernel-source kernel-run kernel-sweeps long-run sanitize sanitize-plugin coverage bench faults alone driver-faults mutants seeds lint clean
.PHONY: install uninstall install-check

# What release builds say for --version; `unknown` where this is no checkout of its own.
build fuzz-build bench install: export LOCKSTEP_COMMIT = $(shell [ -e .git ] && \
  git describe --always --dirty --abbrev=12 --exclude '*' 2>/dev/null || echo unknown)

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | \
	  awk -F ':.*## ' '{ printf "  make %-16s %s\n", $$1, $$2 }'

setup: ## check for what the build needs, install what is missing
	@.ci/setup

build: setup ## build the command line (bin/iopt)
	swift build -c release --product iopt
	@mkdir -p bin && ln -sfn ../.build/release/iopt bin/iopt

# They take longest; later runs go by the times of the one before.
SLOW_TESTS := CorpusKillTests|ToyFormatTests|KernelCasesTests|FuzzerKillTests|KernelReviewTests|LedgerTests

test: setup ## build and run all tests: make test [FILTER=regex] [JUNIT=file] [KTAP=file]
	swift build --build-tests
	.build/debug/iopt-tests --filter '$(FILTER)' --junit '$(JUNIT)' --ktap '$(KTAP)' \
	  --first '$(SLOW_TESTS)' .build/debug/lockstepPackageTests.xctest

fuzz: fuzz-build ## fuzz Swift against C: make fuzz [DURATION=30] [JOBS=2] [LANES='sanitizers listening skew']
	bin/iopt-fuzz --seconds $(DURATION) --jobs $(JOBS) \
	  --corpus artifacts/corpus --seeds Corpus/fuzz
	@[ -z '$(findstring sanitizers,$(LANES))' ] || $(MAKE) fuzz-build-address
	@[ -z '$(LANES)' ] || Fuzz/lanes $$(( ($(DURATION) + 3) / 4 )) $(JOBS) $(LANES)

# With colours, a build on a terminal would not be that of a script.
FUZZ_BUILD := swift build -q --no-color-diagnostics --package-path Fuzz -c release

# Both programs come of one compilation; an iopt that make build made is the faster one, and stays.
fuzz-build: setup
	@[ -e Fuzz/.build/release/iopt-fuzz ] || echo "building bin/iopt-fuzz and bin/iopt, once: some minutes"
	@$(FUZZ_BUILD) --product iopt-fuzz
	@$(FUZZ_BUILD) --product iopt
	@mkdir -p bin && ln -sfn ../Fuzz/.build/release/iopt-fuzz bin/iopt-fuzz
	@[ -e bin/iopt ] || ln -sfn ../Fuzz/.build/release/iopt bin/iopt

fuzz-smoke: fuzz-build build ## prove that both languages are instrumented and run
	Fuzz/smoke
	Fuzz/bad-plugins
	Fuzz/screen

replay: build ## replay the recorded kernel traces on both implementations
	.build/release/iopt replay $$(find Corpus/kernel -name '*.iopt.gz' | sort)

records: build ## record the kernel traces' scenarios again on both sides, byte for byte: make records [TRACES='FILES']
	for trace in $(or $(TRACES),$$(find Corpus/kernel -name '*.iopt.gz' | sort)); do \
	  gzip -dc "$$trace" >.build/trace.iopt || exit 1; \
	  for side in swift reference; do grep -v '^=' .build/trace.iopt | \
	    .build/release/iopt record --subject $$side - | cmp -s - .build/trace.iopt || \
	    { echo "$$side records $$trace otherwise"; exit 1; }; done; done; echo "all recorded byte for byte"

kernel-source: ## a kernel's source for kernel:7.3: make kernel-source VERSION=7.3 [DEB=FILE | TREE=DIR]
	@Tools/kernel-source '$(VERSION)' $(if $(TREE),--tree '$(TREE)',$(if $(DEB),'$(DEB)'))

.PHONY: kunit
kunit: ## a release's own KUnit suite and exported cases, as User Mode Linux: make kunit VERSION=7.3 [CASES='FILES'] [DEB=FILE] [EXPECT=contract] [KTAP=file]
	@.ci/setup flex bison bc gcc python3
	@[ -z '$(CASES)' ] || $(MAKE) --no-print-directory build
	@DEB='$(DEB)' EXPECT='$(EXPECT)' KTAP='$(KTAP)' Tools/kunit '$(VERSION)' $(CASES)

sweeps: build ## every sweep for each release: make sweeps [KERNELS='7.1 7.2 7.3'] [DEPTH=3] [COUNT=200]
	for kernel in $(or $(KERNELS),7.1 7.2 7.3); do for layer in pt dma; do \
	    .build/release/iopt generate --layer $$layer --count $(or $(COUNT),200) --kernel $$kernel | \
	      .build/release/iopt sweep allocations - --failures 40 || exit 1; done; \
	  .build/release/iopt sweep exhaustive --depth $(or $(DEPTH),3) --kernel $$kernel && \
	  .build/release/iopt sweep configurations --kernel $$kernel && \
	  for side in swift reference; do .build/release/iopt sweep contract --subject $$side \
	    --count $(or $(COUNT),200) --kernel $$kernel || exit 1; done || exit 1; done

long-run: build ## a million operations of the DMA layer, both sides: make long-run [OPERATIONS=1000000] [SEEDS=2]
	for seed in $$(seq $(or $(SEEDS),2)); do \
	  .build/release/iopt generate --layer working-set --operations $(or $(OPERATIONS),1000000) \
	    --seed $$seed | .build/release/iopt diff - || exit 1; done

kernel-run: build ## generated scenarios, a kernel's own code against both sides: make kernel-run [VERSION=7.3] [SEEDS=38]
	for seed in $$(seq $(or $(SEEDS),38)); do for layer in pt dma; do \
	  .build/release/iopt generate --layer $$layer --count 10000 --seed $$seed --kernel $(or $(VERSION),7.3) \
	    --subject kernel:$(or $(VERSION),7.3) -o .build/kernel-run.iopt || exit 1; \
	  for side in swift reference; do .build/release/iopt diff .build/kernel-run.iopt \
	    --left kernel:$(or $(VERSION),7.3) --right $$side || exit 1; done; done; done

kernel-sweeps: build ## a kernel's own code in the sweeps, against both sides: make kernel-sweeps [VERSION=7.3] [DEPTH=3]
	.build/release/iopt generate --layer both --operations 30 --count 400 --seed 1 \
	  --subject kernel:$(or $(VERSION),7.3) -o .build/kernel-sweeps.iopt
	for side in swift reference; do tree="--left kernel:$(or $(VERSION),7.3) --right $$side"; \
	  .build/release/iopt sweep exhaustive --depth $(or $(DEPTH),3) $$tree && \
	  .build/release/iopt sweep allocations --failures 12 .build/kernel-sweeps.iopt \
	    Corpus/reproducers/*.iopt $$tree && \
	  .build/release/iopt sweep configurations $$tree || exit 1; done

coverage: setup ## what Corpus/fuzz and artifacts/corpus reach of both sides; unreached lines
	Fuzz/coverage Corpus/fuzz $(wildcard artifacts/corpus)

.PHONY: compare claims
compare: build ## every workload on every policy in every mode, behind four drivers: artifacts/compare.html
	@mkdir -p artifacts
	bin/iopt compare --mode all --driver riscv amd vtd-caching s390 -o artifacts/compare.html \
	  --reproducers artifacts/compare

claims: build ## the mailing list's claims again, into Documentation/claims.md and its plots
	Tools/claims bin/iopt

bench: setup fuzz-build ## measure both sides, the fuzz loop and the replay: make bench [BASE=REV] [QUICK=1]
	swift build -c release --product iopt-bench
	swift build -c release --product iopt
	Benchmarks/run

alone: build fuzz-build ## which known faults a side gives away by itself: make alone [SEEDS=10] [RUNS=N] [ONLY=pattern]
	Fuzz/alone

driver-faults: ## faults in drivers' commands that the hardware judge catches alone: who, and after how many scenarios
	DRIVER_FAULT_SEEDS=10 swift test --filter DriverFaultTests 2>&1 | awk '/^\|/ { print } /✘/ { print; bad = 1 } END { exit bad }'

faults: fuzz-build ## how soon each known fault is found: make faults [SEEDS=10] [RUNS=N] [ONLY=pattern]
	Fuzz/faults

.PHONY: history
history: build ## what each kernel change changed, how soon it is found: make history [MEASURE=1 SEEDS=10 ONLY=pattern]
	@[ -z '$(MEASURE)' ] || $(MAKE) --no-print-directory fuzz-build
	@Fuzz/history $(if $(MEASURE),--measure,--print)

# The fuzzer under AddressSanitizer, for one of the lanes.
fuzz-build-address: setup
	@$(FUZZ_BUILD) --scratch-path Fuzz/.build-address --sanitize=address --product iopt-fuzz

mutants: build fuzz-build fuzz-build-address ## who finds small changes to the C port: make mutants [COUNT=300] [SINCE=rev] [ONLY=pattern]
	@.ci/setup python3
	swift build --build-tests
	Fuzz/mutants

seeds: build fuzz-build ## make Corpus/fuzz again: make seeds [DURATION=60]
	Fuzz/seeds

fuzz-services: setup ## build as OSS-Fuzz and ClusterFuzzLite do, and exercise the result
	@.ci/setup zip unzip
	Fuzz/check-service-build $(BUILDS)

fuzz-parsers: setup ## fuzz our own readers: make fuzz-parsers [DURATION=30], seconds for each
	@LOCKSTEP_COUNT_READERS=1 $(FUZZ_BUILD) --scratch-path Fuzz/.build-readers --product iopt-fuzz
	DURATION=$(DURATION) Fuzz/parsers

afl: setup ## a second opinion by AFL++: make afl [DURATION=30] [LEFT=swift] [RIGHT=reference]
	@.ci/setup afl-fuzz=afl++
	DURATION=$(DURATION) Fuzz/afl

sanitize: setup ## all traces and the fuzz corpus under AddressSanitizer and, for C, UBSan
	Fuzz/sanitize Corpus/fuzz $(wildcard artifacts/corpus)

sanitize-plugin: setup ## a plug-in under AddressSanitizer: make sanitize-plugin PLUGIN=mine.c|mine.so [FILES=…] [LEFT=reference]
	@LEFT='$(or $(LEFT),reference)' Fuzz/sanitize-plugin '$(PLUGIN)' $(FILES)

lint: ## check formatting
	swift format lint --strict -r Package.swift Sources Tests Tools Benchmarks Fuzz/Package.swift Fuzz/Driver Fuzz/Target

install: build fuzz-build ## iopt, iopt-fuzz, manual pages, completions: make install [PREFIX=/usr/local] [DESTDIR=]
	swift build -c release --product iopt-manual
	Tools/install '$(DESTDIR)' '$(BINDIR)' '$(DATADIR)'

uninstall: ## remove what make install put there, with the same PREFIX and DESTDIR
	Tools/install --remove '$(DESTDIR)' '$(BINDIR)' '$(DATADIR)'

install-check: ## install into a folder that goes away, and try what is there
	Tools/check-install

clean: ## remove everything that was built
	rm -rf .build .build-bench .build-mutants Fuzz/.build Fuzz/.build-* artifacts bin
	git worktree prune
