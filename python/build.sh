#!/bin/sh
# Builds the wheels of the module, with the program in it, and of AIPerf's composer into WHEELS, target/wheels unless it is said. FFmpeg is
# the one that pkg-config or FFMPEG_DIR find, linked as they say; the folder LICENCES goes into the module's wheel.
# Usage: build.sh [dev|release] [options of maturin]
set -eu
cd "$(dirname "$0")/.."
profile=${1:-release}
[ $# = 0 ] || shift
target=${CARGO_TARGET_DIR:-target}
wheels=${WHEELS:-target/wheels}
built=$target/${CARGO_BUILD_TARGET:-.}/$profile
[ "$profile" != dev ] || built=$target/${CARGO_BUILD_TARGET:-.}/debug
tools=target/python/tools
[ -x $tools/bin/maturin ] || {
    python3 -m venv $tools
    $tools/bin/pip install --quiet "maturin>=1.9.4,<2" "flit_core>=3.9,<4"
}

data=target/python/masque.data
# Both packages are named, so that the crates below them are built once, with what either wants of them.
"${CARGO:-cargo}" build --locked --profile "$profile" --package masque --package masque-python --bin masque
rm -rf $data "$wheels"
mkdir -p $data/scripts $data/data/share/licenses
"${STRIP:-strip}" -o $data/scripts/masque "$built/masque"
[ -z "${LICENCES:-}" ] || cp -r "$LICENCES" $data/data/share/licenses/masque
$tools/bin/maturin build --quiet --locked --profile "$profile" --strip --manifest-path python/Cargo.toml --out "$wheels" "$@"
$tools/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$wheels" ./python/composer
