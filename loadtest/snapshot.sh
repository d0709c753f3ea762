#!/usr/bin/env bash
# Payments while a snapshot of ten million accounts is made beside them: percentiles before, while the maker works, and after.
#   loadtest/snapshot.sh OUT [RATE] [ACCOUNTS]
# MAKER holds what the maker's process is started with; default: as the switch starts it.
. "$(dirname "$0")/measure.sh"
out=$1; rate=${2:-50000}; accounts=${3:-10000000}
maker=${MAKER-chrt -i 0 ionice -c 3 nice -n 19}
before=${BEFORE:-20}
mkdir -p "$out"

fresh disk --set capacity.accounts=$((accounts + 100000))
load grow grow --port "$port" --accounts "$accounts" --batch 1000 --in-flight 8
# The one before: what is measured continues it, as each one does after the first.
"$java" -XX:+UseSerialGC -jar "$daybreak" snapshot --data "$work/data" --set snapshot.write-rate=0 >"$out/first.txt" 2>&1
pay_for() { # seconds, then options
  "$java" -jar "$loadtest" run --port "$port" --secret-file "$work/data/demo.secret" --amount-to 1 --rate "$rate" \
    --connections 4 --duration "$1s" --warmup 4s "${@:2}"
}
measure() {
  pay_for "${SECONDS_OF_LOAD:-75}" --hlog "$out/load.hlog" --json "$out/load.json" >"$out/load.txt" 2>&1 &
  others=$!
  sleep $((before + 5))
  local begun ended zero
  begun=$(date +%s%3N)
  # shellcheck disable=SC2086
  $maker "$java" -XX:+UseSerialGC -jar "$daybreak" snapshot --gently --data "$work/data" ${SNAPSHOT_SET:-} >"$out/maker.txt" 2>&1
  ended=$(date +%s%3N)
  cat "$out/maker.txt"
  wait $others || true
  others=
  zero=$(sed -n 's/^#\[StartTime: \([0-9]*\)\.\([0-9]\{3\}\).*/\1\2/p' "$out/load.hlog" | head -1)
  echo "maker worked $((ended - begun)) ms, from second $(((begun - zero) / 1000)) of the load on"
  local from=$(((begun - zero) / 1000)) to=$(((ended - zero) / 1000))
  tell before 1 $from; tell while $from $((to + 1)); tell after $((to + 2)) 9999
}
tell() { # name, from and to second of the load
  printf '%-7s ' "$1"
  "$java" -cp "$loadtest" org.HdrHistogram.HistogramLogProcessor -i "$out/load.hlog" -start "$2" -end "$3" -outputValueUnitRatio 1000 2>/dev/null \
    | awk '$1 !~ /^[0-9.]+$/ && !/Max/ {next} $2 >= 0.5 && !a {a = $1} $2 >= 0.99 && !b {b = $1} $2 >= 0.999 && !c {c = $1} /Max/ {gsub(",", ""); m = $3; n = $NF} END {print "p50 " a " p99 " b " p99.9 " c " max " m " of " n}'
}
measure | tee "$out/summary.txt"
