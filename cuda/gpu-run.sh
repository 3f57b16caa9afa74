#!/bin/sh
# Tests and measures Sunda on this machine's NVIDIA GPU; comes out of gpu-bundle.sh.
#
#   run.sh               everything, into report.txt
#   run.sh tests         the tests that need a GPU; fails if there is none
#   run.sh conformance FILE...   conformance cases on the GPU
#   run.sh bench ...     sunda bench --device cuda ...
#   run.sh train ...     sunda train mnist --device cuda ...
#   run.sh check         some of the tests under compute-sanitizer, if it is installed
set -eu
here=$(cd "$(dirname "$0")" && pwd)
java=$here/jre/bin/java
options="--add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Xmx8g"
classes="$here/lib/*"

sunda() {
    # shellcheck disable=SC2086
    "$java" $options -cp "$classes" dev.sunda.examples.Sunda "$@"
}

bench() {
    # shellcheck disable=SC2086
    "$java" $options -cp "$classes" dev.sunda.bench.Bench bench "$@"
}

tests() {
    # shellcheck disable=SC2086
    SUNDA_REQUIRE_GPU=${SUNDA_REQUIRE_GPU-1} "$@" "$java" $options -cp "$classes" org.junit.platform.console.ConsoleLauncher execute \
        --scan-classpath "$here/lib/sunda-cuda-tests.jar" --include-tag gpu --fail-if-no-tests --disable-banner --details tree
}

check() {
    if ! command -v compute-sanitizer >/dev/null; then
        echo "compute-sanitizer is not installed; memory was not checked"
        return
    fi
    # Blocks of their own let the checker see the ends of each.
    options="$options -Dsunda.cuda.paranoid=true"
    tests compute-sanitizer --tool memcheck --target-processes all
}

everything() {
    echo "Sunda $(cat "$here/revision")"
    date -u
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null || echo "nvidia-smi is not installed"
    sunda doctor
    echo "== tests"
    tests || failed=yes
    echo "== training"
    sunda train mnist --device cuda --out "$(mktemp -d)/run"
    echo "== benchmarks"
    bench --device cuda --json
    echo "== memory"
    check || failed=yes
    [ -z "${failed:-}" ]
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
    "") everything 2>&1 | tee "$here/report.txt" ;;
    tests) tests "$@" ;;
    conformance) sunda conformance --backend cuda "$@" ;;
    bench) bench --device cuda "$@" ;;
    train) sunda train mnist --device cuda "$@" ;;
    check) check ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2 ;;
esac
