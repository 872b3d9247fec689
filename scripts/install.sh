#!/bin/sh
# Puts everything the lock file names into .venv, and touches nothing outside the checkout.
#
# uv does the work. The one on PATH is taken when it is at least as new as the pinned one; otherwise the pinned one is
# put into .uv, beside the project: the system's Python may be managed by the distribution and must stay as it is.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-python3}
REQUIREMENTS=scripts/uv-requirements.txt
PIN=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' "$REQUIREMENTS")

say() { echo "install: $*" >&2; }
fail() { say "$*"; exit 1; }

# version_of UV prints "0.13.8", or nothing when the program does not run.
version_of() { "$1" --version 2>/dev/null | sed -n 's/^uv \([0-9][0-9.]*\).*/\1/p'; }

# at_least VERSION MINIMUM compares three numbers; `sort -V` is missing on older macOS.
at_least() {
    awk -v have="$1" -v want="$2" 'BEGIN {
        split(have, h, "."); split(want, w, ".")
        for (i = 1; i <= 3; i++) { if (h[i] + 0 > w[i] + 0) exit 0; if (h[i] + 0 < w[i] + 0) exit 1 }
        exit 0 }'
}

# The fallback of the fallback: no venv module, but some pip. `--target` never touches the system's own packages.
into_folder() {
    "$PYTHON" -m pip --version >/dev/null 2>&1 || fail "Python cannot make a virtual environment here and has no pip." \
        "On Debian or Ubuntu: sudo apt install python3-venv. Or install uv $PIN yourself: https://docs.astral.sh/uv/"
    say "python3-venv is missing; putting uv $PIN into .uv with pip --target instead"
    rm -rf .uv
    "$PYTHON" -m pip install --quiet --disable-pip-version-check \
        --require-hashes --only-binary :all: --target .uv -r "$REQUIREMENTS" >&2
}

bootstrap_uv() {
    # A personal pip setting for the system's Python must not decide about ours.
    export PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0
    command -v "$PYTHON" >/dev/null 2>&1 || fail "$PYTHON was not found. Python 3.11 or newer is needed."
    say "putting uv $PIN into .uv"
    rm -rf .uv
    if "$PYTHON" -m venv .uv >/dev/null 2>&1; then
        .uv/bin/python -m pip install --quiet --disable-pip-version-check \
            --require-hashes --only-binary :all: -r "$REQUIREMENTS" >&2
    else
        into_folder
    fi
    [ "$(version_of .uv/bin/uv)" = "$PIN" ] || fail "uv was installed into .uv but does not run; see the lines above."
}

find_uv() {
    on_path=$(command -v uv 2>/dev/null || true)
    if [ -n "$on_path" ]; then
        version=$(version_of "$on_path")
        if [ -n "$version" ] && at_least "$version" "$PIN"; then UV=$on_path; return; fi
        say "uv on PATH is ${version:-unusable}, older than $PIN; using our own"
    fi
    [ "$(version_of .uv/bin/uv)" = "$PIN" ] || bootstrap_uv
    UV=.uv/bin/uv
}

find_uv
# An activated environment of somebody else's must not be the one that is changed.
unset VIRTUAL_ENV || true
export UV_PROJECT_ENVIRONMENT=.venv
say "installing what uv.lock names into .venv"
"$UV" sync --locked --all-extras --quiet || fail "uv could not install the locked packages; see the lines above."
touch .venv/.installed
