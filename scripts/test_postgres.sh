#!/usr/bin/env bash
# Runs the tests of the store, and the main job, on a PostgreSQL server of its own, in a folder
# that is thrown away. Needs PostgreSQL's programs (Debian: apt install postgresql).
set -euo pipefail
python=${1:?usage: scripts/test_postgres.sh PYTHON}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1 || true)
[ -n "$bin" ] || bin=$(dirname "$(command -v initdb || true)")
if [ ! -x "$bin/initdb" ]; then
    echo "PostgreSQL is not installed: apt install postgresql (Debian), then run this again." >&2
    exit 2
fi
"$python" -c "import psycopg" 2>/dev/null || "$python" -m pip install --quiet "psycopg[binary]>=3.2,<4"

folder=$(mktemp -d)
as() { if [ "$(id -u)" = 0 ]; then su postgres -c "$1"; else bash -c "$1"; fi; }
[ "$(id -u)" = 0 ] && chown postgres "$folder"
stop() { as "$bin/pg_ctl -D $folder/data -m immediate stop" >/dev/null || true; rm -rf "$folder"; }
trap stop EXIT
port=$("$python" -c "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])")
as "$bin/initdb -D $folder/data -U palate -A trust -E UTF8 --locale=C.UTF-8" >/dev/null
as "$bin/pg_ctl -w -D $folder/data -l $folder/log -o '-p $port -k $folder -c listen_addresses=127.0.0.1' start" >/dev/null
# A database that sorts as people do: what relies on the order of bytes fails on it.
as "$bin/psql -q -h 127.0.0.1 -p $port -U palate postgres -c \"create database shop template template0 locale_provider icu icu_locale 'en-US' locale 'C.UTF-8'\""

url=postgresql://palate@127.0.0.1:$port/shop
PALATE_TEST_POSTGRES=$url "$python" -m pytest "${@:2}" tests/retrieval tests/workspace -k postgres
