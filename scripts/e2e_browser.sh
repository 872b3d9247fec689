#!/bin/sh
# A Chromium for the suites that open the portal as people do. The system's own: nothing is downloaded from anywhere else.
set -eu

say() { echo "e2e browser: $*" >&2; }

has_browser() {
    for name in chromium chromium-browser google-chrome-stable google-chrome; do
        if command -v "$name" >/dev/null 2>&1; then return 0; fi
    done
    return 1
}

if has_browser; then exit 0; fi
# Only a bare Debian container lacks it, and there we are root.
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    say "Chromium or Chrome is needed on PATH; on Debian: sudo apt install chromium"
    exit 1
fi
say "installing chromium"
apt-get update -qq
# Without a font of its own for Chinese, a page in that language would be measured in empty boxes.
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null
has_browser || { say "Chromium was installed and is not on PATH"; exit 1; }
