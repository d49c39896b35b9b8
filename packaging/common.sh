# What the scripts here have in common; it is sourced. DIST_ARCH names the processor, this machine's when nothing is said.
set -eu
cd "$(dirname "$0")/.."

arch=${DIST_ARCH:-$(uname -m)}
case $arch in
x86_64) debian=amd64 ;;
aarch64) debian=arm64 ;;
*)
    echo "packaging: x86_64 and aarch64 are known, $arch is not" >&2
    exit 2
    ;;
esac
triple=$arch-linux-gnu
multiarch=/usr/lib/$triple
work=$PWD/target/dist/$arch
libraries=$work/libraries
export CC="$triple-gcc" CXX="$triple-g++" AR="$triple-ar" RANLIB="$triple-ranlib" STRIP="$triple-strip"
# The same for all: what a wheel's extension module takes too, and nothing that only this machine's processor has.
export CFLAGS="-O2 -fPIC -ffile-prefix-map=$work=." CXXFLAGS="-O2 -fPIC -ffile-prefix-map=$work=."
jobs=${DIST_JOBS:-$(nproc)}

# Unpacks the distribution's source package of this name, with its own patches, to $work/source/NAME; prints its folder. It is asked for
# from where this machine's packages come from, and apt holds it against their signatures.
source_of() { # NAME
    apt=$work/apt
    if [ ! -e "$apt/ready" ]; then
        mkdir -p "$apt/lists/partial" "$apt/archives/partial"
        apt-get indextargets --format 'deb-src $(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' | awk '!seen[$0]++' >"$apt/sources.list"
        apt_get update -qq
        touch "$apt/ready"
    fi
    folder=$work/source/$1
    if [ ! -e "$folder" ]; then
        rm -rf "$folder.partial"
        mkdir -p "$folder.partial"
        (cd "$folder.partial" && apt_get source -qq --only-source "$1" >/dev/null)
        mv "$folder.partial" "$folder"
    fi
    echo "$folder"/*/
}

apt_get() {
    apt-get -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::Lists="$apt/lists" \
        -o Dir::Cache="$apt" -o APT::Sandbox::User=root "$@"
}

# The package of the compiler whose libstdc++ and libgcc are linked.
gcc_package() {
    dpkg -S "$(realpath "$("$CC" -print-file-name=libgcc.a)")" | cut -d: -f1 | head -n 1
}
