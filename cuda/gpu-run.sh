#!/bin/sh
# Tests and measures Sunda on this machine's NVIDIA GPU; comes out of gpu-bundle.sh.
#
#   run.sh               everything, into report.txt
#   run.sh tests         the tests that need a GPU; fails if there is none
#   run.sh kernels       the tests of the kernels that elsewhere judge an interpreter
#   run.sh conformance FILE...   conformance cases on the GPU, with the operations whose values are wrong
#   run.sh bench ...     sunda bench --device cuda ...
#   run.sh train ...     sunda train mnist --device cuda ...
#   run.sh check         every operation under compute-sanitizer, if it is installed
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

# Command in front of java, then options of the launcher.
junit() {
    # shellcheck disable=SC2086
    SUNDA_REQUIRE_GPU=${SUNDA_REQUIRE_GPU-1} ${watch:-} "$java" $options -cp "$classes" org.junit.platform.console.ConsoleLauncher execute \
        --fail-if-no-tests --disable-banner --details "${details:-tree}" "$@"
}

tests() {
    junit --scan-classpath "$here/lib/sunda-cuda-tests.jar" --include-tag gpu
}

kernels() {
    options="$options -Dsunda.cuda.tests=gpu"
    # One reads the sources, which are not here.
    junit --select-package=dev.sunda.cuda.kernel --include-classname='.*' --exclude-classname='.*[.]OperationsTests' \
        --select-class=dev.sunda.cuda.TrainingTests
}

check() {
    if ! command -v compute-sanitizer >/dev/null; then
        echo "compute-sanitizer is not installed; memory was not checked"
        return
    fi
    # Blocks of their own let the checker see the ends of each. It makes every launch slow, so several processes share the operations.
    options="$options -Dsunda.cuda.paranoid=true -Dsunda.cuda.sizes=1"
    watch="compute-sanitizer --tool memcheck --target-processes all --error-exitcode 9"
    details=summary
    running=
    for part in 0 1 2 3 4 5; do
        options="$options -Dsunda.cuda.part=$part/6"
        junit --select-class=dev.sunda.cuda.GpuTests --include-methodname='.*everyOperation.*' &
        running="$running $!"
    done
    for process in $running; do
        wait "$process" || wrong=yes
    done
    [ -z "${wrong:-}" ]
}

everything() {
    echo "Sunda $(cat "$here/revision")"
    date -u
    nvidia-smi --query-gpu=name,driver_version,memory.total,compute_cap --format=csv,noheader 2>/dev/null || echo "nvidia-smi is not installed"
    sunda doctor
    echo "== tests"
    tests || failed=yes
    (kernels) || failed=yes
    echo "== training"
    sunda train mnist --device cuda --out "$(mktemp -d)/run"
    echo "== benchmarks"
    bench --device cuda --quick --json
    echo "== loading beside training"
    bench --device cuda --loading
    echo "== memory"
    (check) || failed=yes
    [ -z "${failed:-}" ]
}

command=${1:-}
[ $# -eq 0 ] || shift
case $command in
    "") everything 2>&1 | tee "$here/report.txt" ;;
    tests) tests ;;
    kernels) kernels ;;
    conformance) sunda conformance --backend cuda --report "$here/conformance.md" --in "$@" ;;
    bench) bench --device cuda "$@" ;;
    train) sunda train mnist --device cuda "$@" ;;
    check) check ;;
    *) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p;}' "$0" >&2; exit 2 ;;
esac
