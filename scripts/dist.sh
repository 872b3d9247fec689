#!/bin/sh
# What a release consists of besides the image, into dist: the wheel with the portal's pages, and the chart. TAG, where it is given,
# has to be the version that stands in pyproject.toml and in the chart.
set -eu
cd "$(dirname "$0")/.."
VERSION=$(sed -n 's/^version = "\(.*\)"$/\1/p' pyproject.toml)
CHART=deploy/helm/ai-api

fail() { echo "dist: $*" >&2; exit 1; }
[ -z "${TAG:-}" ] || [ "$TAG" = "v$VERSION" ] || fail "the tag is $TAG, and pyproject.toml says $VERSION"
grep -qx "version: $VERSION" "$CHART/Chart.yaml" || fail "the chart has another version than $VERSION"
grep -qx "appVersion: $VERSION" "$CHART/Chart.yaml" || fail "the chart is for another version than $VERSION"

UV=.uv/bin/uv
if [ ! -x "$UV" ]; then UV=uv; fi
rm -rf dist
mkdir dist
"$UV" build --quiet --wheel --out-dir dist
sh scripts/chart_tools.sh
"${HELM4:-.cache/chart-tools/helm4}" package "$CHART" --destination dist
(cd dist && sha256sum -- *.whl *.tgz > SHA256SUMS)
ls -l dist >&2
