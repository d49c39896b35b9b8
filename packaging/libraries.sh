#!/bin/sh
# The libraries that FFmpeg encodes and decodes with, as archives in target/dist/ARCH/libraries: those of the distribution's -dev packages
# where they can be linked into anything, the others from its source packages. Usage: libraries.sh
set -eu
. "$(dirname "$0")/common.sh"
. packaging/parts.sh
[ ! -e "$libraries/done" ] || exit 0
mkdir -p "$libraries/lib/pkgconfig" "$work/build"

# An archive of a -dev package, and how it is linked.
take() { # ARCHIVE PKG-CONFIG-NAME
    cp "$multiarch/$1" "$libraries/lib/"
    sed -e "s#^libdir=.*#libdir=$libraries/lib#" -e 's# -L/usr[^ ]*##' -e 's/ -lgcc_s\| -lgcc\>//g' "$multiarch/pkgconfig/$2.pc" \
        >"$libraries/lib/pkgconfig/$2.pc"
}

# Runs a command in a fresh folder to build in, and says more only when it fails.
within() { # NAME COMMAND...
    name=$1
    shift
    echo "dist: building $name"
    rm -rf "$work/build/$name"
    mkdir -p "$work/build/$name"
    (cd "$work/build/$name" && "$@") >"$work/build/$name.log" 2>&1 || {
        tail -n 30 "$work/build/$name.log" >&2
        exit 1
    }
}

configure_make() { # SOURCE ARGUMENTS...
    from=$1
    shift
    "$from/configure" --prefix="$libraries" --libdir="$libraries/lib" --host="$triple" "$@"
    make -j"$jobs"
    make install
}

opus() {
    configure_make "$1" --disable-shared --with-pic --disable-doc --disable-extra-programs --enable-custom-modes
}

lame() {
    configure_make "$1" --disable-shared --with-pic --disable-frontend
    cat >"$libraries/lib/pkgconfig/lame.pc" <<PC
Name: lame
Description: MP3 encoder
Version: $(sed -n "s/^PACKAGE_VERSION='\(.*\)'/\1/p" "$1/configure")
Libs: -L$libraries/lib -lmp3lame
Libs.private: -lm
Cflags: -I$libraries/include
PC
}

# These two hide from a program's own table of names all that they do not mark for shared objects, and so their versions.
x264() {
    export CFLAGS="$CFLAGS -DX264_API_EXPORTS"
    configure_make "$1" --enable-static --enable-pic --disable-cli --disable-opencl --cross-prefix="$triple-"
}

svt_av1() {
    export CFLAGS="$CFLAGS -DEB_DLL -DEB_BUILDING_SHARED_LIBS"
    cmake "$1" -DCMAKE_INSTALL_PREFIX="$libraries" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_BUILD_TYPE=Release -DREPRODUCIBLE_BUILDS=ON \
        -DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$arch" -DENABLE_NASM=ON \
        -DBUILD_SHARED_LIBS=OFF -DBUILD_APPS=OFF -DBUILD_DEC=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    make -j"$jobs" install
}

dav1d() {
    cat >cross.ini <<INI
[binaries]
c = '$CC'
ar = '$AR'
strip = '$STRIP'
[host_machine]
system = 'linux'
cpu_family = '$arch'
cpu = '$arch'
endian = 'little'
INI
    meson setup . "$1" --cross-file cross.ini --prefix="$libraries" --libdir=lib --buildtype=release --default-library=static \
        -Denable_tools=false -Denable_tests=false
    ninja -j"$jobs" install
}

# x265 asks libnuma where a machine's memory is; here it hears that there is nothing to know, as on a machine with one node.
no_numa() {
    "$CC" $CFLAGS -c "$1" -o no_numa.o
    "$AR" rcs "$libraries/lib/libnuma.a" no_numa.o
}

for row in $archives; do
    take "${row%:*}" "${row#*:}"
done
within no_numa no_numa "$PWD/packaging/no_numa.c"
for name in $sources $sources_gpl; do
    within "$name" "$(echo "$name" | tr - _)" "$(source_of "$name")"
done

# What Rust and C++ need of the compiler's own libraries: found here first, and there are only archives here.
cp "$("$CXX" -print-file-name=libstdc++.a)" "$("$CC" -print-file-name=libatomic.a)" "$libraries/lib/"
echo "INPUT($("$CC" -print-file-name=libgcc_eh.a) $("$CC" -print-file-name=libgcc.a))" >"$libraries/lib/libgcc_s.a"
touch "$libraries/done"
