#!/usr/bin/env bash
# Whole runs of one clip by masque_h264 beside the same frames by libx264: by the bare `ffmpeg` command from a raw file in memory, with the options
# that masque's table gives it at `fast` (benches/bare.sh), and through masque. CPU seconds, the first two as so many times masque_h264's, bytes and
# their ratios, the decoder's CPU seconds, peak memory, and PSNR against a lossless clip of the same frames. The best of three runs each; x264's
# `best` at 1080p only, because it takes minutes.
#   benches/h264.sh [target/release/masque]
set -euo pipefail
masque=${1:-target/release/masque}
folder=$(mktemp -d /dev/shm/masque-h264-XXXXXX)
trap 'rm -rf "$folder"' EXIT

# CPU seconds and peak KiB of the best of $runs runs of a command.
runs=3
cpu() {
    python3 -c '
import os, sys

best = None
for _ in range(int(sys.argv[1])):
    _, status, used = os.wait4(os.spawnvp(os.P_NOWAIT, sys.argv[2], sys.argv[2:]), 0)
    if status:
        sys.exit(f"{sys.argv[2]} failed")
    spent = (used.ru_utime + used.ru_stime, used.ru_maxrss)
    best = min(best or spent, spent)
print(f"{best[0]:.3f} {best[1]}")' "$runs" "$@"
}

# Runs masque with these flags; says CPU seconds, peak KiB and bytes.
encode() {
    local name=$1
    shift
    rm -rf "${folder:?}/$name"
    printf '%s ' "$(cpu "$masque" "${clip[@]}" --output "$folder/$name" "$@")"
    stat -c %s "$(find "$folder/$name" -name '*.mp4')"
}

decode() {
    cpu ffmpeg -v error -threads 1 -i "$(find "$folder/$1" -name '*.mp4')" -f null - | cut -d' ' -f1
}

likeness() {
    local file=$folder/$1
    ffmpeg -v info -i "$(find "$file" -name '*.mp4')" -i "$(find "$folder/lossless" -name '*.mp4')" -lavfi psnr -f null - 2>&1 |
        sed -n 's/.*PSNR y:\([0-9.inf]*\) u:\([0-9.inf]*\) v:\([0-9.inf]*\).*/\1 \2 \3/p'
}

over() { awk "BEGIN { printf \"%.2f\", $1 / $2 }"; }

printf '| what | ffmpeg libx264, CPU s | masque libx264, CPU s | masque_h264, CPU s | times less | bytes, of libx264'"'"'s | best, of libx264'"'"'s fast | best, of its best | decoder | peak MiB | PSNR y, u, v | libx264'"'"'s |\n'
printf '|---|---|---|---|---|---|---|---|---|---|---|---|\n'
for row in "moving_shapes 1920 1080 300" "grid_clock 1920 1080 300" "moving_shapes 3840 2160 300" "grid_clock 3840 2160 300" \
           "moving_shapes 1920 1080 120"; do
    read -r pattern width height frames <<<"$row"
    clip=(generate --overwrite -n 1 -j 1 --isl 0 --random-seed 1 --quiet --media files --video-synth-type "$pattern"
          --video-width "$width" --video-height "$height" --video-fps 30 --video-frames "$frames" --video-format mp4)
    rm -rf "${folder:?}/lossless"
    "$masque" "${clip[@]}" --output "$folder/lossless" --video-codec libx264 --video-encoder-option qp=0 \
        --video-encoder-option preset=ultrafast
    ffmpeg -v error -y -i "$(find "$folder/lossless" -name '*.mp4')" -f rawvideo -pix_fmt nv12 "$folder/raw"
    bare=$(cpu ffmpeg -v error -f rawvideo -pix_fmt nv12 -r 30 -s "${width}x$height" -i "$folder/raw" -c:v libx264 -threads 1 -preset veryfast \
        -bf 0 -rc-lookahead 0 -mbtree 0 -f mp4 -y "$folder/bare.mp4" | cut -d' ' -f1)
    rm "$folder/raw"
    read -r theirs _ their_bytes <<<"$(encode theirs --video-codec libx264)"
    read -r ours peak our_bytes <<<"$(encode ours --video-codec masque_h264)"
    read -r _ _ best_bytes <<<"$(runs=1 encode best --video-codec masque_h264 --video-speed best)"
    their_best=
    [ "$height" -gt 1080 ] || read -r _ _ their_best <<<"$(runs=1 encode theirs_best --video-codec libx264 --video-speed best)"
    printf '| %s %sx%s, %s frames | %s | %s | %s | %s, %s | %s | %s | %s | %s | %s | %s | %s |\n' "$pattern" "$width" "$height" "$frames" \
        "$bare" "$theirs" "$ours" "$(over "$bare" "$ours")" "$(over "$theirs" "$ours")" "$(over "$our_bytes" "$their_bytes")" "$(over "$best_bytes" "$their_bytes")" \
        "$([ -z "$their_best" ] || over "$best_bytes" "$their_best")" "$(over "$(decode ours)" "$(decode theirs)")" "$((peak / 1024))" \
        "$(likeness ours)" "$(likeness theirs)"
done
