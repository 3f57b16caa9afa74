#!/bin/sh
# Compiles the kernels: src/main/cuda/NAME.cu to the PTX the jar carries. Needs nvcc; who only uses or builds Sunda does not.
#
#   ./build-ptx.sh [NAME...]            compiles these, or all that are out of date
#   ./build-ptx.sh --check [NAME...]    also assembles for each supported architecture and prints registers, spills and shared memory
#   PTX_FOLDER=folder ./build-ptx.sh    writes there, to compare
set -eu
cd "$(dirname "$0")"
sources=src/main/cuda
target=${PTX_FOLDER:-src/main/resources/dev/sunda/cuda/ptx}
flags="-std=c++17 -O3 -fmad=false -arch=compute_75"
architectures="sm_75 sm_80 sm_90 sm_120"

# The flags for file $1: kernels that need more than the least GPU say so in their first line, `// arch: compute_80`.
flags_of() {
    architecture=$(sed -n '1s|^// arch: ||p' "$sources/$1.cu")
    echo "${flags%compute_*}${architecture:-compute_75}"
}

command -v nvcc >/dev/null || { echo "build-ptx: needs nvcc, of CUDA 13.0, on the PATH" >&2; exit 2; }
check=
[ "${1:-}" = --check ] && { check=yes; shift; }
[ $# -gt 0 ] && named=yes || named=
[ $# -gt 0 ] || set -- $(cd $sources && ls ./*.cu | sed 's|^\./||; s|\.cu$||')
mkdir -p $target

# The headers that file $1 includes, and those that they include, each once.
headers() {
    for header in $(sed -n 's/^#include "\(.*\)"$/\1/p' "$sources/$1"); do
        echo "$header"
        headers "$header"
    done
}

# What a PTX file is made of: the source, its headers in the order of their names, and the flags.
digest() {
    {
        cat "$sources/$1.cu"
        headers "$1.cu" | LC_ALL=C sort -u | while read -r header; do cat "$sources/$header"; done
        echo "$flags"
    } | sha256sum | cut -d' ' -f1
}

for name; do
    ptx=$target/$name.ptx
    sum=$(digest "$name")
    if [ -n "$named" ] || ! grep -qs "^// sunda-source-sha256: $sum$" "$ptx"; then
        made=$(mktemp)
        # shellcheck disable=SC2046
        nvcc $(flags_of "$name") -ptx "$sources/$name.cu" -o "$made"
        # nvcc writes the newest version of the language; older drivers take older ones, and the kernels need nothing new.
        {
            echo "// sunda-source-sha256: $sum"
            echo "// sunda-nvcc: $(nvcc --version | sed -n 's/.*release \([0-9.]*\),.*/\1/p')"
            sed -e '/^\/\//d' -e '/^[[:space:]]*$/d' -e '/\.pragma "used_bytes_mask/d' -e 's/^\.version .*/.version 7.0/' "$made"
        } >"$ptx"
        rm -f "$made"
        echo "$name: $(wc -c <"$ptx") bytes"
    fi
    if [ -n "$check" ]; then
        least=$(sed -n 's/^\.target sm_//p' "$ptx")
        for architecture in $architectures; do
            [ "${architecture#sm_}" -ge "$least" ] || continue
            ptxas -v -arch="$architecture" "$ptx" -o /dev/null 2>&1 | awk -v arch="$architecture" '
                /Compiling entry function/ { split($0, part, "\x27"); entry = part[2] }
                /bytes stack frame/ { spills = $1 " bytes stack, " $5 + $9 " spilled" }
                /Used .* registers/ { sub(/.*Used /, ""); print arch, entry ": " spills ", " $0 }
                /error|warning/'
        done
    fi
done
