#!/usr/bin/env bash
# `masque serve` beside nginx over the same files, both with the same client (wrk, 16 connections, 10 s, items in turn), three times by turns;
# and items made on demand, by 8 clients, beside `generate` of the same to files in memory. Needs nginx and wrk.
#   benches/serve.sh [target/release/masque]
set -euo pipefail
masque=${1:-target/release/masque}
folder=$(mktemp -d /dev/shm/masque-serve-XXXXXX)
running=()
trap 'kill "${running[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT

cat > "$folder/items.lua" <<'LUA'
local number = 0
local paths = {}
for path in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = path end
request = function()
    number = number % #paths + 1
    return wrk.format("GET", paths[number])
end
LUA

# Serves with these flags; sets `at` (where) and `path` (what stands before names).
serve() {
    rm -f "$folder/at"
    "$masque" serve --listen 127.0.0.1:0 "$@" > "$folder/at" 2>/dev/null &
    running+=($!)
    until [ -s "$folder/at" ]; do sleep 0.05; done
    path=/v1/$(basename "$(cat "$folder/at")")
    at=$(sed 's|/v1/.*||' "$folder/at")
}

# Requests a second of an address with these paths.
ask() {
    PATHS=$2 wrk -t1 -c16 -d10s -s "$folder/items.lua" "$1" | awk '/Requests\/sec/ { print $2 }'
}

chmod 755 "$folder"
cat > "$folder/nginx.conf" <<CONF
user $(id -un) $(id -gn);
worker_processes auto;
pid $folder/nginx.pid;
error_log $folder/nginx.err;
events {}
http { access_log off; sendfile on; tcp_nopush on; types { image/png png; video/mp4 mp4; } server { listen 127.0.0.1:8089; root $folder/made/media; } }
CONF

printf '| cached | nginx, requests/s | masque serve, requests/s | ratio |\n|---|---|---|---|\n'
while read -r name count flags; do
    # shellcheck disable=SC2206
    flags=($flags)
    "$masque" generate --output "$folder/made" --overwrite --quiet -n "$count" --media files --random-seed 1 --isl 0 "${flags[@]}"
    (cd "$folder/made/media" && find . -type f | sed 's|^\./|/|' | sort) > "$folder/files"
    serve --cache 1G --random-seed 1 --isl 0 "${flags[@]}"
    sed "s|^|$path|" "$folder/files" > "$folder/paths"
    while read -r file; do curl -sfo /dev/null "$at$file"; done < "$folder/paths"
    nginx -c "$folder/nginx.conf" -p "$folder" 2>/dev/null
    sleep 1
    curl -sfo /dev/null "http://127.0.0.1:8089$(head -n 1 "$folder/files")" # it has them
    for _ in 1 2 3; do
        theirs=$(ask http://127.0.0.1:8089 "$folder/files")
        ours=$(ask "$at" "$folder/paths")
        printf '| %s | %s | %s | %s |\n' "$name" "$theirs" "$ours" "$(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")"
    done
    nginx -c "$folder/nginx.conf" -p "$folder" -s stop 2>/dev/null
    kill "${running[-1]}"
    wait "${running[-1]}" || true
done <<'ROWS'
png_512 200 --image-width-mean 512 --image-height-mean 512
png_1080p 60 --image-width-mean 1920 --image-height-mean 1080
png_64 1000 --image-width-mean 64 --image-height-mean 64
mp4_1080p 60 --video-width 1920 --video-height 1080 --video-frames 60 --video-fps 30 --video-format mp4
ROWS

printf '\n| made on demand | generate, items/s | masque serve, items/s | ratio |\n|---|---|---|---|\n'
while read -r name count flags; do
    # shellcheck disable=SC2206
    flags=($flags)
    for seed in 1 2 3; do
        common=(--random-seed "$seed" --isl 0 "${flags[@]}")
        begun=$(date +%s.%N)
        "$masque" generate --output "$folder/made" --overwrite --quiet -n "$count" --media files "${common[@]}"
        ended=$(date +%s.%N)
        theirs=$(awk "BEGIN { print $count / ($ended - $begun) }")
        serve --cache 64M "${common[@]}"
        begun=$(date +%s.%N)
        (cd "$folder/made/media" && find . -type f | sed "s|^\.|$at$path|" | sort) |
            xargs -P 8 -n 25 sh -c 'for url; do printf "url = \"%s\"\noutput = \"/dev/null\"\n" "$url"; done | curl -sf -K -' sh
        ended=$(date +%s.%N)
        ours=$(awk "BEGIN { print $count / ($ended - $begun) }")
        made=$(curl -sf "$at/metrics" | awk '/^masque_cache_misses_total/ { print $2 }')
        [ "$made" = "$count" ] || { echo "$made of $count items were made" >&2; exit 1; }
        printf '| %s | %.0f | %.0f | %s |\n' "$name" "$theirs" "$ours" "$(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")"
        kill "${running[-1]}"
        wait "${running[-1]}" || true
    done
done <<'ROWS'
png_512 2000 --image-width-mean 512 --image-height-mean 512
png_1080p 300 --image-width-mean 1920 --image-height-mean 1080
mp4_1080p 40 --video-width 1920 --video-height 1080 --video-frames 60 --video-fps 30 --video-format mp4
ROWS
