#!/usr/bin/env bash
# Runs the tests: everything on SQLite; what depends on the database also on PostgreSQL and MariaDB; "check" runs everything on PostgreSQL too.
# A server or browser is used when at hand, installed by the system's package manager when possible (root, Debian), else skipped with a line that says so.
# PARVIS_TEST_REQUIRE=postgresql,mariadb,chromium turns such a skip into a failure.
set -uo pipefail
cd "$(dirname "$0")/.."
mode="${1:-test}"; bin=.venv/bin; require=",${PARVIS_TEST_REQUIRE:-},"
work="$(mktemp -d /tmp/parvis-servers.XXXXXX)"; chmod 755 "$work"; status=0
servers=""
cleanup() { [ -n "$servers" ] && wait "$servers" 2>/dev/null; [ -f "$work/pg/postmaster.pid" ] && kill "$(head -1 "$work/pg/postmaster.pid")" 2>/dev/null; [ -f "$work/maria.pid" ] && kill "$(cat "$work/maria.pid")" 2>/dev/null; sleep 1; rm -rf "$work"; }
trap cleanup EXIT
say() { printf '%s\n' "$*"; }
skip() { if [[ "$require" == *",$1,"* ]]; then say "REQUIRED but missing: $1 ($2)"; status=1; else say "skipped: $1 ($2)"; fi; }
apt_install() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
  say "· installing $*"; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1 || { apt-get update -qq >/dev/null 2>&1; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$@" >/dev/null 2>&1; }; }
as_user() { local user="$1"; shift; if [ "$(id -u)" = 0 ]; then runuser -u "$user" -- "$@"; else "$@"; fi; }

# Chromium ---------------------------------------------------------------------------------------------------------------
# The shell without windows does the same with a quarter less work.
if [ -z "${PARVIS_CHROMIUM:-}" ]; then
  command -v chromium-headless-shell >/dev/null || apt_install chromium-headless-shell || command -v chromium >/dev/null || command -v google-chrome >/dev/null || apt_install chromium || true
  PARVIS_CHROMIUM="$(command -v chromium-headless-shell || command -v chromium || command -v google-chrome || true)"
fi
export PARVIS_CHROMIUM
[ -n "$PARVIS_CHROMIUM" ] || skip chromium "no chromium on the PATH; journeys in the browser are not run"

# PostgreSQL -------------------------------------------------------------------------------------------------------------
start_postgresql() {
  local pg="${PARVIS_TEST_POSTGRESQL:-}" initdb port
  if [ -z "$pg" ]; then
    initdb="$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1)"
    [ -n "$initdb" ] || { apt_install postgresql; initdb="$(ls /usr/lib/postgresql/*/bin/initdb 2>/dev/null | tail -1)"; }
    if [ -n "$initdb" ]; then
      mkdir -p "$work/pg" "$work/pgs"; [ "$(id -u)" = 0 ] && chown postgres "$work/pg" "$work/pgs"
      port=$((20000 + RANDOM % 20000))
      if as_user postgres "$initdb" -D "$work/pg" -U parvis --auth=trust -E UTF8 --locale=C.UTF-8 >/dev/null 2>&1 &&
         as_user postgres "$(dirname "$initdb")/pg_ctl" -D "$work/pg" -w -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$work/pgs -c fsync=off -c full_page_writes=off -c synchronous_commit=off" -l "$work/pgs/log" start >/dev/null 2>&1
      then pg="postgresql://parvis@127.0.0.1:$port/postgres"; fi
    fi
  fi
  printf %s "$pg" >"$work/postgresql"
}

# MariaDB ----------------------------------------------------------------------------------------------------------------
start_mariadb() {
  local maria="${PARVIS_TEST_MARIADB:-}" server owner port
  if [ -z "$maria" ]; then
    server="$(command -v mariadbd || ls /usr/sbin/mariadbd 2>/dev/null || true)"
    [ -n "$server" ] || { apt_install mariadb-server; server="$(command -v mariadbd || ls /usr/sbin/mariadbd 2>/dev/null || true)"; }
    if [ -n "$server" ] && ! "$bin/python" -c 'import MySQLdb' 2>/dev/null; then
      apt_install libmariadb-dev pkg-config gcc python3-dev || true
      "$bin/python" -m pip install --quiet 'mysqlclient~=2.2' >/dev/null 2>&1 || true
    fi
    if [ -n "$server" ] && "$bin/python" -c 'import MySQLdb' 2>/dev/null; then
      mkdir -p "$work/maria"; owner="$(id -un)"; [ "$(id -u)" = 0 ] && { owner=mysql; chown mysql "$work/maria"; chmod 777 "$work"; }
      port=$((20000 + RANDOM % 20000))
      mariadb-install-db --user="$owner" --datadir="$work/maria" --auth-root-authentication-method=normal >/dev/null 2>&1
      as_user "$owner" "$server" --no-defaults --datadir="$work/maria" --socket="$work/maria.sock" --pid-file="$work/maria.pid" --port="$port" --bind-address=127.0.0.1 \
        --innodb-flush-log-at-trx-commit=0 --character-set-server=utf8mb4 --collation-server=utf8mb4_bin >"$work/maria.log" 2>&1 &
      for _ in $(seq 60); do mariadb -u root --socket="$work/maria.sock" -e "CREATE USER IF NOT EXISTS parvis@localhost IDENTIFIED BY ''; GRANT ALL ON *.* TO parvis@localhost" >/dev/null 2>&1 && break; sleep 0.5; done
      mariadb -u parvis --socket="$work/maria.sock" -e 'SELECT 1' >/dev/null 2>&1 && maria="mysql://parvis@localhost/parvis?socket=$work/maria.sock"
    fi
  fi
  printf %s "$maria" >"$work/mariadb"
}

# The files that name the mark: the others need not be read for it (tests/support/plugin.py fails on a test marked in another way).
mapfile -t marked < <(grep -rlE --include='test_*.py' 'mark\.db\b' tests | sort)

# Two processes where two cores are; a file stays in one process, since its tests share a prepared world. In our own order (the plugin’s): sorted
# by the number of tests, the long files of few tests would come last and leave a core idle.
jobs="${PARVIS_TEST_JOBS:-$(nproc 2>/dev/null || echo 1)}"; [ "$jobs" -gt 4 ] && jobs=4
took=()
run() { # run LABEL DATABASE_URL PROCESSES PYTEST-ARGS…
  local label="$1" url="$2" processes="$3" began=$SECONDS parallel=(); shift 3
  [ "$processes" -gt 1 ] && parallel=(-n "$processes" --dist loadfile --no-loadscope-reorder)
  PARVIS_TEST_DATABASE_URL="$url" "$bin/pytest" "${parallel[@]}" "$@"; local code=$?
  say "$label: $((SECONDS - began)) s"
  [ $code = 0 ] || say "FAILED: $label (pytest exit $code)"
  return $code
}
part() { say; say "== $1"; local began=$SECONDS; run "$@" || status=1; took+=("$((SECONDS - began)) s  $1"); }

# The servers start while the tests on SQLite begin; one after the other, since both may install packages. Where there are two cores the tests on
# both engines run beside those on SQLite, which often wait for the browser.
beside=""; [ "$mode" != check ] && [ "$jobs" -gt 1 ] && beside=yes
{
  start_postgresql; start_mariadb
  if [ -n "$beside" ]; then
    for engine in postgresql mariadb; do
      url="$(cat "$work/$engine")"
      [ -z "$url" ] || { run "what depends on the database, on $engine" "$url" 1 -m db "${marked[@]}" >"$work/$engine.log" 2>&1; echo $? >"$work/$engine.code"; }
    done
  fi
} &
servers=$!

part "everything on SQLite" "" "$jobs" ${PARVIS_PYTEST_ARGS:-}
wait "$servers"
pg="$(cat "$work/postgresql" 2>/dev/null)"; maria="$(cat "$work/mariadb" 2>/dev/null)"
if [ -n "$beside" ]; then
  for engine in postgresql mariadb; do
    [ -f "$work/$engine.log" ] || continue
    say; say "== what depends on the database, on $engine (beside SQLite)"; cat "$work/$engine.log"
    took+=("$(tail -5 "$work/$engine.log" | sed -n 's/.*: \([0-9]* s\)$/\1/p')  what depends on the database, on $engine, beside SQLite")
    [ "$(cat "$work/$engine.code" 2>/dev/null)" = 0 ] || status=1
  done
elif [ "$mode" = check ]; then
  # Each use of a kept statement is compared there, not only the first of each file.
  [ -n "$pg" ] && PARVIS_VERIFY=all part "everything on PostgreSQL" "$pg" "$jobs" -m "not browser"
  [ -n "$maria" ] && part "what depends on the database, on MariaDB" "$maria" "$jobs" -m db "${marked[@]}"
else
  [ -n "$pg" ] && part "what depends on the database, on PostgreSQL" "$pg" "$jobs" -m db "${marked[@]}"
  [ -n "$maria" ] && part "what depends on the database, on MariaDB" "$maria" "$jobs" -m db "${marked[@]}"
fi
[ -n "$pg" ] || skip postgresql "no server programs found"
[ -n "$maria" ] || skip mariadb "no server programs or no client library"
say; say "How long each part took:"; for line in "${took[@]}"; do say "  $line"; done; say "  $SECONDS s  in all"
say; [ $status = 0 ] && say "All passed." || say "Something failed; see above."
exit $status
