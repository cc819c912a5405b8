#!/usr/bin/env bash
# Installs the Debian packages that atrium's build, tests and demonstration need. The one list of
# them. Starts no service: a policy-rc.d that refuses is in place while apt-get runs.
set -euo pipefail

usage() {
    cat <<'TXT'
usage: setup.sh [--ask | --no-install | --list] GROUP...
  GROUP         build, demo or test; default all three
  --ask         only print the apt-get line for what is missing, and ask for sudo's password if one
                is needed, so that the installation itself may run unattended
  --no-install  only print the apt-get line; something missing is a failure
  --list        print the packages of the groups, one a line
exit: 0 done, 2 something is missing and cannot be installed from here
TXT
}

build_packages=(
    gcc libc6-dev cmake ninja-build pkg-config gettext
    libsdl2-dev libsdl2-ttf-dev libfribidi-dev libjansson-dev libstb-dev
    libsodium-dev libsecp256k1-dev libssl-dev libsqlite3-dev libinih-dev
)
demo_packages=(
    fonts-noto-core fonts-noto-ui-core
    libgl1 libgl1-mesa-dri libegl1 libgles2
)
test_packages=(
    g++ libcmocka-dev xvfb xauth
    libglib2.0-dev libck-dev
    clang-tidy clang-format cppcheck shellcheck
    gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
)

packages_of() {
    local group
    for group in "$@"; do
        case $group in
            build) printf '%s\n' "${build_packages[@]}" ;;
            demo) printf '%s\n' "${demo_packages[@]}" ;;
            test) printf '%s\n' "${test_packages[@]}" ;;
            *) echo "setup.sh: unknown group '$group'" >&2; exit 2 ;;
        esac
    done
}

missing_packages() {
    local package
    for package in "$@"; do
        # Virtual names (pkg-config) are answered by dpkg-query only when truly installed.
        if ! dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed$'; then
            echo "$package"
        fi
    done
}

# --- run as root ---------------------------------------------------------------------------------

policy=/usr/sbin/policy-rc.d
policy_saved=$policy.before-atrium

forbid_services() {
    if [[ -e $policy && ! -e $policy_saved ]]; then
        mv "$policy" "$policy_saved"
    fi
    printf '#!/bin/sh\n# Set by atrium while it installs packages; removed afterwards.\nexit 101\n' \
        >"$policy"
    chmod 755 "$policy"
    trap allow_services EXIT
    trap 'exit 130' INT TERM HUP
}

allow_services() {
    rm -f "$policy"
    if [[ -e $policy_saved ]]; then
        mv "$policy_saved" "$policy"
    fi
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=900 "$@"
}

# The lock of the package lists has no time-out option of its own: wait for it by trying.
update_lists() {
    local output until=$((SECONDS + 900))
    while ! output=$(apt update 2>&1); do
        echo "$output"
        if [[ $output != *"Could not get lock"* || $SECONDS -ge $until ]]; then
            return 1
        fi
        sleep 5
    done
    echo "$output"
}

install_as_root() {
    local package
    forbid_services
    for package in "$@"; do
        if ! apt-cache show "$package" >/dev/null 2>&1; then
            update_lists
            break
        fi
    done
    # Lists that are too old name files the mirror no longer has; then once more with new ones.
    apt install --no-install-recommends "$@" || {
        update_lists
        apt install --no-install-recommends "$@"
    }
}

# --- run as anyone -------------------------------------------------------------------------------

mode=install
groups=()
while [[ $# -gt 0 ]]; do
    case $1 in
        --ask | --no-install | --list) mode=${1#--} ;;
        --as-root) shift; install_as_root "$@"; exit 0 ;;
        -h | --help) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
        *) groups+=("$1") ;;
    esac
    shift
done
if [[ ${#groups[@]} -eq 0 ]]; then
    groups=(build demo test)
fi

mapfile -t wanted < <(packages_of "${groups[@]}")
if [[ $mode = list ]]; then
    printf '%s\n' "${wanted[@]}"
    exit 0
fi
if ! command -v dpkg-query >/dev/null; then
    echo "This is no Debian system. atrium needs what these Debian packages hold: ${wanted[*]}"
    exit 0
fi
mapfile -t missing < <(missing_packages "${wanted[@]}")
if [[ ${#missing[@]} -eq 0 ]]; then
    exit 0
fi

sudo=()
if [[ $(id -u) -ne 0 ]]; then
    sudo=(sudo)
fi
echo "Missing packages; this installs them:"
echo "    ${sudo[*]}${sudo:+ }apt-get install --no-install-recommends ${missing[*]}"
if [[ $mode = no-install ]]; then
    exit 2
fi
if [[ ${#sudo[@]} -gt 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "There is no sudo here: please run that line as root."
        exit 2
    fi
    if ! sudo -n true 2>/dev/null && ! { [[ -t 0 ]] && sudo -v; }; then
        echo "sudo does not let this user in without a password: please run that line by hand."
        exit 2
    fi
fi
if [[ $mode = ask ]]; then
    exit 0
fi
self=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/setup.sh
"${sudo[@]}" bash "$self" --as-root "${missing[@]}" || {
    echo "The installation failed; see above."
    exit 2
}
