#!/bin/sh
# Builds masque for arm64 (Grace nodes and the like) on Debian 12 for x86-64, and runs under emulation what tests it can: the unit
# tests, the goldens of value-stable bytes, and the program itself, whose dataset must be the one that this machine makes, byte for
# byte. As root: it installs the compilers and libraries of both architectures. Usage: aarch64.sh
set -eu
cd "$(dirname "$0")/.."
target=aarch64-unknown-linux-gnu
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/aarch64"

dpkg --add-architecture arm64
apt-get update -qq
# rustc-web is the distribution's newest compiler; its library comes for every architecture of the distribution's.
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove --no-install-recommends \
    rustc-web libstd-rust-web-dev libstd-rust-web-dev:arm64 gcc-aarch64-linux-gnu g++-aarch64-linux-gnu qemu-user-static \
    libavcodec-dev:arm64 libavformat-dev:arm64 libavutil-dev:arm64 libswscale-dev:arm64 libswresample-dev:arm64 >/dev/null

export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=aarch64-linux-gnu-gcc
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER="qemu-aarch64-static"
export CC_aarch64_unknown_linux_gnu=aarch64-linux-gnu-gcc CXX_aarch64_unknown_linux_gnu=aarch64-linux-gnu-g++
export PKG_CONFIG_ALLOW_CROSS=1 PKG_CONFIG_LIBDIR=/usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig
export BINDGEN_EXTRA_CLANG_ARGS="--target=aarch64-linux-gnu -I/usr/aarch64-linux-gnu/include"

echo "== unit tests"
# Property tests in fewer cases: an emulated second is a long one.
PROPTEST_CASES=16 cargo test --locked --target $target --lib
echo "== goldens"
cargo test --locked --target $target --test text --test render --test h264 -- value_stab golden

echo "== a dataset, made there and here"
cargo build --locked --target $target --bin masque
env -u RUSTC -u RUSTDOC CARGO_TARGET_DIR="${CARGO_TARGET_DIR%/aarch64}" cargo build --locked --bin masque
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
request="--random-seed 42 -n 12 --media files --isl 200 --osl 50 --image-width-mean 120 --image-width-stddev 40 --image-height-mean 90
    --audio-length-mean 0.3 --audio-depths 8,16,24,32
    --video-width 320 --video-height 180 --video-frames 12 --video-format mp4"
# shellcheck disable=SC2086
"${CARGO_TARGET_DIR%/aarch64}/debug/masque" generate --quiet --output "$scratch/here" $request
# shellcheck disable=SC2086
qemu-aarch64-static "$CARGO_TARGET_DIR/$target/debug/masque" generate --quiet --output "$scratch/there" $request
rm "$scratch"/*/manifest.json # names what made it
diff -r "$scratch/here" "$scratch/there"
# Other clips are FFmpeg's, whose bytes may differ between architectures; that they can be made is what is shown.
qemu-aarch64-static "$CARGO_TARGET_DIR/$target/debug/masque" generate --quiet --output "$scratch/clips" --isl 0 -n 1 --media files \
    --video-width 64 --video-height 48 --video-frames 4
echo "aarch64: passed"
