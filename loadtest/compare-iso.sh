#!/usr/bin/env bash
# Two builds of the switch in turn over ISO 8583: four seconds at saturation, then six at 90,000 a second from the intended time.
#   loadtest/compare-iso.sh BEFORE.jar AFTER.jar OUT [PAIRS]
# The load generator is that of this tree in both. Needs a quiet machine; a pair takes about 45 seconds.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
out=$3; pairs=${4:-4}
java=${JAVA:-java}
work=$(mktemp -d "${TMPDIR:-/var/tmp}/compare.XXXXXX")
mkdir -p "$out"
server=
trap 'kill -9 $server 2>/dev/null || true; rm -rf "$work"' EXIT

pay() { # name, then options of the load generator
  "$java" -jar "$root/loadtest/target/loadtest.jar" run --protocol iso8583 --port "$iso_port" --native-port "$port" --connections 8 \
    --secret-file "$work/data/demo.secret" --json "$out/$1.json" "${@:2}" >"$out/$1.txt" 2>&1 || { cat "$out/$1.txt"; exit 1; }
}
cpu_ns() { awk '{s += $1} END {printf "%.0f\n", s}' /proc/$server/task/*/schedstat; } # of all threads that live
one() { # name, jar
  rm -rf "$work/data"; : >"$work/out"
  "$java" -jar "$2" serve --demo --data "$work/data" --native-port 0 --iso8583-port 0 --iso8583-bcd-port 0 --durability disk >"$work/out" 2>"$work/err" &
  server=$!
  until grep -q READY "$work/out"; do kill -0 $server || { cat "$work/err"; exit 1; }; read -rt 0.02 <> <(:) || true; done
  iso_port=$(sed -n 's/.*iso8583=[^ ]*:\([0-9]*\) .*/\1/p' "$work/out")
  port=$(sed -n 's/.*native=[^ ]*:\([0-9]*\) .*/\1/p' "$work/out")
  pay "$1-warm" --rate max --window 64 --duration 4s --warmup 0s
  local before; before=$(cpu_ns); pay "$1-saturation" --rate max --window 64 --duration 4s --warmup 0s
  local ns=$((($(cpu_ns) - before) / $(sed -n 's/.*"accepted" *: *\([0-9]*\).*/\1/p' "$out/$1-saturation.json" | head -1)))
  pay "$1-open" --rate 90000 --duration 6s --warmup 3s
  echo "$1: $(grep throughput "$out/$1-saturation.txt"), switch $ns ns a payment; open $(grep 'latency us' "$out/$1-open.txt")" | tee -a "$out/summary.txt"
  kill "$server"; wait "$server" || true
}

for i in $(seq "$pairs"); do one "before-$i" "$1"; one "after-$i" "$2"; done
