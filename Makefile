# The short words. CMake does the work (CMakeLists.txt, CMakePresets.json); `make help` lists what there is.
#
# PRESET picks the kind of build, and with it the folder: build/ for release, build-<preset>/ for the others
# (`make test PRESET=clang`).
PRESET ?= release
BUILD := $(if $(filter release,$(PRESET)),build,build-$(PRESET))
PREFIX ?= /usr/local
# `make STEPS=3 run` is over in seconds; RUN_OPTIONS is handed to the program as it is.
STEPS ?=
RUN_OPTIONS ?=
BENCH_OPTIONS ?=
FUZZ_SECONDS ?= 600
# One or more of them: make fuzz FUZZ=png
FUZZ ?= $(patsubst tests/fuzz/fuzz_%.cpp,%,$(wildcard tests/fuzz/fuzz_*.cpp))

# A compiler that has Eigen or xtensor in front of it takes about 1 GiB: more jobs than that would swap, not hurry.
JOBS ?= $(shell cat /proc/meminfo /sys/fs/cgroup/memory.max 2>/dev/null | \
  awk -v jobs="$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)" \
    '/^MemAvailable/ { gib = $$2 / 2^20 } \
     /^[0-9]+$$/ && $$1 / 2^30 < gib { gib = $$1 / 2^30 } \
     END { if (gib && gib < jobs) jobs = gib; print jobs < 1 ? 1 : int(jobs) }')

# What a preset needs besides.
TOOLS := $(filter clang,$(PRESET))

MAKEFLAGS += --no-print-directory
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: program run weights gallery compile test test-32 test-aarch64 test-faults bench scaling asan test-asan-full ubsan fuzz tidy format docs deps deps-program deps-tests install clean help

program: $(BUILD)/Makefile  ## build the program, build/impasto (the default)
	@cmake --build $(BUILD) --parallel $(JOBS) --target impasto

run: program  ## paint data/content.jpg in the style of data/style.jpg into output/; STEPS=3 for a short one
	@mkdir -p output
	$(BUILD)/impasto stylise data/content.jpg data/style.jpg --output output/painting.jpg --snapshots output \
	  $(if $(STEPS),--epochs 2 --steps-per-epoch $(STEPS)) $(RUN_OPTIONS)

weights: program  ## download the real VGG19 weights (80 MB) to where the program finds them
	$(BUILD)/impasto weights fetch

gallery: program  ## paint the pictures of docs/GALLERY.md anew
	docs/make_gallery.sh $(BUILD)/impasto docs/gallery

compile: $(BUILD)/with-tests  ## build everything
	@cmake --build $(BUILD) --parallel $(JOBS)

# Tests run side by side: OpenMP's threads, too, must sleep while they wait, not spin on a core another test needs.
test: compile  ## build everything and run the tests
	@OMP_WAIT_POLICY=passive ctest --test-dir $(BUILD) --parallel $(JOBS) --output-on-failure --no-tests=error

bench:  ## build and run the benchmarks (BENCH_OPTIONS=--benchmark_filter=conv)
	@third_party/install.sh bench
	@$(MAKE) PRESET=bench build-bench/Makefile
	@cmake --build build-bench --parallel $(JOBS) --target impasto_bench
	build-bench/bench/impasto_bench $(BENCH_OPTIONS)

scaling:  ## simulate what more threads than this machine has would gain (minutes)
	@third_party/install.sh bench
	@$(MAKE) PRESET=bench build-bench/Makefile
	@cmake --build build-bench --parallel $(JOBS) --target impasto_scaling
	build-bench/bench/impasto_scaling

asan:  ## the tests under the address and undefined-behaviour sanitizers: layers up to autodiff, kernels for SSE4 and AVX2
	@$(MAKE) test PRESET=asan

test-asan-full:  ## the same with every layer and instruction set, all damaged files, lessons, documents and packages (an hour)
	@$(MAKE) test PRESET=asan-full

ubsan:  ## the tests under the undefined-behaviour sanitizer alone, which is faster
	@$(MAKE) test PRESET=ubsan

# For other machines than this one, by Debian's cross compilers; outside CI.
test-32: PRESET = 32
test-32: tools = g++-i686-linux-gnu
test-32: architecture = i386
test-aarch64: PRESET = aarch64
test-aarch64: tools = g++-aarch64-linux-gnu qemu-user-static
test-aarch64: architecture = arm64
test-32:  ## the tests on 32-bit x86, which this machine's kernel runs
test-aarch64:  ## the tests on 64-bit Arm under emulation, but the slowest (an hour or more)
test-32 test-aarch64:
	@third_party/install.sh $(tools)
	@third_party/sysroot.sh $(architecture) build-$(PRESET)/sysroot
	@$(MAKE) PRESET=$(PRESET) build-$(PRESET)/with-tests
	@cmake --build build-$(PRESET) --parallel $(JOBS) --target cross_tests
	@OMP_WAIT_POLICY=passive ctest --test-dir build-$(PRESET) --parallel $(JOBS) --output-on-failure --no-tests=error -L cross

test-faults:  ## kill the program, fill its disks, let system calls and allocations fail; see what it leaves (minutes)
	@third_party/install.sh test python3
	@$(MAKE) $(BUILD)/with-tests
	@cmake --build $(BUILD) --parallel $(JOBS) --target impasto impasto_inject
	@tests/faults/faults.py $(BUILD)/impasto $(BUILD)/tests/libimpasto_inject.so

fuzz:  ## each reader of weights and pictures (or FUZZ=png) under libFuzzer for FUZZ_SECONDS (600); crashes are left in build-fuzz/
	@third_party/install.sh test clang
	@$(MAKE) PRESET=fuzz build-fuzz/with-tests
	@cmake --build build-fuzz --parallel $(JOBS) --target fuzzers
	@set -e; for reader in $(FUZZ); do \
	  mkdir -p build-fuzz/corpus/$$reader; echo "$$reader:"; \
	  build-fuzz/tests/fuzz/fuzz_$$reader -max_total_time=$(FUZZ_SECONDS) -max_len=32768 -rss_limit_mb=1500 \
	    -malloc_limit_mb=256 -timeout=10 -artifact_prefix=build-fuzz/$$reader- -print_final_stats=1 -print_funcs=0 -verbosity=0 \
	    build-fuzz/corpus/$$reader tests/fuzz/corpus/$$reader; \
	done

tidy:  ## compile under clang-tidy
	@third_party/install.sh run clang-tidy
	@$(MAKE) PRESET=tidy build-tidy/Makefile
	@cmake --build build-tidy --parallel $(JOBS) -- --keep-going

format:  ## rewrite all sources in the project's layout
	@third_party/install.sh clang-format
	@find include src tests bench data examples -name '*.h' -o -name '*.cpp' -o -name '*.inl' -o -name '*.c' | xargs clang-format -i

docs:  ## the reference of the API, build/reference/html/index.html
	@third_party/install.sh doxygen doxygen-awesome-css
	@mkdir -p build
	@docs/make_reference.sh build/reference
	@echo build/reference/html/index.html

deps:  ## install what program, tests and benchmarks are built from (says nothing when it is there)
	@third_party/install.sh

deps-program:
	@third_party/install.sh run $(TOOLS)

deps-tests:
	@third_party/install.sh test $(TOOLS)

install: program  ## install program, libraries, manual and packages under PREFIX (/usr/local); DESTDIR is honoured
	@cmake --build $(BUILD) --parallel $(JOBS) --target impasto_library impasto_shared
	@DESTDIR="$(DESTDIR)" cmake --install $(BUILD) --prefix "$(abspath $(PREFIX))"

clean:  ## remove every build folder (paintings in output/ stay)
	@rm -rf build build-*

help:  ## this list
	@awk -F ':.*## *' '/^[a-z0-9-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' Makefile

# Configured when there is no build yet and when the presets change; CMake itself notices every other change.
# A configuration that failed leaves no Makefile, so it is tried again.
# The program is configured without tests, so that it asks for nothing of theirs; what runs the tests turns them on in the
# same folder, whose objects serve both.
$(BUILD)/Makefile: CMakePresets.json | deps-program
	@cmake --preset $(PRESET) -DIMPASTO_TESTS=OFF
	@touch $@

$(BUILD)/with-tests: CMakePresets.json | deps-tests
	@cmake --preset $(PRESET)
	@touch $(BUILD)/Makefile $@
