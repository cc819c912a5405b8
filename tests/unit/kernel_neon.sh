#!/usr/bin/env bash
# The kernels for arm64 give the pixels and particles of this machine's reference: builds
# kernel_digest.c with a cross compiler, runs it in an emulator and compares its numbers.
#     kernel_neon.sh SOURCE EXPORT HOST WORK
#   SOURCE  the project    EXPORT  folder of the generated atrium/export.h
#   HOST    kernel_digest as built for this machine    WORK  folder to build in
set -euo pipefail

source_dir=$1 export_dir=$2 host=$3 work=$4
cross=aarch64-linux-gnu-gcc

for tool in "$cross" qemu-aarch64; do
    if ! command -v "$tool" >/dev/null; then
        echo "$tool is not installed (engine/cmake/setup.sh test)"
        exit 77
    fi
done

mkdir -p "$work"
core=$source_dir/engine/core
# Floating point as the library's own build has it (engine/core/CMakeLists.txt).
"$cross" -std=c17 -O3 -ffp-contract=off -fno-math-errno -fno-trapping-math -Wall -Wextra -Werror \
    -static -DATR_STATIC_DEFINE \
    -I"$core" -I"$core/include" -I"$export_dir" -I"$source_dir/tests/support" \
    "$source_dir"/tests/unit/kernel_digest.c "$source_dir"/tests/support/kernel_cases.c \
    "$core"/base/cpu.c "$core"/compose/kernels.c "$core"/compose/kernel_{neon,scalar}.c \
    "$core"/effect/update.c "$core"/effect/particle_{avx2,neon,scalar,sse2}.c \
    -o "$work/kernel_digest-arm64"

"$host" >"$work/host.txt"
qemu-aarch64 "$work/kernel_digest-arm64" >"$work/arm64.txt"
paste -d '\n' <(sed 's/^/here:  /' "$work/host.txt") <(sed 's/^/arm64: /' "$work/arm64.txt")

failed=0
for part in compose update; do
    if ! grep -q "^$part neon " "$work/arm64.txt"; then
        echo "$part: no NEON kernel was run"
        failed=1
    fi
    # Every kernel on both sides, one number.
    if [[ $(cat "$work/host.txt" "$work/arm64.txt" | awk -v p="$part" '$1 == p { print $3 }' |
        sort -u | wc -l) -ne 1 ]]; then
        echo "$part: the kernels differ"
        failed=1
    fi
done
exit "$failed"
