#!/bin/sh
# The command lines of real clients that `make e2e` runs, as tests/e2e/clients/package-lock.json names them.
set -eu
cd "$(dirname "$0")/.."
FOLDER=tests/e2e/clients
STAMP=$FOLDER/node_modules/.installed
NODE_MIN=20

say() { echo "e2e clients: $*" >&2; }

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'; }

has_node() { major=$(node_major); [ -n "$major" ] && [ "$major" -ge "$NODE_MIN" ] && command -v npm >/dev/null 2>&1; }

# Only a bare Debian container lacks it, and there we are root.
install_node() {
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        say "Node $NODE_MIN or newer with npm is needed: https://nodejs.org"
        exit 1
    fi
    say "installing nodejs and npm"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends nodejs npm >/dev/null
    has_node || { say "Node $NODE_MIN or newer is needed, this system offers ${major:-none}: https://nodejs.org"; exit 1; }
}

if [ -f "$STAMP" ] && cmp -s "$FOLDER/package-lock.json" "$STAMP"; then exit 0; fi
has_node || install_node
say "installing what $FOLDER/package-lock.json names"
# No scripts of packages are run: the clients work without.
npm ci --prefix "$FOLDER" --ignore-scripts --no-audit --no-fund --loglevel=error >&2
cp "$FOLDER/package-lock.json" "$STAMP"
