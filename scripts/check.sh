#!/bin/sh
# The static checks, in order; the first that fails is named and ends the run.
set -eu
cd "$(dirname "$0")/.."
BIN=.venv/bin

# step NAME COMMAND...
step() {
    name=$1; shift
    echo "==> $name: $*"
    began=$(date +%s)
    "$@" || { echo "check failed at: $name" >&2; exit 1; }
    echo "    $name: ok, $(( $(date +%s) - began )) s"
}

step "lint" $BIN/ruff check --quiet .
step "format" $BIN/ruff format --check --quiet .
step "shell scripts" $BIN/python -m scripts.shell_scripts
step "types" $BIN/mypy src scripts
step "import rules" $BIN/lint-imports --config importlinter.toml --no-logo
step "dead code" $BIN/python -m scripts.dead_code
step "api description" $BIN/python -m scripts.openapi --check
step "migrations" $BIN/python -m scripts.check_migrations
step "portal pages" sh scripts/frontend.sh check
step "architecture" $BIN/pytest -q tests/architecture
echo "check: all steps passed"
