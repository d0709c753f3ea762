#!/usr/bin/env bash
# Two builds of the switch in turn over ISO 8583: four seconds at saturation, then six at 90,000 a second from the intended time.
#   loadtest/compare-iso.sh BEFORE.jar AFTER.jar OUT [PAIRS]
# The load generator is that of this tree in both. Needs a quiet machine; a pair takes about 45 seconds.
. "$(dirname "$0")/measure.sh"
out=$3; pairs=${4:-4}
mkdir -p "$out"

one() { # name, jar
  daybreak=$2
  fresh disk
  pay_iso "$1-warm" --connections 8 --rate max --window 64 --duration 4s --warmup 0s
  local before; before=$(cpu_ns); pay_iso "$1-saturation" --connections 8 --rate max --window 64 --duration 4s --warmup 0s
  local ns=$((($(cpu_ns) - before) / $(value "$1-saturation" accepted)))
  pay_iso "$1-open" --connections 8 --rate 90000 --duration 6s --warmup 3s
  echo "$1: $(grep throughput "$out/$1-saturation.txt"), switch $ns ns a payment; open $(grep 'latency us' "$out/$1-open.txt")" | tee -a "$out/summary.txt"
  stop
}

for i in $(seq "$pairs"); do one "before-$i" "$1"; one "after-$i" "$2"; done
