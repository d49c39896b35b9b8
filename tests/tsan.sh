#!/bin/sh
# Two generators at once under ThreadSanitizer, the standard library instrumented too, or its locks would look like races; and a race on
# purpose, which must be found. Debian, as root: its compiler comes with the library's sources, and GCC has the runtime. Without FFmpeg
# and GPU, whose code the sanitizer cannot see into.
set -eu
cd "$(dirname "$0")/.."

apt-get install -y -q --no-install-recommends rustc-web libstd-rust-web-dev rust-web-src gcc > /dev/null
runtime=$(gcc -print-file-name=libtsan.so)
target=target/tsan
mkdir -p "$target"

# LLVM names copies apart from the C library's, which GCC's runtime watches.
gcc -O1 -fno-builtin -x c -c -o "$target/copies.o" - << 'C'
#include <string.h>
void *__tsan_memcpy(void *to, const void *from, size_t n) { return memcpy(to, from, n); }
void *__tsan_memmove(void *to, const void *from, size_t n) { return memmove(to, from, n); }
void *__tsan_memset(void *to, int byte, size_t n) { return memset(to, byte, n); }
C

export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
export RUSTFLAGS="-Zsanitizer=thread -Zexternal-clangrt -Clink-arg=$PWD/$target/copies.o -Clink-arg=-Wl,--no-as-needed \
	-Clink-arg=-L$(dirname "$runtime") -Clink-arg=-ltsan"
# Before all other libraries, or the runtime does not find what it wraps.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="env LD_PRELOAD=$runtime"
threads() {
	cargo test -Zbuild-std --locked --target x86_64-unknown-linux-gnu --target-dir "$target" --no-default-features --test threads -- "$@"
}

threads --nocapture
if threads --ignored a_race > "$target/race.log" 2>&1 || ! grep -q "ThreadSanitizer: data race" "$target/race.log"; then
	echo "tsan: a race on purpose was not found; see $target/race.log" >&2
	exit 1
fi
echo "tsan: no race but the one on purpose"
