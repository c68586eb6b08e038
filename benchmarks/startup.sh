#!/bin/sh
# From the start of a process to its end, by hyperfine: the founding example, and what --version costs above Python alone. The
# seconds of the processor are "User" and "System" together; compiled programs are taken from disk after the first run.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
command -v hyperfine >/dev/null || { echo "startup.sh: hyperfine is not there; install it (apt-get install hyperfine)." >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export KOUBAI_STORE="$folder/runs.sqlite" KOUBAI_CACHE="$folder/cache"
hyperfine --style basic --warmup 1 --runs 7 \
    "$bin/koubai train xor > out.txt 2> err.txt" \
    "$bin/koubai train xor --film none > out.txt 2> err.txt"
hyperfine --style basic --shell none --warmup 3 --runs 25 "$bin/python -c pass" "$bin/koubai --version"
train="import koubai as kb; kb.train('xor'"
hyperfine --style basic --shell none --warmup 2 --runs 15 \
    "$bin/koubai train xor --pictures none --film none" \
    "$bin/python -c \"$train)\"" \
    "$bin/python -c 'import numpy'" \
    "$bin/python -c 'import jax'" \
    "$bin/python -c \"$train, engine='jax')\""
