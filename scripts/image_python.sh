#!/bin/sh
# Makes a virtual environment stand on a Python inside itself, so that it runs where there is nothing but a C library and OpenSSL:
# no shell, no package manager, no compiler. Leaves out what no call ever reads. For the Dockerfile: image_python.sh /app
set -eu
APP=$1
BASE=$("$APP/bin/python" -c 'import sys; print(sys.base_prefix)')
VERSION=$("$APP/bin/python" -c 'import sys; print("python%d.%d" % sys.version_info[:2])')
OWN=$APP/python

mkdir -p "$OWN/bin" "$OWN/lib"
cp -L "$BASE/bin/$VERSION" "$OWN/bin/"
cp -R "$BASE/lib/$VERSION" "$OWN/lib/"
cp -P "$BASE"/lib/libpython*.so* "$OWN/lib/" 2>/dev/null || true
STDLIB=$OWN/lib/$VERSION
for each in site-packages test idlelib tkinter turtledemo ensurepip lib2to3 venv pydoc_data; do rm -rf "${STDLIB:?}/$each"; done
rm -rf "$STDLIB"/config-* "$STDLIB"/lib-dynload/_tkinter* "$STDLIB"/lib-dynload/readline* "$STDLIB"/lib-dynload/_curses* \
    "$STDLIB"/lib-dynload/_dbm* "$STDLIB"/lib-dynload/_gdbm* "$STDLIB"/lib-dynload/nis* "$STDLIB"/lib-dynload/_test*

# The libraries that the standard library stands on, but for those of the final image: they are mended there.
ldd "$OWN/bin/$VERSION" "$STDLIB"/lib-dynload/*.so | awk '$3 ~ /^\// { print $3 }' | sort -u |
    grep -Ev '/(libc|libm|libdl|librt|libpthread|libutil|libgcc_s|libstdc\+\+|libssl|libcrypto|libpython3[.0-9]*)\.so' |
    while read -r library; do cp -L "$library" "$OWN/lib/"; done

rm -f "$APP"/bin/python "$APP"/bin/python3 "$APP/bin/$VERSION"
ln -s "../python/bin/$VERSION" "$APP/bin/python"
ln -s python "$APP/bin/python3"
sed -i "s|^home = .*|home = $OWN/bin|" "$APP/pyvenv.cfg"
find "$APP/bin" -type f ! -name ai-api -delete

# Data of packages, never code: another program's web pages, its API description, and shapes of services nobody here calls.
PACKAGES=$APP/lib/$VERSION/site-packages
rm -rf "$PACKAGES/litellm/proxy/_experimental/out" "$PACKAGES/litellm/proxy/swagger" \
    "$PACKAGES/litellm/proxy/_lazy_openapi_snapshot.json" "$PACKAGES/botocore/data"
find "$PACKAGES" -type d \( -name tests -o -name testing \) -path '*/sqlalchemy/*' -prune -exec rm -rf {} +
# And the compiled form of code that only other doors of its packages load: there it would be read once, if ever.
for each in litellm/proxy botocore boto3 s3transfer hf_xet huggingface_hub pygments; do
    if [ -d "$PACKAGES/$each" ]; then find "$PACKAGES/$each" -name __pycache__ -prune -exec rm -rf {} +; fi
done

LD_LIBRARY_PATH=$OWN/lib "$APP/bin/python" -m compileall -q "$STDLIB"
