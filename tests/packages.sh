#!/bin/sh
# Installs the native packages that are missing. Usage: packages.sh build|test
#
# On Debian and Ubuntu it runs apt-get, with sudo where needed; elsewhere it names the packages and stops.
set -eu

# One row a package: what it is for, its name, and a test that it is there.
rows_build() {
    cat <<'ROWS'
linking and C code|build-essential|command -v cc && command -v make
finding libraries|pkg-config|command -v pkg-config
FFmpeg: codecs|libavcodec-dev|pkg-config --exists libavcodec
FFmpeg: containers|libavformat-dev|pkg-config --exists libavformat
FFmpeg: basics|libavutil-dev|pkg-config --exists libavutil
FFmpeg: pixel formats|libswscale-dev|pkg-config --exists libswscale
FFmpeg: sample formats|libswresample-dev|pkg-config --exists libswresample
FFmpeg: bindings are made by libclang|libclang-dev|ls /usr/lib/llvm-*/lib/libclang*.so* /usr/lib/*/libclang*.so*
JPEG: the build of libjpeg-turbo|cmake|command -v cmake
JPEG: its SIMD code|nasm|command -v nasm
ROWS
}
rows_test() {
    cat <<'ROWS'
clips are decoded by ffprobe and ffmpeg|ffmpeg|command -v ffprobe
HEVC is decoded by libde265|libde265-examples|command -v libde265-dec265
sounds are decoded by sox|sox|command -v sox
MP3 for sox|libsox-fmt-mp3|ls /usr/lib/*/sox/libsox_fmt_mp3.so
pictures are decoded by Pillow|python3-pil|/usr/bin/python3 -c 'import PIL'
runs are killed at each of their steps by strace|strace|command -v strace
a Vulkan loader|libvulkan1|ls /usr/lib/*/libvulkan.so.1
a software GPU (lavapipe)|mesa-vulkan-drivers|ls /usr/share/vulkan/icd.d/lvp_icd*.json
ROWS
}

missing=""
while IFS='|' read -r reason name present; do
    if ! sh -c "$present" >/dev/null 2>&1; then
        echo "missing: $name ($reason)"
        missing="$missing $name"
    fi
done <<ROWS
$("rows_$1")
ROWS
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "No apt-get here: please install what these Debian packages hold:$missing" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || { echo "Please run as root: apt-get install$missing" >&2; exit 1; }
    sudo="sudo"
fi
echo "installing with apt-get:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
