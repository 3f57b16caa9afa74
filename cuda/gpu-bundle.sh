#!/bin/sh
# Packs Sunda, its tests, its benchmarks and a small Java runtime for a machine that has an NVIDIA driver but no JDK.
#
#   cuda/gpu-bundle.sh [FILE]     writes FILE (sunda-gpu.tar.xz), at most 40 MiB
#
# There: tar xf sunda-gpu.tar.xz && sunda-gpu/run.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
archive=$(realpath "${1:-sunda-gpu.tar.xz}")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bundle=$work/sunda-gpu
mkdir -p "$bundle/lib"

jdk=${JAVA_HOME:-}
[ -x "$jdk/bin/jlink" ] || jdk=$(dirname "$(dirname "$(readlink -f "$(command -v jlink)")")")
"$jdk/bin/jlink" --version | grep -Eq '^(2[5-9]|[3-9][0-9])' || {
    echo "gpu-bundle: needs a JDK 25 or newer in JAVA_HOME or on the PATH" >&2
    exit 2
}

echo "building" >&2
(cd "$root" && mvn -B -q -P gpu-bundle -DskipTests -pl cuda,bench -am package dependency:copy-dependencies \
    -DincludeScope=test -DoutputDirectory="$work/dependencies" -Dmdep.overWriteSnapshots=true)
cp "$work"/dependencies/*.jar "$bundle/lib/"
rm -f "$bundle"/lib/archunit*.jar "$bundle"/lib/byte-buddy*.jar "$bundle"/lib/commons-math3*.jar    # large, and of no use there
for module in cuda bench examples; do
    cp "$root/$module"/target/sunda-"$module"-*.jar "$bundle/lib/"
done
mv "$bundle"/lib/sunda-cuda-*-tests.jar "$bundle/lib/sunda-cuda-tests.jar"
cp -r "$root/bench/peers" "$bundle/peers"
cp "$here/gpu-run.sh" "$bundle/run.sh"
(cd "$root" && git rev-parse HEAD 2>/dev/null || echo unknown) >"$bundle/revision"

# Compressed by xz alone, which finds more in what has not been compressed before: jars and runtime are stored as they are.
for jar in "$bundle"/lib/*.jar; do
    mkdir "$work/open"
    (cd "$work/open" && "$jdk/bin/jar" --extract --file "$jar")
    "$jdk/bin/jar" --create --no-compress --file "$jar" --manifest "$work/open/META-INF/MANIFEST.MF" -C "$work/open" .
    rm -rf "$work/open"
done
modules=java.base,java.compiler,java.instrument,java.logging,java.management,java.net.http,java.xml
modules=$modules,jdk.incubator.vector,jdk.jfr,jdk.management,jdk.unsupported,jdk.zipfs
"$jdk/bin/jlink" --compress zip-0 --strip-debug --no-header-files --no-man-pages --output "$bundle/jre" --add-modules "$modules"
rm -rf "$bundle/jre/legal"
command -v strip >/dev/null && strip --strip-unneeded "$bundle/jre/lib/server/libjvm.so" "$bundle"/jre/lib/*.so

tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime='2026-01-01 00:00Z' -cf - sunda-gpu | xz -6 -T0 >"$archive"
bytes=$(wc -c <"$archive")
echo "$archive: $((bytes / 1024 / 1024)) MiB"
[ "$bytes" -le $((40 * 1024 * 1024)) ] || { echo "gpu-bundle: more than 40 MiB" >&2; exit 1; }
