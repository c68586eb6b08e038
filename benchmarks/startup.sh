#!/bin/sh
# From the start of a process to its end, by hyperfine: the founding example, and what --version costs above Python alone.
set -eu
cd "$(dirname "$0")/.."
bin=$PWD/.venv/bin
command -v hyperfine >/dev/null || { echo "startup.sh: hyperfine is not there; install it (apt-get install hyperfine)." >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export KOUBAI_STORE="$folder/runs.sqlite"
hyperfine --style basic --warmup 1 --runs 7 \
    "$bin/koubai train xor > out.txt 2> err.txt" \
    "$bin/koubai train xor --film none > out.txt 2> err.txt"
hyperfine --style basic --shell none --warmup 3 --runs 25 "$bin/python -c pass" "$bin/koubai --version"
