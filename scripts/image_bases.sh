#!/bin/sh
# For each base of the Dockerfile `--build-arg NAME=IMAGE@sha256:…`, a line each: the digest that the name stands for now. What was
# found goes to standard error as well, to be kept beside the image. Asks the registries, by Docker's buildx.
set -eu
cd "$(dirname "$0")/.."

sed -n 's/^ARG \([A-Z]*\)=\(.*\)$/\1 \2/p' Dockerfile | while read -r name image; do
    digest=$(docker buildx imagetools inspect "$image" --format '{{.Manifest.Digest}}')
    case $digest in
        sha256:????????????????????????????????????????????????????????????????) ;;
        *) echo "image bases: $image has no digest: '$digest'" >&2; exit 1 ;;
    esac
    echo "image bases: $image@$digest" >&2
    echo "--build-arg $name=$image@$digest"
done
