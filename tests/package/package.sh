#!/usr/bin/env bash
# package.sh SOURCE WORK static|shared STEP: one step of the package test.
#   install       build and install into WORK, then move the tree, so that no old path may be needed
#   find_package, pkg_config, subdirectory
#                 build the consumer that way and run it
#   symbols       every symbol the libraries define for others is ours by its prefix
#   headers       each public header compiles alone in C11 and C++17
#   needed        the plugin's shared libraries ask for none of the mall's
# The environment gives CC and ATR_MALL (ON when the mall half is built too).
set -euo pipefail

source=$1
work=$2
kind=$3
step=$4
consumer=$source/tests/package/consumer
prefix=$work/moved
mall=${ATR_MALL:-ON}
shared=OFF
if [[ $kind = shared ]]; then shared=ON; fi
export SDL_VIDEODRIVER=dummy

configure() {
    cmake -S "$1" -B "$2" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DBUILD_SHARED_LIBS="$shared" \
        -DATR_WITH_MALL="$mall" -DATR_WITH_SQLITE="$mall" "${@:3}"
}

# run_consumer FOLDER: both programs, or the game alone where the mall is not built.
run_consumer() {
    "$1/consumer-game"
    if [[ $mall = ON ]]; then
        rm -f "$1"/consumer.db*
        "$1/consumer-mall" "$1/consumer.db"
    fi
}

step_install() {
    rm -rf "$work/installed" "$prefix"
    configure "$source" "$work/build" -DATR_BUILD_TESTS=OFF -DATR_BUILD_PROGRAMS=OFF \
        -DCMAKE_INSTALL_PREFIX="$work/installed"
    cmake --build "$work/build" -j 2
    cmake --install "$work/build"
    mv "$work/installed" "$prefix"
    if grep -rIlF "$work/installed" "$prefix"; then
        echo "the files above still name the folder of the installation"
        return 1
    fi
}

step_find_package() {
    rm -rf "$work/find_package"
    configure "$consumer" "$work/find_package" -DCMAKE_PREFIX_PATH="$prefix"
    cmake --build "$work/find_package"
    run_consumer "$work/find_package"
}

step_subdirectory() {
    configure "$consumer" "$work/subdirectory" -DATRIUM_FOLDER="$source"
    cmake --build "$work/subdirectory" -j 2
    run_consumer "$work/subdirectory"
}

step_pkg_config() {
    local out=$work/pkg_config
    mkdir -p "$out"
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name atrium-core.pc)")
    export PKG_CONFIG_PATH
    LD_LIBRARY_PATH=$(pkg-config --variable=libdir atrium-core)
    export LD_LIBRARY_PATH
    build_with_pkg_config game atrium-plugin
    if [[ $mall = ON ]]; then
        build_with_pkg_config mall atrium-sqlite
    fi
    run_consumer "$out"
}

build_with_pkg_config() {
    local cflags libs
    read -ra cflags <<<"$(pkg-config --cflags "$2")"
    read -ra libs <<<"$(pkg-config --libs "$2")"
    "${CC:-cc}" -std=c11 "${cflags[@]}" "$consumer/$1.c" "${libs[@]}" -o "$out/consumer-$1"
}

step_symbols() {
    local libraries strangers allowed='^atr_' linker='^_(init|fini|end|edata)$|^__bss_start$'
    if [[ $kind = shared ]]; then
        mapfile -t libraries < <(find "$prefix" -name 'libatrium-*.so')
        strangers=$(nm -D --defined-only "${libraries[@]}" | awk 'NF == 3 { print $3 }' |
            grep -vE "$allowed|$linker" || true)
        strangers+=$(nm -D --defined-only "${libraries[@]}" | awk 'NF == 3 { print $3 }' |
            grep '^atr__' || true)
    else
        mapfile -t libraries < <(find "$prefix" -name 'libatrium-*.a')
        strangers=$(nm -g --defined-only "${libraries[@]}" 2>/dev/null |
            awk 'NF == 3 { print $3 }' | grep -vE "$allowed" || true)
    fi
    if [[ ${#libraries[@]} -eq 0 ]]; then
        echo "no library was installed"
        return 1
    fi
    if [[ -n $strangers ]]; then
        printf 'exported, but not ours by the prefix:\n%s\n' "$strangers"
        return 1
    fi
}

step_headers() {
    local header name unit failed=0 cflags
    PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name atrium-core.pc)")
    export PKG_CONFIG_PATH
    read -ra cflags <<<"$(pkg-config --cflags atrium-plugin)"
    local strict=(-Wall -Wextra -Wpedantic -Werror -fsyntax-only)
    local cxx=
    cxx=$(command -v c++ || command -v g++ || true)
    for header in "$prefix"/include/atrium/*.h; do
        name=atrium/$(basename "$header")
        unit=$(printf "#include <%s>\nextern int some_declaration;" "$name")
        echo "$unit" | "${CC:-cc}" -std=c11 "${strict[@]}" "${cflags[@]}" -x c - || {
            echo "$name: not clean in C11"
            failed=1
        }
        if [[ -n $cxx ]]; then
            echo "$unit" | "$cxx" -std=c++17 "${strict[@]}" "${cflags[@]}" -x c++ - || {
                echo "$name: not clean in C++17"
                failed=1
            }
        fi
    done
    if [[ -z $cxx && $failed -eq 0 ]]; then
        echo "no C++ compiler: C++17 not looked at"
        return 77
    fi
    return "$failed"
}

step_needed() {
    local library
    for library in core effects plugin; do
        if readelf -d "$(find "$prefix" -name "libatrium-$library.so")" | grep NEEDED |
            grep -E 'atrium-(mall|sqlite)|sodium|secp256k1|crypto|sqlite3|hiredis'; then
            echo "libatrium-$library.so asks for a library of the mall"
            return 1
        fi
    done
}

mkdir -p "$work"
"step_$step"
