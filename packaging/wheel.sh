#!/bin/sh
# dist/VARIANT/masque-VERSION-*_ARCH.whl: the Python module with the program in it, of the parts of the tarball, which was built before, and with
# its licences. Usage: wheel.sh lgpl|gpl
set -eu
. "$(dirname "$0")/common.sh"
variant=$1
stage=$(find "$work/$variant" -maxdepth 1 -name "masque-*-linux-$variant")
[ -d "$stage/licences" ] || { echo "wheel.sh: build the tarball first" >&2; exit 1; }
(
    unset CFLAGS CXXFLAGS CC CXX AR RANLIB
    . "$work/$variant/env"
    # The time in the archive's entries, so that the same parts make the same bytes.
    export CARGO_TARGET_DIR="$work/cargo" WHEELS="$work/$variant/wheels" LICENCES="$stage/licences" SOURCE_DATE_EPOCH=315532800
    # With its symbols first, to look at; as maturin builds it, so that Python is not linked.
    export PYO3_BUILD_EXTENSION_MODULE=1
    "${CARGO:-cargo}" build --release --locked --package masque --package masque-python --bin masque --lib
    for built in masque lib_masque.so; do
        sh packaging/check.sh "$variant" "$CARGO_TARGET_DIR/$CARGO_BUILD_TARGET/release/$built"
    done
    sh python/build.sh release --target "$CARGO_BUILD_TARGET" --compatibility manylinux_2_35
)
mkdir -p "dist/$variant"
rm -f "dist/$variant"/masque-*_"$arch".whl
cp "$work/$variant/wheels"/*.whl "dist/$variant/"
(cd dist && sha256sum "$variant"/*.whl)
