#!/bin/sh
# The portal's pages: `sh scripts/frontend.sh build` makes frontend/dist, `check` judges the sources. Each does nothing where
# nothing changed since it last passed. FRONTEND_OPTIONAL=1 says so and goes on where Node is missing.
set -eu
cd "$(dirname "$0")/../frontend"

missing() {
    echo "the portal's pages need Node 20.19 or newer, and npm: https://nodejs.org ($1)" >&2
    [ "${FRONTEND_OPTIONAL:-}" = 1 ] || exit 1
    echo "going on without: the gateway serves its API, and /app says how to build the pages" >&2
    exit 0
}

command -v node >/dev/null || missing "there is no node"
command -v npm >/dev/null || missing "there is no npm"
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
    missing "this is $(node --version)"

# sum_of PATHS...: a sum over everything that decides an outcome; what the build itself writes does not.
sum_of() {
    { find "$@" -type f ! -name routeTree.gen.ts | LC_ALL=C sort | xargs cat; node --version; } | cksum | tr ' ' '-'
}

# once NAME SUM COMMAND...: runs it unless it passed with this sum before.
once() {
    stamp=.$1; sum=$2; shift 2
    [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && return 0
    rm -f "$stamp"
    "$@"
    echo "$sum" > "$stamp"
}

sum_of_sources() {
    sum_of package-lock.json package.json index.html vite.config.ts tsconfig.json tsr.config.json src "$@"
}

once installed "$(sum_of package-lock.json package.json)" npm ci --no-audit --no-fund --loglevel=error

case "${1:-build}" in
build)
    [ -f dist/index.html ] || rm -f .built
    once built "$(sum_of_sources)" npm run --silent build
    ;;
check)
    once checked "$(sum_of_sources eslint.config.js knip.json scripts ../docs/reference/openapi.json ../docs/reference/clients.md ../docs/how-to)" npm run --silent check
    # The check builds, too.
    sum_of_sources > .built
    ;;
*)
    echo "usage: sh scripts/frontend.sh build | check" >&2
    exit 2
    ;;
esac
