#!/bin/sh
# Installs what plays clips: PyAV and OpenCV in target/players, and Chromium where apt-get has it. Usage: players.sh
set -eu
cd "$(dirname "$0")/.."
[ -x target/players/bin/python ] || python3 -m venv target/players
target/players/bin/python -m pip install --quiet av==18.1.0 numpy opencv-python-headless==5.0.0.93
command -v chromium > /dev/null || command -v google-chrome > /dev/null || {
    as_root=
    [ "$(id -u)" = 0 ] || as_root=sudo
    $as_root apt-get install -y -q --no-install-recommends chromium
}
