#!/bin/bash
# Builds every fuzz target into $OUT, with its seeds and its dictionary, as OSS-Fuzz calls it:
# $SRC, $OUT, $CC, $CXX, $CFLAGS, $CXXFLAGS, $LIB_FUZZING_ENGINE and RUSTFLAGS are set.
set -euo pipefail
cd "$SRC/netflow/fuzz"
host=x86_64-unknown-linux-gnu

cargo fuzz build --fuzz-dir . --release --debug-assertions --target "$host"
built=$(cargo metadata --no-deps --format-version 1 | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
built=$built/$host/release
"$built/seeds" "$OUT/seeds"
for target in targets/*.rs; do
    cp "$built/$(basename "$target" .rs)" "$OUT/"
done

# The target in C, and the library. cargo-fuzz counts coverage by these flags too.
if [ "${SANITIZER:-address}" != coverage ]; then
    RUSTFLAGS="${RUSTFLAGS:-} -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
        -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
        -Cllvm-args=-sanitizer-coverage-trace-compares"
    export RUSTFLAGS
fi
cd ..
CARGO_TARGET_DIR="$built/c" CARGO_PROFILE_CHECKED_DEBUG_ASSERTIONS=true cargo rustc --locked \
    --profile checked -p netflow-ffi --lib --crate-type staticlib --features arrow --target "$host"
objects=()
for source in fuzz/c/c_library.c netflow-ffi/tests/c/every_way.c; do
    object=$built/c/$(basename "$source" .c).o
    # The flags are lists of words.
    # shellcheck disable=SC2086
    $CC $CFLAGS -std=c11 -Iinclude -Inetflow-ffi/tests/c -c "$source" -o "$object"
    objects+=("$object")
done
# shellcheck disable=SC2086
$CXX $CXXFLAGS $LIB_FUZZING_ENGINE "${objects[@]}" "$built/c/$host/checked/libnetflow.a" \
    -lpthread -lm -ldl -o "$OUT/c_library"

# Each target has seeds, and perhaps a dictionary.
for target in fuzz/targets/*.rs fuzz/c/*.c; do
    name=$(basename "${target%.*}")
    test -x "$OUT/$name"
    zip --quiet --junk-paths --recurse-paths "$OUT/${name}_seed_corpus.zip" "$OUT/seeds/$name"
    if [ -e "fuzz/dictionaries/$name.dict" ]; then
        cp --dereference "fuzz/dictionaries/$name.dict" "$OUT/"
    fi
done
rm -r "$OUT/seeds"
