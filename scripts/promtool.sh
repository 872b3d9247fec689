#!/bin/sh
# Prints the path of promtool, which tests run: the one on PATH, else Debian's, unpacked into .cache and never installed.
set -eu
cd "$(dirname "$0")/.."
FOLDER=$PWD/.cache/promtool

fail() { echo "promtool: $*" >&2; exit 1; }

download() { apt-get download -qq prometheus >/dev/null 2>&1; }

if command -v promtool; then exit 0; fi
if [ ! -x "$FOLDER/promtool" ]; then
    for program in apt-get dpkg-deb; do
        command -v "$program" >/dev/null || fail "not found, and no $program to fetch it: https://prometheus.io/download/"
    done
    rm -rf "$FOLDER.new"
    mkdir -p "$FOLDER.new"
    cd "$FOLDER.new"
    # apt checks what it fetches against its signed lists; a bare container has none yet.
    if ! download && [ "$(id -u)" -eq 0 ]; then
        apt-get update -qq >&2
        download || true
    fi
    [ -n "$(ls)" ] || fail "apt-get could not download the package prometheus"
    dpkg-deb --fsys-tarfile prometheus_*.deb | tar -xf - ./usr/bin/promtool
    mv usr/bin/promtool .
    rm -rf usr prometheus_*.deb
    cd - >/dev/null
    rm -rf "$FOLDER"
    mv "$FOLDER.new" "$FOLDER"
fi
echo "$FOLDER/promtool"
