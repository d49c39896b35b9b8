#!/bin/sh
# Tries the set-up in two bare Debian roots: one with nothing but `make`, and one with Mesa's drivers and FFmpeg's programs, whose
# libraries are easily taken for those that the build needs. Usage: bare_root.sh [COMMAND]
#
# COMMAND is run in a copy of the working tree in each; it is `make demo test-packages` when none is given, which takes as long as
# two builds. Needs root, debootstrap and rustup, whose toolchain and downloaded crates the roots share. The mirror is that of
# this machine's apt. Nothing is mounted but in a namespace of its own, and nothing is left.
set -eu
cd "$(dirname "$0")/.."
command=${1:-make demo test-packages}

for needed in debootstrap unshare rustup git; do
    command -v "$needed" >/dev/null 2>&1 || { echo "bare_root.sh: $needed is missing" >&2; exit 1; }
done
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | grep -v -e '-updates$' -e security | head -n 1)
toolchain=$(rustup show home)
cargo=${CARGO_HOME:-$HOME/.cargo}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

echo "== a bare root"
# shellcheck disable=SC2086
debootstrap --variant=minbase --include=make,ca-certificates "${mirror#* }" "$scratch/bare" "${mirror% *}" >"$scratch/log" 2>&1 ||
    { tail -n 20 "$scratch/log" >&2; exit 1; }
mkdir -p "$scratch/bare/rustup" "$scratch/bare/cargo/bin" "$scratch/bare/cargo/registry" "$scratch/bare/masque"
git ls-files -coz --exclude-standard | tar --null --ignore-failed-read -cT - 2>/dev/null | tar -xC "$scratch/bare/masque"
cp -a "$scratch/bare" "$scratch/mesa"

# Runs a command in one of the roots. The mounts live no longer than it does.
within() { # ROOT COMMAND
    unshare --mount sh -euc '
        mount --bind "$2" "$1/rustup" && mount -o remount,bind,ro "$1/rustup"
        mount --bind "$3/bin" "$1/cargo/bin" && mount -o remount,bind,ro "$1/cargo/bin"
        mount --bind "$3/registry" "$1/cargo/registry"
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"
        exec chroot "$1" /usr/bin/env -i HOME=/root LANG=C.UTF-8 RUSTUP_HOME=/rustup CARGO_HOME=/cargo \
            PATH=/cargo/bin:/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+"http_proxy=$http_proxy"} ${https_proxy:+"https_proxy=$https_proxy"} \
            sh -euc "cd /masque; $4"
    ' sh "$scratch/$1" "$toolchain" "$cargo" "$2"
}

for root in bare mesa; do
    if [ "$root" = mesa ]; then
        echo "== a root with Mesa's drivers and FFmpeg's programs"
        within mesa "apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends mesa-vulkan-drivers mesa-opencl-icd ffmpeg >/dev/null"
        within mesa "ls /usr/lib/*/libclang-cpp.so* >/dev/null" # or this root would show nothing
    fi
    within "$root" "$command"
    within "$root" "sh tests/packages.sh build --missing"
    echo "== $root: passed"
done
