#!/bin/sh
# Holds a program (or an extension module) against what is promised of it: it needs glibc's own libraries and nothing else, none of their
# symbols is newer than glibc 2.35, and the LGPL variant has nothing of x264 or x265. Usage: check.sh lgpl|gpl FILE
#
# FILE still has its symbols. A symbol that is too new is named: build where it is not, or leave out what asks for it.
set -eu
variant=$1
file=$2
newest=2.35
failed=

fail() {
    echo "check.sh: $file: $*" >&2
    failed=1
}

for needed in $(readelf -dW "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'); do
    case $needed in
    libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-x86-64.so.2 | ld-linux-aarch64.so.1) ;;
    *) fail "needs $needed, which is not glibc's" ;;
    esac
done
! readelf -dW "$file" | grep -E '\((RPATH|RUNPATH|TEXTREL)\)' || fail "has a path of this machine's, or code that is written to when loaded"

asked=$(readelf -W --dyn-syms "$file" | sed -n 's/.* UND \([^@ ]*@GLIBC_[0-9.]*\).*/\1/p' | sort -u)
[ -n "$asked" ] || fail "asks for no symbol of glibc: readelf is not understood"
for symbol in $asked; do
    version=${symbol##*@GLIBC_}
    [ "$(printf '%s\n%s\n' "$version" "$newest" | sort -V | tail -n 1)" = "$newest" ] || fail "asks for $symbol, and glibc $newest lacks it"
done

[ "$(nm "$file" 2>/dev/null | wc -l)" -gt 1000 ] || fail "has no symbols left to look at"
gpl=$(nm "$file" 2>/dev/null | awk '$3 ~ /^x26[45]_/ { n++ } END { print n + 0 }')
case $variant in
lgpl) [ "$gpl" = 0 ] || fail "has $gpl functions of x264 or x265, which are GPL" ;;
gpl) [ "$gpl" != 0 ] || fail "has no function of x264 or x265" ;;
*) fail "$variant is no variant" ;;
esac

[ -z "$failed" ] || exit 1
echo "check.sh: $file: glibc alone, $(echo "$asked" | sed 's/.*@GLIBC_//' | sort -uV | tail -n 1) at the most, $variant"
