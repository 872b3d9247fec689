#!/bin/sh
# Locks anew what has been out for at least DAYS (7): whoever poisons a release is usually found out within days. Changes uv.lock and
# pyproject.toml, and lists what changed; whether to keep it is somebody's decision after `make check test chart`.
set -eu
cd "$(dirname "$0")/.."
DAYS=${DAYS:-7}
UNTIL=$(.venv/bin/python -c "import datetime as d; print((d.datetime.now(d.UTC) - d.timedelta(days=$DAYS)).strftime('%Y-%m-%dT00:00:00Z'))")
UV=.uv/bin/uv
if [ ! -x "$UV" ]; then UV=uv; fi

sed "s/^exclude-newer = .*/exclude-newer = \"$UNTIL\"/" pyproject.toml > pyproject.toml.new
mv pyproject.toml.new pyproject.toml
"$UV" lock --upgrade
sed 's/, size = [0-9]*, upload/, upload/' uv.lock > uv.lock.new
mv uv.lock.new uv.lock
git --no-pager diff --stat -- uv.lock pyproject.toml
