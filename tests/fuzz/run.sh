#!/usr/bin/env bash
# Fuzzes one target with libFuzzer (Clang), ASan and UBSan; what it finds is left in build/fuzz.
set -euo pipefail

usage() {
    cat <<'TXT'
usage: tests/fuzz/run.sh TARGET [SECONDS]
  TARGET    effect or receipt
  SECONDS   default 600
New inputs are kept in build/fuzz/found-TARGET; a crash is build/fuzz/crash-*, and
`build/fuzz/tests/bin/fuzz_TARGET FILE` repeats it.
exit: 0 nothing found, 2 wrong use, else what libFuzzer gave
TXT
}

if [[ $# -lt 1 || $# -gt 2 || ! ${1-} =~ ^(effect|receipt)$ || ! ${2-600} =~ ^[0-9]+$ ]]; then
    usage >&2
    exit 2
fi
target=$1
seconds=${2-600}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
cmake --preset fuzz >/dev/null
cmake --build --preset fuzz --target "fuzz_$target"

here=$PWD
found=$here/build/fuzz/found-$target
mkdir -p "$found"
corpus=("$found" "$here/tests/fuzz/corpus/$target")
options=(-max_total_time="$seconds" -timeout=30 -rss_limit_mb=2048 -print_final_stats=1
    -artifact_prefix="$here/build/fuzz/")
if [[ $target = effect ]]; then
    corpus+=("$here/effects/catalogue")
    options+=(-dict="$here/tests/fuzz/effect.dict" -max_len=8192)
fi
exec "$here/build/fuzz/tests/bin/fuzz_$target" "${options[@]}" "${corpus[@]}"
