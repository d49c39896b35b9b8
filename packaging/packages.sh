#!/bin/sh
# Installs what the distribution's packages are built with, beside what masque itself is (tests/packages.sh). On Debian or Ubuntu; as root,
# or with sudo. Usage: packages.sh
set -eu
. "$(dirname "$0")/common.sh"
. packaging/parts.sh

needed="build-essential dpkg-dev meson ninja-build cmake nasm pkg-config libclang-dev python3 $headers"
for package in $packages $packages_gpl; do
    needed="$needed $package:$debian"
done
if [ "$arch" != "$(uname -m)" ]; then
    # rustc-web is the distribution's newest compiler; its library comes for every architecture of the distribution's.
    needed="$needed gcc-$triple g++-$triple rustc-web libstd-rust-web-dev libstd-rust-web-dev:$debian"
fi

missing=
for package in $needed; do
    case $(dpkg-query -W -f '${db:Status-Status} ' "$package" 2>/dev/null) in
    *' installed '* | 'installed '*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing with apt-get:$missing"
(dpkg --print-architecture && dpkg --print-foreign-architectures) | grep -qx "$debian" || $sudo dpkg --add-architecture "$debian"
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-remove --no-install-recommends $missing >/dev/null
