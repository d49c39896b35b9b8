#!/bin/sh
# Builds the wheels, installs them beside what judges them in target/python/venv, and beside AIPerf and GuideLLM where `make python-test`
# has put these, and runs pytest. Usage: test.sh [options of pytest]
set -eu
cd "$(dirname "$0")/.."
sh python/build.sh dev
venv=target/python/venv
[ -x $venv/bin/pytest ] || {
    python3 -m venv $venv
    $venv/bin/pip install --quiet pytest==9.2.0 numpy mypy==2.4.1 pillow
}
for there in $venv target/peer target/guidellm; do
    [ ! -d $there ] || $there/bin/python -m pip install --quiet --no-deps --force-reinstall target/wheels/masque-*.whl
done
exec $venv/bin/pytest -q -p no:cacheprovider python "$@"
