#!/usr/bin/env bash
# A whole run with one clip beside the bare encoder: the `ffmpeg` command that encodes the same frames from a raw file in memory with
# the options that masque's table gives the encoder at `fast`. CPU seconds of each, and their ratio; the better of two runs each.
#   benches/bare.sh [target/release/masque]
set -euo pipefail
masque=${1:-target/release/masque}
folder=$(mktemp -d /dev/shm/masque-bare-XXXXXX)
trap 'rm -rf "$folder"' EXIT

# CPU seconds of the better of two runs of a command.
cpu() {
    for _ in 1 2; do
        rm -rf "$folder/out"*
        /usr/bin/time -o "$folder/time" -f "%U %S" "$@" && awk '{ print $1 + $2 }' "$folder/time"
    done | sort -n | head -1
}

printf '| what | masque, CPU s | ffmpeg, CPU s | ratio |\n|---|---|---|---|\n'
for row in "moving_shapes 1920 1080 300" "grid_clock 1920 1080 300" "noise 1920 1080 60" \
           "moving_shapes 3840 2160 300" "grid_clock 3840 2160 300" "noise 3840 2160 40"; do
    read -r pattern width height frames <<<"$row"
    clip=(generate --overwrite -n 1 --isl 0 --random-seed 1 --quiet --media files --video-synth-type "$pattern"
          --video-width "$width" --video-height "$height" --video-fps 30 --video-frames "$frames")
    # The raw frames, by way of a lossless clip.
    "$masque" "${clip[@]}" --output "$folder/lossless" --video-format mp4 --video-codec libx264 \
        --video-encoder-option qp=0 --video-encoder-option preset=ultrafast
    for codec in "libx264 mp4 nv12 -preset veryfast -bf 0 -rc-lookahead 0 -mbtree 0" \
                 "libvpx-vp9 webm yuv420p -deadline realtime -speed 8 -lag-in-frames 0"; do
        read -r name container pixels options <<<"$codec"
        ffmpeg -v error -y -i "$(find "$folder/lossless" -name '*.mp4')" -f rawvideo -pix_fmt "$pixels" "$folder/raw"
        ours=$(cpu "$masque" "${clip[@]}" --output "$folder/out" --video-format "$container" --video-codec "$name")
        # shellcheck disable=SC2086
        bare=$(cpu ffmpeg -v error -f rawvideo -pix_fmt "$pixels" -r 30 -s "${width}x$height" -i "$folder/raw" \
            -c:v "$name" -threads 1 $options -f "$container" -y "$folder/out.$container")
        printf '| %s %sx%s, %s | %s | %s | %s |\n' "$pattern" "$width" "$height" "$name" "$ours" "$bare" \
            "$(awk "BEGIN { printf \"%.2f\", $ours / $bare }")"
    done
done
