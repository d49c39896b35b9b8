#!/bin/sh
# Installs the native packages that are missing. Usage: packages.sh build|test [--missing]
#
# On Debian and Ubuntu it runs apt-get, with sudo where needed; elsewhere it names the packages and stops. With --missing it
# names what is missing, one line a package, and installs nothing. Files are looked for under $PACKAGES_ROOT, which is / unless a
# test says otherwise.
set -eu
root=${PACKAGES_ROOT:-}

# One row a package: what it is for, its name, and a command that succeeds when what is needed of it is there.
case ${1:-} in
build) rows='compiling C and C++|build-essential|compiles
finding libraries|pkg-config|command -v pkg-config
FFmpeg: codecs|libavcodec-dev|pkg-config --exists libavcodec
FFmpeg: containers|libavformat-dev|pkg-config --exists libavformat
FFmpeg: basics|libavutil-dev|pkg-config --exists libavutil
FFmpeg: pixel formats|libswscale-dev|pkg-config --exists libswscale
FFmpeg: sample formats|libswresample-dev|pkg-config --exists libswresample
FFmpeg: its bindings are made by libclang|libclang-dev|libclang
JPEG: the build of libjpeg-turbo|cmake|command -v cmake
JPEG: its SIMD code|nasm|command -v nasm' ;;
test) rows='clips and sounds are decoded by FFmpeg|ffmpeg|command -v ffmpeg && command -v ffprobe
HEVC is decoded by libde265|libde265-examples|command -v libde265-dec265
sounds are decoded by sox|sox|command -v sox
MP3 for sox|libsox-fmt-mp3|any "$root"/usr/lib/*/sox/libsox_fmt_mp3.so
pictures are decoded by Pillow|python3-pil|"$root"/usr/bin/python3 -c "import PIL"
the Python module is tried in an environment of its own|python3-venv|python3 -c "import ensurepip, venv"
runs are killed at each of their steps by strace|strace|command -v strace
parts are made by Slurm|slurm-wlm|command -v slurmctld
Slurm trusts itself by munge|munge|command -v munged
a Vulkan loader|libvulkan1|any "$root"/usr/lib/*/libvulkan.so.1
a software GPU (lavapipe)|mesa-vulkan-drivers|any "$root"/usr/share/vulkan/icd.d/lvp_icd*.json' ;;
*)
    echo "usage: packages.sh build|test [--missing]" >&2
    exit 2
    ;;
esac

# Whether any of these files is there: a glob that matches nothing stands for itself.
any() {
    for file; do
        if [ -e "$file" ]; then return 0; fi
    done
    return 1
}

compiles() {
    command -v make &&
        printf '#include <stdio.h>\nint main(void) { return puts("") < 0; }\n' | cc -x c -o "$scratch/c" - &&
        printf '#include <string>\nint main() { return std::string().size(); }\n' | c++ -x c++ -o "$scratch/c++" -
}

# The library, for whose name libclang-cpp (which Mesa's drivers need) is not to be taken, and the headers that come with it.
libclang() {
    set -- "$root"/usr/lib "$root"/usr/lib64 "$root"/usr/lib/*-linux-gnu "$root"/usr/lib/llvm-*/lib ${LIBCLANG_PATH:+"$LIBCLANG_PATH"}
    for lib; do
        if any "$lib"/libclang.so* "$lib"/libclang-[0-9]*.so*; then
            any "$root"/usr/lib*/clang/*/include/stddef.h "$root"/usr/lib/llvm-*/lib/clang/*/include/stddef.h
            return
        fi
    done
    return 1
}

# Names each package that is missing, and says why it is needed.
missing() {
    while IFS='|' read -r reason name present; do
        (eval "$present") >/dev/null 2>&1 </dev/null || echo "missing: $name ($reason)"
    done <<ROWS
$rows
ROWS
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
missing=$(missing)
[ -n "$missing" ] || exit 0
echo "$missing"
[ "${2:-}" != --missing ] || exit 1

names=$(echo "$missing" | sed 's/^missing: \([^ ]*\) .*/\1/' | tr '\n' ' ')
if ! command -v apt-get >/dev/null 2>&1; then
    echo "No apt-get here: please install what these Debian packages hold: $names" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Please run as root: apt-get install $names" >&2; exit 1; }
    sudo="sudo"
fi
echo "installing with apt-get: $names"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $names >/dev/null
missing=$(missing)
if [ -n "$missing" ]; then
    echo "installed, but still not found:" >&2
    echo "$missing" >&2
    exit 1
fi
