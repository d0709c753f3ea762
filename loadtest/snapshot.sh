#!/usr/bin/env bash
# Payments while a snapshot of ten million accounts is made beside them: percentiles before, while the maker works, and after.
#   loadtest/snapshot.sh OUT [RATE] [ACCOUNTS]
# MAKER holds what the maker's process is started with; default: as the switch starts it. Needs the two jars (mvn -DskipTests package).
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$1; rate=${2:-50000}; accounts=${3:-10000000}
java=${JAVA:-java}
maker=${MAKER-chrt -i 0 ionice -c 3 nice -n 19}
before=${BEFORE:-20}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/snapshot.XXXXXX")
mkdir -p "$out"
server=; load=
trap 'kill -9 $server $load 2>/dev/null || true; rm -rf "$work"' EXIT

"$java" -jar "$root/gateway/target/daybreak.jar" serve --demo --data "$work/data" --native-port 0 --iso8583-port 0 --iso8583-bcd-port 0 \
  --set capacity.accounts=$((accounts + 100000)) >"$work/out" 2>"$work/err" &
server=$!
until grep -q READY "$work/out"; do kill -0 $server || { cat "$work/err"; exit 1; }; read -rt 0.02 <> <(:) || true; done
port=$(sed -n 's/.*native=[^ ]*:\([0-9]*\) .*/\1/p' "$work/out")
"$java" -jar "$root/loadtest/target/loadtest.jar" grow --port "$port" --secret-file "$work/data/demo.secret" --accounts "$accounts" --batch 1000 \
  --in-flight 8 >"$out/grow.txt" 2>&1 || { cat "$out/grow.txt"; exit 1; }
# The one before: what is measured continues it, as each one does after the first.
"$java" -XX:+UseSerialGC -jar "$root/gateway/target/daybreak.jar" snapshot --data "$work/data" --set snapshot.write-rate=0 >"$out/first.txt" 2>&1
pay() { # seconds, then options
  "$java" -jar "$root/loadtest/target/loadtest.jar" run --port "$port" --secret-file "$work/data/demo.secret" --amount-to 1 --rate "$rate" \
    --connections 4 --duration "$1s" --warmup 4s "${@:2}"
}
measure() {
  pay "${SECONDS_OF_LOAD:-75}" --hlog "$out/load.hlog" --json "$out/load.json" >"$out/load.txt" 2>&1 &
  load=$!
  sleep $((before + 5))
  local begun ended zero
  begun=$(date +%s%3N)
  # shellcheck disable=SC2086
  $maker "$java" -XX:+UseSerialGC -jar "$root/gateway/target/daybreak.jar" snapshot --gently --data "$work/data" ${SNAPSHOT_SET:-} >"$out/maker.txt" 2>&1
  ended=$(date +%s%3N)
  cat "$out/maker.txt"
  wait $load || true
  load=
  zero=$(sed -n 's/^#\[StartTime: \([0-9]*\)\.\([0-9]\{3\}\).*/\1\2/p' "$out/load.hlog" | head -1)
  echo "maker worked $((ended - begun)) ms, from second $(((begun - zero) / 1000)) of the load on"
  local from=$(((begun - zero) / 1000)) to=$(((ended - zero) / 1000))
  tell before 1 $from; tell while $from $((to + 1)); tell after $((to + 2)) 9999
}
tell() { # name, from and to second of the load
  printf '%-7s ' "$1"
  "$java" -cp "$root/loadtest/target/loadtest.jar" org.HdrHistogram.HistogramLogProcessor -i "$out/load.hlog" -start "$2" -end "$3" -outputValueUnitRatio 1000 2>/dev/null \
    | awk '$1 !~ /^[0-9.]+$/ && !/Max/ {next} $2 >= 0.5 && !a {a = $1} $2 >= 0.99 && !b {b = $1} $2 >= 0.999 && !c {c = $1} /Max/ {gsub(",", ""); m = $3; n = $NF} END {print "p50 " a " p99 " b " p99.9 " c " max " m " of " n}'
}
measure | tee "$out/summary.txt"
