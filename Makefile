# The commands of the house. Each installs what it needs (tools/install.sh), so each
# works from a clean clone; `make help` lists them. What they build lies under build/.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
export UBSAN_OPTIONS ?= print_stacktrace=1
CTEST := ctest --output-on-failure --no-tests=error -j$(JOBS)
# ThreadSanitizer of g++ 12 needs an address space that newer kernels randomise too far.
FIXED_ADDRESSES := $(shell setarch -R true 2>/dev/null && echo setarch -R)
CXX_FILES = git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp'

.PHONY: help run test build bench asan tsan fuzz tidy headers format format-check layers clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: build ## install, build, find the attacks in examples/, run a demonstration city
	@tools/install.sh run
	@tools/run.sh

build: build/release/build.ninja ## build/release/haidang
	cmake --build build/release -j$(JOBS) --target haidang

test: build/dev/build.ninja ## install, build and run every test; one of them: make test ARGS='-R Names'
	cmake --build build/dev -j$(JOBS)
	$(CTEST) --test-dir build/dev $(ARGS)

bench: build/release/build.ninja ## measure against the bars; table here, JSON in build/bench/
	cmake --build build/release -j$(JOBS)
	@mkdir -p build/bench
	build/release/bench/haidang_bench --out build/bench $(ARGS)

asan: build/asan/build.ninja ## unit tests under AddressSanitizer and UBSan
	cmake --build build/asan -j$(JOBS)
	$(CTEST) --test-dir build/asan -L unit $(ARGS)

tsan: build/tsan/build.ninja ## unit tests under ThreadSanitizer
	$(FIXED_ADDRESSES) cmake --build build/tsan -j$(JOBS)
	$(FIXED_ADDRESSES) $(CTEST) --test-dir build/tsan -L unit $(ARGS)

fuzz: build/fuzz/build.ninja ## every fuzzer for FUZZ_SECONDS (60) each; some: make fuzz ARGS='yaml_fuzz'
	cmake --build build/fuzz -j$(JOBS)
	@FUZZ_SECONDS=$(FUZZ_SECONDS) JOBS=$(JOBS) tools/fuzz.sh $(ARGS)

tidy: build/tidy/build.ninja ## clang-tidy on all sources; some: make tidy ARGS=src/base
	run-clang-tidy-19 -quiet -j $(JOBS) -p build/tidy '^$(CURDIR)/$(or $(ARGS),(src|tests|bench)/)'

headers: build/dev/build.ninja ## compile each header alone
	cmake --build build/dev -j$(JOBS) --target all_verify_interface_header_sets

format: ## clang-format every C++ source
	@tools/install.sh format
	@$(CXX_FILES) | xargs -0 -r clang-format-19 -i

format-check: ## fail on a C++ source that clang-format would change
	@tools/install.sh format
	@$(CXX_FILES) | xargs -0 -r clang-format-19 --dry-run -Werror

layers: ## fail on an #include that docs/HACKING.md has no arrow for
	@tools/check_layers.py

clean: ## remove build/
	rm -rf build

# Preset X is configured into build/X, anew when the presets change; ninja sees to the rest.
build/%/build.ninja: CMakePresets.json | packages-%
	cmake --preset $*

.PHONY: packages-release packages-dev packages-asan packages-tsan packages-tidy packages-fuzz
packages-release: ; @tools/install.sh build bench
packages-dev packages-asan packages-tsan: ; @tools/install.sh build run test
packages-tidy packages-fuzz: ; @tools/install.sh build test lint
