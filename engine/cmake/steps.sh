# shellcheck shell=bash
# Steps with one line each: shared by demo/run and tests/run. Source it, then
#     steps_begin COUNT LOG_FOLDER
#     step "title" log_name command...
# Each line shows the step, its progress while it runs and its time; the output goes to
# LOG_FOLDER/log_name.log. A step that fails shows its last 30 lines and ends the script with its
# exit code.

steps_begin() {
    steps_total=$1
    steps_logs=$2
    steps_done=0
    steps_child=
    mkdir -p "$steps_logs"
    trap 'steps_interrupt' INT TERM HUP
}

# Ends the running command with everything it started: it has a process group of its own.
steps_interrupt() {
    if [[ -n $steps_child ]]; then
        kill -TERM -- "-$steps_child" 2>/dev/null || true
    fi
    printf '\ninterrupted\n' >&2
    exit 130
}

# How far the log says the command is: ninja's [12/345], CTest's " 3/50 Test", or our own "3/50 ".
steps_progress() {
    tail -c 4000 "$1" 2>/dev/null | tr '\r' '\n' |
        grep -oE '^(\[[0-9]+/[0-9]+\]| *[0-9]+/[0-9]+ )' | tail -n 1 | tr -d '[] ' || true
}

step() {
    local title=$1 log=$steps_logs/$2.log
    shift 2
    local started=$SECONDS shown=0 rc=0 head
    steps_done=$((steps_done + 1))
    head=$(printf '[%*d/%d] %-30s' ${#steps_total} "$steps_done" "$steps_total" "$title")
    printf '%s' "$head"
    : >"$log"

    set -m
    "$@" >>"$log" 2>&1 </dev/null &
    steps_child=$!
    set +m
    while kill -0 "$steps_child" 2>/dev/null; do
        if [[ -t 1 ]]; then
            printf '\r%s %-11s %4d s' "$head" "$(steps_progress "$log")" $((SECONDS - started))
        elif [[ $((SECONDS - started - shown)) -ge 10 ]]; then
            printf '.'
            shown=$((SECONDS - started))
        fi
        sleep 0.2
    done
    wait "$steps_child" || rc=$?
    steps_child=

    if [[ -t 1 ]]; then
        printf '\r%s' "$head"
    fi
    if [[ $rc -eq 0 ]]; then
        printf ' ok %13d s\n' $((SECONDS - started))
        return 0
    fi
    printf ' FAILED (%d) %4d s\n\n' "$rc" $((SECONDS - started))
    tail -n 30 "$log"
    printf '\nFailed: %s\nFull log: %s\n' "$title" "$log"
    exit "$rc"
}

# steps_packages --install|--no-install GROUP...: a step, asked about before it begins, because sudo
# may want a password.
steps_packages() {
    local setup mode=$1
    setup=$(dirname "${BASH_SOURCE[0]}")/setup.sh
    shift
    if [[ $mode = --no-install ]]; then
        "$setup" --no-install "$@" || exit 2
    else
        "$setup" --ask "$@" || exit 2
    fi
    step "packages" packages "$setup" "$@"
}
