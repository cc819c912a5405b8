#!/usr/bin/env bash
# Static analysis of the project's own sources; each check prints what it dislikes and fails.
set -euo pipefail

usage() {
    cat <<'TXT'
usage: lint.sh format | shell | cppcheck BUILD JOBS | tidy BUILD JOBS
  BUILD  a configured build folder with compile_commands.json
TXT
}

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

sources() {
    find engine plugin effects demo tests -name '*.[ch]' -not -path '*/build/*' | sort
}

lint_format() {
    sources | xargs clang-format --dry-run --Werror
}

lint_shell() {
    find engine demo tests .ci -type f -not -path '*/build/*' -print0 |
        xargs -0 grep -lE '^#!.*(bash|/sh)|^# shellcheck shell=' | sort |
        xargs shellcheck -x
}

lint_cppcheck() {
    local build=$1 jobs=$2
    mkdir -p "$build/cppcheck"
    cppcheck --project="$build/compile_commands.json" --cppcheck-build-dir="$build/cppcheck" \
        -j "$jobs" --enable=warning,performance,portability --inline-suppr --quiet \
        --suppress='*:*/build/*' --error-exitcode=1 \
        --template='{file}:{line}: {severity}: {message} [{id}]'
}

# compile_commands.json as "file<TAB>command" lines. CMake writes one key a line.
compile_commands() {
    sed -n -e 's/^  "command": "\(.*\)",$/\1/p' -e 's/^  "file": "\(.*\)".*$/\1/p' "$1" |
        sed -e 's/\\"/"/g' -e 's/\\\\/\\/g' |
        while IFS= read -r command && IFS= read -r file; do
            printf '%s\t%s\n' "$file" "$command"
        done
}

# One file: clang-tidy only when what the compiler sees, or the rules, changed since it last passed.
tidy_one() {
    local build=$1 file=$2 command=$3 rules=$4 key
    local preprocess=${command/ -o * -c / -E -P }
    key=$( (cd "$build" && bash -c "$preprocess"; echo "$rules $file") | sha256sum | cut -c 1-40)
    if [[ ! -e $build/tidy/$key ]]; then
        clang-tidy --quiet -p "$build" "$file" 2>/dev/null || return 1
        : >"$build/tidy/$key"
    fi
}

lint_tidy() {
    local build=$1 jobs=$2 rules file command count=0 total failed=0
    mkdir -p "$build/tidy"
    rules=$( (cat .clang-tidy; clang-tidy --version) | sha256sum | cut -c 1-40)
    mapfile -t rows < <(compile_commands "$build/compile_commands.json" |
        grep -vE "^$PWD/build/" | sort -u -t $'\t' -k 1,1)
    total=${#rows[@]}
    for row in "${rows[@]}"; do
        file=${row%%$'\t'*}
        command=${row#*$'\t'}
        count=$((count + 1))
        while [[ $(jobs -rp | wc -l) -ge $jobs ]]; do
            wait -n || failed=1
        done
        echo "$count/$total ${file#"$PWD"/}"
        tidy_one "$build" "$file" "$command" "$rules" &
    done
    while [[ $(jobs -p | wc -l) -gt 0 ]]; do
        wait -n || failed=1
    done
    return "$failed"
}

case ${1:-} in
    format | shell) "lint_$1" ;;
    cppcheck | tidy)
        if [[ $# -ne 3 ]]; then usage >&2; exit 2; fi
        "lint_$1" "$2" "$3"
        ;;
    *) usage >&2; exit 2 ;;
esac
