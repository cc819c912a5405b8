#!/usr/bin/env bash
# One scenario on the real kiosk, drawn into memory: test_kiosk.sh SCENARIO KIOSK ATRIUM SOURCE
set -euo pipefail

scenario=$1 kiosk=$2 atrium=$3 source=$4
new=6283910000000013     # a new card
level=6283910000000021   # a few points under a level
regular=6283910000000047 # some history
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export SDL_VIDEODRIVER=dummy
unset ATRIUM_DATA ATRIUM_CONFIG

fail() {
    echo "test_kiosk $scenario: $1" >&2
    exit 1
}

# play [OPTIONS...] < script: plays it on the data folder of this scenario.
play() {
    cat > "$work/script"
    "$kiosk" --headless --window 640x360 --demo --data "$work/data" --script "$work/script" \
        --shots "$work/shots" "$@"
}

balanced() {
    "$atrium" ledger check --data "$work/data" > "$work/ledger" || fail "ledger: $(cat "$work/ledger")"
}

accepted() {
    play << TXT
expect screen attract
expect text attract.title
tap lang.en
wait screen identify
expect text id.title
type $regular
key Return
wait screen scan
expect text ok.balance
scan demo 1
wait screen accepted
wait 1700
expect text ok.coins
expect text bonus.base
expect text level.next
expect text ok.store
tap next.scan
wait screen scan
scan demo 9
wait screen accepted
tap util.finish
wait screen goodbye
expect text bye.body
wait screen attract
TXT
    balanced
}

guest() {
    play << TXT
scan demo 1
wait screen identify
tap id.guest
wait screen guest
expect text guest.title
expect text guest.body
tap guest.card
wait screen identify
scan $new
wait screen accepted
expect text ok.coins
tap util.finish
wait screen attract
scan demo 1
wait screen identify
tap id.guest
wait screen guest
tap util.finish
wait screen goodbye
TXT
    balanced
}

held() {
    play << TXT
scan $new
wait screen scan
scan demo 4
wait screen held
expect text held.title
expect text reason.VAT_MISMATCH
expect text held.body
expect text ref
scan demo 10
wait screen reading
wait screen held
expect text reason.UNSIGNED
TXT
}

# The pool really stops: pending comes after 8 s, and the result when it is let go.
pending() {
    play << TXT
scan $new
wait screen scan
hold work
scan demo 1
wait screen reading
expect text read.title
wait 7500
expect screen reading
wait screen pending
release work
wait screen accepted
tap util.finish
wait screen attract
# A result that comes after its shopper has gone is credited, and not shown to the next one.
scan $new
wait screen scan
hold work
scan demo 1
wait screen pending
tap util.finish
wait screen attract
tap lang.en
wait screen identify
release work
wait 1000
expect screen identify
expect text id.title
TXT
    balanced
    # Both receipts are in the account: one alone earns less than 100.
    "$atrium" user show --json 1 --data "$work/data" > "$work/user" || fail "user show"
    [[ $(grep -o '"coins": [0-9]*' "$work/user" | grep -o '[0-9]*') -ge 100 ]] ||
        fail "the late result was not credited: $(cat "$work/user")"
}

rejected() {
    play << TXT
scan $new
wait screen scan
scan demo 3
wait screen rejected
expect text no.title
expect text reason.SIG_BAD
expect text desk
expect text ref
scan demo 6
wait screen reading
wait screen rejected
expect text reason.DATE_OLD
scan demo 7
wait screen reading
wait screen rejected
expect text reason.KEY_UNKNOWN
scan demo 8
wait screen reading
wait screen rejected
expect text reason.BAD_FORMAT
scan demo 9
wait screen accepted
tap next.scan
wait 6000
scan demo 5
wait screen rejected
expect text reason.DUP_EXACT
TXT
    balanced
}

files() {
    printf '\x89PNG\r\n\x1a\n0000' > "$work/picture.png"
    : > "$work/empty"
    head -c 5000 /dev/zero | tr '\0' 'a' > "$work/long"
    truncate -s 100M "$work/huge"
    printf 'hello, this is no receipt\n' > "$work/text"
    play << TXT
scan $new
wait screen scan
wait 4000
scan @$work/picture.png
wait 300
expect text err.file
wait 4000
scan @$work/empty
wait 300
expect text err.file
wait 4000
scan @$work/long
wait 300
expect text err.file
wait 4000
scan @$work/huge
wait 300
expect text err.file
wait 4000
scan @$work/missing
wait 300
expect text err.file
scan @$work/text
wait screen rejected
expect text reason.BAD_FORMAT
TXT
}

timeout_() {
    play << TXT
tap lang.ar
wait screen identify
type 1234
wait 59000
expect screen identify
wait 2000
expect text idle.title
expect text idle.more
tap idle.more
wait 61000
expect screen identify
wait 60000
expect text idle.body
wait screen attract
tap lang.en
wait screen identify
scan $level
wait screen scan
wait 61000
expect text idle.title
key Tab
wait 300
expect text scan.title
wait 121000
expect text idle.title
key F1
wait 300
tap util.calm
wait 121000
expect text idle.title
key A
wait 300
tap nav.cancel
wait screen goodbye
TXT
}

# A picture of the screen, taken while it changes, shows nothing of the number that was typed.
masked() {
    local card
    for card in $new $regular; do
        play << TXT
tap lang.en
wait screen identify
wait 1000
type $card
wait 100
shot typed-$card
tap id.guest
shot left-$card
expect screen scan
TXT
    done
    cmp "$work/shots/typed-$new.png" "$work/shots/typed-$regular.png" || fail "digits are shown"
    cmp "$work/shots/left-$new.png" "$work/shots/left-$regular.png" ||
        fail "the screen that leaves shows digits"
}

arabic() {
    play --lang ar << TXT
scan $level
wait screen scan
scan demo 2
wait screen accepted
wait 3000
expect text level.up
shot accepted
tap util.finish
wait screen goodbye
expect text bye.title
TXT
    [[ -s $work/shots/accepted.png ]] || fail "no screenshot"
}

# On every screen the language can be changed, and the screen stays.
languages() {
    local screen
    {
        echo "lang ar"
        echo "expect screen attract"
        echo "lang en"
        for screen in \
            "tap lang.en;identify" "scan $new;scan" "scan demo 9;accepted" "scan demo 4;held" \
            "scan demo 3;rejected"; do
            echo "${screen%;*}"
            if [[ $screen = scan\ demo* ]]; then echo "wait screen reading"; fi
            echo "wait screen ${screen#*;}"
            printf 'wait 400\ntap lang.ar\nexpect screen %s\nwait 400\ntap lang.en\nexpect screen %s\n' \
                "${screen#*;}" "${screen#*;}"
        done
        printf 'hold work\nscan demo 1\nwait screen reading\nkey F2\nexpect screen reading\n'
        printf 'wait screen pending\ntap lang.en\nexpect screen pending\nrelease work\n'
        printf 'wait screen accepted\ntap util.finish\nwait screen goodbye\ntap lang.ar\n'
        printf 'expect screen goodbye\nwait screen attract\n'
    } | play
}

cards() {
    play << TXT
tap lang.en
wait screen identify
type 12345678
key Return
wait 200
expect text id.bad
key Backspace
type 8
key Return
wait 200
key Return
wait 400
key Return
wait 400
expect text id.bad
key Return
wait 400
expect text id.many
scan $new
wait 500
expect screen identify
expect text id.many
wait 60000
scan $new
wait screen scan
TXT
}

# The same code twice within five seconds is one scan; a second one during reading waits.
retry() {
    local receipt other
    play << TXT
wait 100
TXT
    receipt=$("$atrium" receipt issue --data "$work/data" --store "$(first_store)" --amount 120.50)
    other=$("$atrium" receipt issue --data "$work/data" --store "$(first_store)" --amount 44.00)
    play << TXT
scan $new
wait screen scan
hold work
scan $receipt
wait screen reading
scan $receipt
scan $other
wait 300
release work
wait screen accepted
wait 1000
scan $receipt
wait 500
expect screen accepted
tap next.scan
wait screen accepted
tap next.scan
wait screen scan
wait 6000
scan $receipt
wait screen rejected
expect text reason.DUP_EXACT
TXT
    balanced
}

first_store() {
    "$atrium" store list --data "$work/data" --json | grep -o '"id": *"[^"]*"' | head -1 |
        sed 's/.*"\([^"]*\)"$/\1/'
}

keyboard() {
    play << TXT
key Return
wait screen identify
type 6283910000000013
key Return
wait screen scan
key F5
wait screen accepted
key Tab
key Return
wait screen scan
key Escape
wait screen goodbye
key Escape
wait screen attract
key F3
key F3
key F3
TXT
}

# No store to save to: the kiosk says so and carries on.
outside() {
    mkdir -p "$work/data"
    printf 'this is no database, whatever its name says, and it is long enough\n%.0s' {1..40} \
        > "$work/data/atrium.db"
    play 2> "$work/err" << TXT
expect screen out
expect text out.title
expect text desk
tap lang.ar
wait 300
expect screen out
scan $new
wait 300
expect screen out
shot out
TXT
    grep -q "atrium.db" "$work/err" || fail "no message names the database: $(cat "$work/err")"
    rm -rf "$work/data"
    : > "$work/data" # a file where the folder should be
    play 2> "$work/err" << TXT
expect screen out
TXT
    grep -q "out of service" "$work/err" || fail "no message: $(cat "$work/err")"
}

expect_code() {
    local wanted=$1 code=0
    shift
    "$@" > "$work/out" 2>&1 || code=$?
    [[ $code = "$wanted" ]] || fail "'$*' gave $code, not $wanted: $(cat "$work/out")"
}

usage() {
    expect_code 0 "$kiosk" --help
    grep -q -- --headless "$work/out" || fail "--help is short"
    expect_code 2 "$kiosk" --nonsense
    expect_code 2 "$kiosk" --window 12
    expect_code 2 "$kiosk" --window
    expect_code 2 "$kiosk" --lang fr
    printf 'wait 10\ndance\n' > "$work/bad"
    expect_code 2 "$kiosk" --headless --data "$work/data" --script "$work/bad"
    grep -q "bad:2: expected" "$work/out" || fail "the wrong line is not named: $(cat "$work/out")"
    expect_code 2 "$kiosk" --headless --data "$work/data" --script "$work/missing"
    # Nobody is left waiting before a screen that shows nothing.
    expect_code 3 "$kiosk" --demo --data "$work/data"
    grep -q headless "$work/out" || fail "the refusal does not say what to do: $(cat "$work/out")"
    SDL_VIDEODRIVER=offscreen expect_code 3 "$kiosk" --demo --data "$work/data"
}

failed_expect() {
    printf 'wait 100\nexpect screen goodbye\nwait 5\n' > "$work/script"
    expect_code 1 "$kiosk" --headless --window 640x360 --demo --data "$work/data" \
        --script "$work/script" --shots "$work/shots"
    grep -q "script:2: expected screen goodbye, found attract" "$work/out" ||
        fail "the line is not printed: $(cat "$work/out")"
    [[ -s $work/shots/failed-line-2.png ]] || fail "no screenshot"
    printf 'tap nav.ok\n' > "$work/script"
    expect_code 1 "$kiosk" --headless --window 640x360 --demo --data "$work/data" \
        --script "$work/script" --shots "$work/shots"
    # A script that is ended from outside has shown nothing.
    printf 'shot started\nwait 1000000000\n' > "$work/script"
    local code=0 pid
    "$kiosk" --headless --window 640x360 --demo --data "$work/data" --script "$work/script" \
        --shots "$work/shots" 2> "$work/out" &
    pid=$!
    until [[ -s $work/shots/started.png ]] || ! kill -0 "$pid" 2> /dev/null; do sleep 0.05; done
    kill -TERM "$pid"
    wait "$pid" || code=$?
    [[ $code = 3 ]] || fail "an interrupted script gave $code: $(cat "$work/out")"
    grep -q "script:2: " "$work/out" || fail "the line is not printed: $(cat "$work/out")"
}

# A font that is missing is said, and the kiosk runs.
no_arabic_font() {
    export ATRIUM_UI_FONT_ARABIC=$work/none.ttf
    play 2> "$work/err" << TXT
expect screen attract
tap lang.en
wait screen identify
TXT
    [[ -s $work/err ]] || fail "nothing was said of the missing font"
}

tour() {
    local size shot
    for size in 1280x720 1080x1920; do
        "$kiosk" --headless --window $size --demo --data "$work/data-$size" \
            --script "$source/demo/tours/tour.kiosk" --shots "$work/$size"
        for shot in 01-attract 02-identify 03-reading 04-accepted 05-level-up 06-rejected \
            07-arabic 08-overlay; do
            [[ -s $work/$size/$shot.png ]] || fail "$size/$shot.png is missing"
        done
    done
}

case $scenario in
    timeout) timeout_ ;;
    *) "$scenario" ;;
esac
