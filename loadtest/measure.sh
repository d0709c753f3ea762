# What the measuring scripts share; each sources it before anything else. Needs the two jars (mvn -DskipTests package).
# A script sets $out, where raw results go, before it pays. $server is the switch, $port and $iso_port are where it listens.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
java=${JAVA:-java}
daybreak=$root/gateway/target/daybreak.jar
loadtest=$root/loadtest/target/loadtest.jar
work=$(mktemp -d "${TMPDIR:-/var/tmp}/measure.XXXXXX")
server=
others= # processes that end with the script as well
trap 'kill -9 $server $others 2>/dev/null || true; rm -rf "$work"' EXIT

until_line() { # file, text, process
  until grep -q "$2" "$1"; do kill -0 "$3" || { cat "$1" "${1%.out}.err" 2>/dev/null; exit 1; }; read -rt 0.02 <> <(:) || true; done
}
start() { # durability, then more settings; an existing data directory is kept
  : >"$work/switch.out" # or the READY of the one before would be taken for this one's
  begun=$(date +%s%N)
  # shellcheck disable=SC2086
  "$java" ${JAVA_OPTIONS:-} -jar "$daybreak" serve --demo --data "$work/data" --native-port 0 --iso8583-port 0 --iso8583-bcd-port 0 --durability "$1" "${@:2}" \
    >"$work/switch.out" 2>"$work/switch.err" &
  server=$!
  until_line "$work/switch.out" READY $server
  ready_ms=$((($(date +%s%N) - begun) / 1000000))
  iso_port=$(sed -n 's/.*iso8583=[^ ]*:\([0-9]*\) .*/\1/p' "$work/switch.out")
  port=$(sed -n 's/.*native=[^ ]*:\([0-9]*\) .*/\1/p' "$work/switch.out")
}
ready() { sed -n "s/.* $1=\([^ ]*\).*/\1/p" "$work/switch.out"; } # a value of the READY line
stop() { kill "$server"; wait "$server" || true; server=; }
crash() { kill -9 "$server"; wait "$server" 2>/dev/null || true; server=; }
fresh() { rm -rf "$work/data"; start "$@"; }
load() { # name, then a command of the load generator and its options; its secrets are the demo's
  "$java" -jar "$loadtest" "$2" --secret-file "$work/data/demo.secret" "${@:3}" >"$out/$1.txt" 2>&1 || { cat "$out/$1.txt"; exit 1; }
}
pay() { # name, then options of the load generator
  load "$1" run --port "$port" --amount-to 1 --json "$out/$1.json" "${@:2}"
}
pay_iso() { # the same over ISO 8583
  load "$1" run --protocol iso8583 --port "$iso_port" --native-port "$port" --json "$out/$1.json" "${@:2}"
}
cpu_ns() { awk '{s += $1} END {printf "%.0f\n", s}' /proc/$server/task/*/schedstat; } # of all threads that live
value() { sed -n "s/.*\"$2\" *: *\([0-9.]*\).*/\1/p" "$out/$1.json" | head -1; } # name, field
median() { sort -g | awk '{v[NR]=$1} END {print v[int((NR+1)/2)]}'; }
