#!/bin/sh
# Fetches what reads datasets in the load generators of vLLM, SGLang and GuideLLM into target/readers: the modules of their released
# packages, without what needs a GPU, and the libraries that those use. Usage: readers.sh
set -eu
cd "$(dirname "$0")/.."
to=target/readers
[ -x $to/venv/bin/python ] || python3 -m venv $to/venv
$to/venv/bin/pip install --quiet datasets numpy pandas pillow pybase64 requests soundfile tqdm transformers==5.24.0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
for package in vllm==0.33.0:vllm/benchmarks sglang==0.5.23:sglang/benchmark guidellm==0.8.1:guidellm/data; do
    name=${package%%=*} folder=${package#*:}
    [ ! -d "$to/$folder" ] || continue
    $to/venv/bin/pip download --quiet --no-deps -d "$scratch/$name" "${package%%:*}"
    $to/venv/bin/python - "$scratch/$name" "$to" "$folder" <<'PYTHON'
import pathlib, sys, zipfile
wheels, to, folder = sys.argv[1:]
(wheel,) = pathlib.Path(wheels).glob("*.whl")
with zipfile.ZipFile(wheel) as whole:
    whole.extractall(to, [name for name in whole.namelist() if name.startswith(folder + "/") and name.endswith(".py")])
PYTHON
done
