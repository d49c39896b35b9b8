#!/bin/sh
# Fuzzes the targets of fuzz/: FUZZ_SECONDS each, 5 unless told otherwise. Usage: fuzz.sh [--masque PROGRAM] [TARGET..]
#
# Without a target it lists them, if they were built; `--build` builds them first, and then runs all. Coverage by a nightly toolchain;
# libFuzzer comes with libfuzzer-sys.
set -eu
cd "$(dirname "$0")/.."
targets="bits macroblocks seq_dist request image lines folder corpus tokenizer serve"
built=target/fuzz/x86_64-unknown-linux-gnu/release

case ${1:-} in
--masque) shift 2 ;;
--build)
    shift
    [ $# -gt 0 ] || set -- $targets
    # What cargo-fuzz does, without it.
    RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
        -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions \
        -Coverflow-checks --cfg fuzzing" cargo +nightly build --quiet --release --locked --manifest-path fuzz/Cargo.toml \
        --target x86_64-unknown-linux-gnu --target-dir target/fuzz
    ;;
esac

for target in ${*:-$targets}; do
    if ! [ -x $built/"$target" ]; then
        echo "$built/$target was not built" >&2
        exit 1
    fi
done
if [ $# -eq 0 ]; then
    echo "$targets" | tr ' ' '\n'
    exit
fi
for target; do
    mkdir -p fuzz/corpus/"$target" fuzz/artifacts/"$target"
    $built/"$target" -max_total_time="${FUZZ_SECONDS:-5}" -max_len=4096 -timeout=20 -artifact_prefix=fuzz/artifacts/"$target"/ \
        -print_final_stats=1 fuzz/corpus/"$target"
done
