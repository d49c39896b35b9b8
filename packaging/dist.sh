#!/bin/sh
# dist/masque-VERSION-ARCH-linux-VARIANT.tar.gz: one program, its pages, and the licences of all that is in it. The same sources, packages
# and compilers make the same bytes. Usage: dist.sh lgpl|gpl
set -eu
. "$(dirname "$0")/common.sh"
. packaging/parts.sh
variant=$1
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
name=masque-$version-$arch-linux-$variant
stage=$work/$variant/$name
if [ "$variant" = gpl ]; then
    packages="$packages $packages_gpl"
    sources="$sources $sources_gpl"
fi

sh packaging/libraries.sh
sh packaging/ffmpeg.sh "$variant"
(
    unset CFLAGS CXXFLAGS CC CXX AR RANLIB
    . "$work/$variant/env"
    CARGO_TARGET_DIR=$work/cargo "${CARGO:-cargo}" build --release --locked --bin masque
)
built=$work/cargo/$arch-unknown-linux-gnu/release/masque
sh packaging/check.sh "$variant" "$built"

rm -rf "$stage"
mkdir -p "$stage/licences/libraries"
"$STRIP" -o "$work/$variant/masque" "$built"
# The pages are the same whatever processor they are of, so that the program of this machine's prints those of another's.
pages=$PWD/target/dist/$(uname -m)/$variant/masque
[ -x "$pages" ] || { echo "dist.sh: build the tarballs of this machine first" >&2; exit 1; }
${MAKE:-make} -s put MASQUE="$work/$variant/masque" PAGES="$pages" DESTDIR="$stage" PREFIX=
cp packaging/INSTALL.md "$stage/"

cp LICENSE-MIT LICENSE-APACHE assets/PROVENANCE.md "$stage/licences/"
"${CARGO:-cargo}" metadata --format-version 1 --locked --filter-platform "$arch-unknown-linux-gnu" | python3 packaging/licences.py \
    >"$stage/licences/crates.txt"
cp "$("${RUSTC:-rustc}" --print sysroot)/share/doc/rust/COPYRIGHT-library.html" "$stage/licences/rust.html"
ffmpeg=$(source_of ffmpeg)
cp "$ffmpeg/LICENSE.md" "$stage/licences/libraries/ffmpeg.md"
cp "$ffmpeg/COPYING.LGPLv2.1" "$stage/licences/"
[ "$variant" = lgpl ] || cp "$ffmpeg/COPYING.GPLv2" "$stage/licences/"
{
    echo "FFmpeg is under the $(echo "$variant" | tr '[:lower:]' '[:upper:]'), as it was configured here:"
    echo
    sed -n 's/^#define FFMPEG_CONFIGURATION "\(.*\)"$/    \1/p' "$work/$variant/build/config.h"
    echo
    echo "Built from these source packages of $(. /etc/os-release && echo "$PRETTY_NAME"), which has them for everybody:"
    echo
    for package in ffmpeg $sources; do
        (cd "$(source_of "$package")" && echo "    $package $(dpkg-parsechangelog -S Version)")
    done
    for package in $packages; do
        dpkg-query -W -f '    ${source:Package} ${source:Version}\n' "$package:$debian"
    done
    dpkg-query -W -f '    ${source:Package} ${source:Version}\n' $headers
    dpkg-query -W -f '    ${source:Package} ${source:Version} (libstdc++, libgcc)\n' "$(gcc_package)"
} >"$stage/licences/SOURCES.md"
for package in $sources; do
    cp "$(source_of "$package")/debian/copyright" "$stage/licences/libraries/$package"
done
for package in $packages $headers; do
    cp "/usr/share/doc/$package/copyright" "$stage/licences/libraries/${package%-dev}"
done
cp "/usr/share/doc/$(gcc_package)/copyright" "$stage/licences/libraries/gcc"
# The licences that those files leave to the distribution.
for text in $(grep -oh '/usr/share/common-licenses/[A-Za-z0-9.-]*[A-Za-z0-9]' "$stage/licences/libraries"/* | sort -u); do
    [ ! -e "$text" ] || cp -L "$text" "$stage/licences/"
done

mkdir -p dist
tar -C "$work/$variant" --sort=name --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime=@0 -c "$name" | gzip -9n >"dist/$name.tar.gz"
(cd dist && sha256sum "$name.tar.gz")
