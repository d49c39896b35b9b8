#!/bin/sh
# Fetches what the tests of `masque inspect --html` need: axe-core, which looks for what keeps people from using a page, into target/axe/,
# and Chromium where apt-get has it. What is there already is left alone; what cannot be fetched is said, and its tests are reported
# as ignored.
set -u
cd "$(dirname "$0")/.."
to=target/axe

if [ ! -f $to/axe.min.js ]; then
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    (cd "$scratch" && npm pack --silent axe-core@4.14.1 >log 2>&1 && tar xzf axe-core-*.tgz)
    if [ "$(sha256sum <"$scratch/package/axe.min.js" 2>/dev/null | cut -d' ' -f1)" = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c ]; then
        mkdir -p $to && mv "$scratch/package/axe.min.js" $to/ && echo "$to: fetched"
    else
        echo "$to: not fetched; its tests will be reported as ignored"
    fi
fi
if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get update -qq >/dev/null 2>&1
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
        echo "chromium: not installed; its tests will be reported as ignored"
fi
exit 0
