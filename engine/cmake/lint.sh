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

# Four things this cppcheck gets wrong:
#   unknownEvaluationOrder  the = of a designated initialiser is no assignment
#   internalAstError        a compound literal may stand in ?:
#   ctuuninitvar            snprintf() to an array in a struct writes it
#   varFuncNullUB           NULL is a pointer wherever POSIX is
lint_cppcheck() {
    local build=$1 jobs=$2
    mkdir -p "$build/cppcheck"
    # Without the generated files: pictures as arrays would keep it busy for minutes.
    awk -v skip="\"file\": \"$PWD/build/" '
        /^[][]/ { next }
        /^\{/ { entry = ""; keep = 1 }
        { entry = entry $0 "\n" }
        index($0, skip) { keep = 0 }
        /^\}/ && keep { sub(/\},?\n$/, "}", entry); printf "%s%s", all++ ? ",\n" : "[\n", entry }
        END { print "\n]" }' "$build/compile_commands.json" >"$build/cppcheck/project.json"
    cppcheck --project="$build/cppcheck/project.json" --cppcheck-build-dir="$build/cppcheck" \
        -j "$jobs" --enable=warning,performance,portability --inline-suppr --quiet \
        --suppress=unknownEvaluationOrder --suppress=internalAstError \
        --suppress=ctuuninitvar --suppress=varFuncNullUB --error-exitcode=1 \
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
    local build=$1 file=$2 command=$3 rules=$4 key out
    local preprocess=${command/ -o * -c / -E -P }
    key=$( (cd "$build" && bash -c "$preprocess"; echo "$rules $file") | sha256sum | cut -c 1-40)
    if [[ -e $build/tidy/$key ]]; then
        return 0
    fi
    if out=$(clang-tidy --quiet -p "$build" "$file" 2>&1); then
        : >"$build/tidy/$key"
    else
        printf '%s\n' "$out"
        { grep -E ' error: ' <<<"$out" || echo "$file: clang-tidy itself failed"; } \
            >>"$build/tidy/findings"
    fi
}

lint_tidy() {
    local build=$1 jobs=$2 rules row file count=0
    mkdir -p "$build/tidy"
    : >"$build/tidy/findings"
    rules=$( (cat .clang-tidy tests/.clang-tidy; clang-tidy --version) | sha256sum | cut -c 1-40)
    mapfile -t rows < <(compile_commands "$build/compile_commands.json" |
        grep -vE "^$PWD/build/" | sort -u -t $'\t' -k 1,1)
    for row in "${rows[@]}"; do
        file=${row%%$'\t'*}
        count=$((count + 1))
        while [[ $(jobs -rp | wc -l) -ge $jobs ]]; do
            wait -n || true
        done
        echo "$count/${#rows[@]} ${file#"$PWD"/}"
        tidy_one "$build" "$file" "${row#*$'\t'}" "$rules" &
    done
    while [[ -n $(jobs -rp) ]]; do
        wait -n || true
    done
    if [[ -s $build/tidy/findings ]]; then
        printf '\nclang-tidy dislikes:\n'
        sort -u "$build/tidy/findings"
        return 1
    fi
}

case ${1:-} in
    format | shell) "lint_$1" ;;
    cppcheck | tidy)
        if [[ $# -ne 3 ]]; then usage >&2; exit 2; fi
        "lint_$1" "$2" "$3"
        ;;
    *) usage >&2; exit 2 ;;
esac
