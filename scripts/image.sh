#!/bin/sh
# Builds the image on bases pinned by their digests, with a bill of materials and where it came from (SLSA) inside the index.
#
#   IMAGE=registry.example.com/ai-api VERSION=0.1.0 sh scripts/image.sh          for this machine, into its Docker
#   PUSH=1 PLATFORMS=linux/amd64,linux/arm64 IMAGE=… VERSION=… sh scripts/image.sh
#
# build/image.digest says what was made, when it was pushed.
set -eu
cd "$(dirname "$0")/.."
IMAGE=${IMAGE:-ai-api}
VERSION=${VERSION:-dev}
mkdir -p build

bases=$(sh scripts/image_bases.sh)
set -- --tag "$IMAGE:$VERSION" --metadata-file build/image.json --label "org.opencontainers.image.version=$VERSION"
# shellcheck disable=SC2086  # lines of two words each
set -- "$@" $bases
if [ "${PUSH:-}" = 1 ]; then
    set -- "$@" --platform "${PLATFORMS:-linux/amd64,linux/arm64}" --sbom=true --provenance=mode=max --push
else
    set -- "$@" --load
fi
docker buildx build "$@" .
sed -n 's/.*"containerimage.digest": *"\(sha256:[0-9a-f]*\)".*/\1/p' build/image.json > build/image.digest
echo "image: $IMAGE:$VERSION $(cat build/image.digest)" >&2
