#!/bin/sh
# The tarballs and wheels of dist/ in bare roots of this distribution and others, by debootstrap: each makes the demo and every format there without
# FFmpeg or Rust, and finds nothing wrong with it; the demo is the same in all of them, byte for byte. A wheel goes into a virtual environment there,
# and its module makes what its command makes. Usage: test.sh [SUITE]...
#
# A program of another processor than this machine's, DIST_ARCH, makes the demo here by emulation (qemu-user-static, and glibc of that processor), and
# it is that of this machine's program.
#
# Needs root and debootstrap; the mirror is that of this machine's apt. Nothing is mounted but in a namespace of its own, and nothing is left.
set -eu
. "$(dirname "$0")/common.sh"
. packaging/parts.sh
needs="debootstrap unshare"
[ "$arch" = "$(uname -m)" ] || needs=qemu-$arch-static
for needed in $needs; do
    command -v "$needed" >/dev/null 2>&1 || { echo "test.sh: $needed is missing" >&2; exit 1; }
done
mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' | grep -v -e '-updates$' -e security | head -n 1)
suites=${*:-${mirror#* } trixie}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 1' HUP INT TERM

# Every encoder of the variant once, and what it made looked at.
every() { # VARIANT
    more=
    [ "$1" = lgpl ] || more=$encoders_gpl
    for name in $encoders $more masque_h264; do
        clip="--isl 0 --media files --video-width 320 --video-height 192 --video-frames 12"
        sound="--isl 20 --osl 5 --format sglang_openai --audio-length-mean 1"
        case $name in
        libvpx_vp8) flags="$clip --video-codec libvpx" ;;
        libvpx_vp9) flags="$clip --video-codec libvpx-vp9" ;;
        libsvtav1 | libx26[45] | libopenh264 | masque_h264) flags="$clip --video-format mp4 --video-codec $name" ;;
        aac) flags="$clip --video-format mp4 --video-audio-num-channels 2 --video-audio-codec aac" ;;
        libvorbis) flags="$clip --video-audio-num-channels 2" ;;
        libmp3lame) flags="$sound --audio-format mp3" ;;
        flac | libopus) flags="$sound --audio-format ${name#lib}" ;;
        *_nvenc) continue ;; # needs a card
        esac
        echo "masque generate --output /tmp/$name --quiet -n 1 --random-seed 1 $flags"
        echo "masque inspect /tmp/$name >/tmp/$name.txt || { cat /tmp/$name.txt; exit 1; }"
    done
    # A library that is refused a thread ends the run, though it lies in the same file as the program; else SVT-AV1 waits for ever.
    echo 'status=0; chmod 777 /tmp
    timeout 100 setpriv --reuid=65534 --clear-groups prlimit --nproc=2 masque generate --output /tmp/refused --quiet --isl 0 -n 1 --random-seed 1 \
        --video-format mp4 --video-codec libsvtav1 --video-width 320 --video-height 192 --video-frames 12 || status=$?
    [ $status = 1 ]'
    echo 'for format in png jpeg webp; do
        masque generate --output /tmp/$format --quiet --isl 0 -n 1 --random-seed 1 --image-width-mean 64 --image-height-mean 64 --image-format $format
        masque inspect /tmp/$format >/dev/null
    done'
}

# Runs a script in a root. What is mounted there lives no longer than it does.
within() { # ROOT SCRIPT
    cp "$2" "$1/script"
    unshare --mount sh -euc '
        mount -t proc proc "$1/proc" && mount --rbind /dev "$1/dev"
        exec chroot "$1" /usr/bin/env -i HOME=/root LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin sh -eu /script
    ' sh "$1"
}

# The wheel in a virtual environment: the demo by its command, and the same digests by its module.
wheel() {
    echo 'python3 -m venv /tmp/venv
    /tmp/venv/bin/pip install --quiet --no-index /tmp/masque-*.whl
    test -s /tmp/venv/share/licenses/masque/SOURCES.md
    PATH=/tmp/venv/bin:$PATH
    cd /'
    make -s -n demo-set MASQUE=masque
    echo 'masque inspect demo >/dev/null
    python - <<END
import json, masque
lines = [json.loads(line) for line in open("demo/records.jsonl")]
dataset = masque.Dataset(masque.Spec.from_file("demo/manifest.json"))
assert len(dataset) == len(lines) == 6
for record, line in zip(dataset, lines):
    for turn, told in zip(record.turns, line["turns"], strict=True):
        for kind in ("images", "audios", "videos"):
            assert [item.sha256 for item in getattr(turn, kind)] == [item["sha256"] for item in told[kind]] != []
END'
}

# Holds the demo that a root made against the first one, and empties the root for the next.
same() { # SUITE VARIANT
    rm -rf "$scratch/$1/tmp"/* "$scratch/demo"
    mv "$scratch/$1/demo" "$scratch/demo"
    rm "$scratch/demo/manifest.json" # names the encoders' versions
    [ -e "$scratch/first" ] || cp -r "$scratch/demo" "$scratch/first"
    diff -r "$scratch/first" "$scratch/demo"
}

# The demo by the program of another processor, and by this machine's.
emulated() { # VARIANT
    name=masque-$version-$arch-linux-$1
    tar -xzf "dist/$name.tar.gz" -C "$scratch"
    for made in here there; do
        program=$PWD/target/dist/$(uname -m)/$1/masque
        [ "$made" = here ] || program="qemu-$arch-static $scratch/$name/bin/masque"
        make -s -n demo-set MASQUE="$program" >"$scratch/script"
        mkdir -p "$scratch/$1/$made"
        (cd "$scratch/$1/$made" && sh -eu "$scratch/script" && $program inspect demo >/dev/null)
    done
    diff -r "$scratch/$1/here" "$scratch/$1/there"
    echo "== $arch: $1 passed"
}

if [ "$arch" != "$(uname -m)" ]; then
    for variant in lgpl gpl; do
        emulated "$variant"
    done
    exit 0
fi

for suite in $suites; do
    echo "== $suite"
    debootstrap --variant=minbase --include=python3-venv "$suite" "$scratch/$suite" "${mirror% *}" >"$scratch/log" 2>&1 || {
        tail -n 20 "$scratch/log" >&2
        exit 1
    }
    for variant in lgpl gpl; do
        name=masque-$version-$arch-linux-$variant
        tar -xzf "dist/$name.tar.gz" -C "$scratch/$suite/tmp"
        install "$scratch/$suite/tmp/$name/bin/masque" "$scratch/$suite/usr/local/bin/masque"
        {
            echo 'if command -v ffmpeg || command -v cargo || ls /usr/lib/*/libavcodec.so*; then exit 1; fi 2>/dev/null'
            echo 'cd /'
            make -s -n demo-set MASQUE=masque
            echo 'masque inspect demo >/dev/null'
            every "$variant"
            echo "masque doctor | grep '; $(echo "$variant" | tr '[:lower:]' '[:upper:]') version'"
        } >"$scratch/script"
        within "$scratch/$suite" "$scratch/script"
        same "$suite" "$variant"
        rm "$scratch/$suite/usr/local/bin/masque"
        cp "dist/$variant"/masque-*_"$arch".whl "$scratch/$suite/tmp/"
        wheel >"$scratch/script"
        within "$scratch/$suite" "$scratch/script"
        same "$suite" "$variant"
        echo "== $suite: $variant passed"
    done
    rm -rf "${scratch:?}/$suite"
done
