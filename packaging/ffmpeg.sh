#!/bin/sh
# FFmpeg from the distribution's source package, with what masque uses and nothing else, as archives in target/dist/ARCH/VARIANT/ffmpeg;
# and target/dist/ARCH/VARIANT/env, with which cargo, or what runs it, links them. Usage: ffmpeg.sh lgpl|gpl
set -eu
. "$(dirname "$0")/common.sh"
. packaging/parts.sh
variant=$1
prefix=$work/$variant/ffmpeg
export PKG_CONFIG_LIBDIR="$libraries/lib/pkgconfig:/usr/share/pkgconfig"

gpl=
case $variant in
gpl)
    gpl=--enable-gpl
    encoders="$encoders $encoders_gpl"
    externals="$externals $externals_gpl"
    ;;
lgpl) ;;
*)
    echo "usage: ffmpeg.sh lgpl|gpl" >&2
    exit 2
    ;;
esac

# `--enable-WHAT=NAME` for each name, or `--enable-NAME` where WHAT is none.
enable() { # WHAT NAMES
    for name in $2; do
        printf -- '--enable-%s%s ' "${1:+$1=}" "$name"
    done
}

build() {
    # shellcheck disable=SC2046
    "$1/configure" --prefix=/usr/local --arch="$arch" --target-os=linux --enable-cross-compile --cross-prefix="$triple-" \
        --pkg-config=pkg-config --pkg-config-flags=--static --extra-ldflags="-L$libraries/lib" \
        --disable-everything --disable-autodetect --disable-network --disable-programs --disable-doc --disable-debug \
        --disable-avdevice --disable-avfilter --disable-postproc --enable-pthreads --enable-pic $gpl \
        $(enable "" "$externals") $(enable encoder "$encoders") $(enable decoder "$decoders") $(enable muxer "$muxers") \
        $(enable demuxer "$demuxers") $(enable parser "$parsers")
    # glibc has it since 2.36 only; FFmpeg has sources of its own for a random number.
    sed -i 's/^#define HAVE_ARC4RANDOM 1/#define HAVE_ARC4RANDOM 0/' config.h
    sed -i "s#$libraries#libraries#g; s# --pkg-config=pkg-config##" config.h # in the text of how it was configured
    make -j"$jobs"
    make install DESTDIR="$2"
}

if [ ! -e "$work/$variant/done" ]; then
    source=$(source_of ffmpeg)
    rm -rf "${work:?}/$variant/build" "$prefix" "$prefix.root"
    mkdir -p "$work/$variant/build"
    echo "dist: building FFmpeg, $variant"
    (cd "$work/$variant/build" && build "$source" "$prefix.root") >"$work/$variant/log" 2>&1 || {
        tail -n 30 "$work/$variant/log" "$work/$variant/build/ffbuild/config.log" >&2
        exit 1
    }
    mv "$prefix.root/usr/local" "$prefix"
    rm -r "$prefix.root"
    sed -i "s#/usr/local#$prefix#" "$prefix"/lib/pkgconfig/*.pc
    touch "$work/$variant/done"
fi

exported=
for name in $versions; do
    exported="$exported -C link-arg=-Wl,--export-dynamic-symbol=$name"
done
# Where the crates lie is not to be in the bytes; on a new machine they lie nowhere before they are fetched.
"${CARGO:-cargo}" fetch --locked --quiet
registry=$(ls -d "${CARGO_HOME:-$HOME/.cargo}"/registry/src/* | head -n 1)
upper=$(echo "$arch" | tr '[:lower:]' '[:upper:]')
{
    cat <<ENV
# Sourced before cargo, or what runs it: links masque with the FFmpeg of this folder. Written by packaging/ffmpeg.sh.
export PKG_CONFIG_LIBDIR='$prefix/lib/pkgconfig:$libraries/lib/pkgconfig'
export PKG_CONFIG_ALLOW_CROSS=1
export CARGO_BUILD_TARGET='$arch-unknown-linux-gnu'
export CARGO_TARGET_${upper}_UNKNOWN_LINUX_GNU_LINKER='$CC'
export CC_${arch}_unknown_linux_gnu='$CC' CXX_${arch}_unknown_linux_gnu='$CXX'
export RUSTFLAGS='-L native=$libraries/lib --remap-path-prefix=$registry=crates --remap-path-prefix=$PWD=masque$exported'
ENV
    # From another processor's machine: the distribution's compiler has its libraries for every one of them.
    [ "$arch" = "$(uname -m)" ] || cat <<ENV
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc
export BINDGEN_EXTRA_CLANG_ARGS='--target=$triple -I/usr/$triple/include'
ENV
} >"$work/$variant/env"
echo "dist: $work/$variant/env"
