#!/bin/sh
# Builds the wheels of the module, with the program in it, and of AIPerf's composer into target/wheels. FFmpeg is the one that
# pkg-config or FFMPEG_DIR find, linked as they say. Usage: build.sh [dev|release] [options of maturin]
set -eu
cd "$(dirname "$0")/.."
profile=${1:-release}
[ $# = 0 ] || shift
target=${CARGO_TARGET_DIR:-target}
built=$target/$profile
[ "$profile" != dev ] || built=$target/debug
tools=target/python/tools
[ -x $tools/bin/maturin ] || {
    python3 -m venv $tools
    $tools/bin/pip install --quiet "maturin>=1.9.4,<2" "flit_core>=3.9,<4"
}

scripts=target/python/masque.data/scripts
# Both packages are named, so that the crates below them are built once, with what either wants of them.
"${CARGO:-cargo}" build --locked --profile "$profile" --package masque --package masque-python --bin masque
mkdir -p $scripts
strip -o $scripts/masque "$built/masque"
rm -rf target/wheels
$tools/bin/maturin build --quiet --locked --profile "$profile" --strip --manifest-path python/Cargo.toml --out target/wheels "$@"
$tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir target/wheels ./python/composer
