#!/usr/bin/env bash
# How it grows: throughput and p99.9 of transfers against what a switch holds and how it is used, and the time of recovery against the length of the journal.
#   loadtest/grow.sh OUT [RUNS] [SERIES ...]         series: accounts connections batch journal hot durability recovery
# A CSV for each series, and a PNG where its first column is a number. Each row is the median of RUNS runs (default 3), made in turn so that the machine's moods
# fall on all points, each against a fresh switch: throughput of a closed loop, then p99.9 of an open loop at RATE from the intended time.
# Other points and times come from the environment, as below. Needs a quiet machine; all of it with three runs takes about an hour and a half.
. "$(dirname "$0")/measure.sh"
results=$1; runs=${2:-3}; shift; [ $# -gt 0 ] && shift
series=${*:-accounts connections batch journal hot durability recovery}
rate=${RATE:-50000}
seconds=${SECONDS_MEASURED:-4}
warm=${SECONDS_WARM:-4}
accounts=${ACCOUNTS:-1000 10000 100000 1000000 10000000}
connections=${CONNECTIONS:-1 10 100 1000}
batch=${BATCH:-1 10 100 1000 8190}
journal=${JOURNAL:-0 1000000 10000000} # transfers in front of the run
hot=${HOT:-0 50 100}                   # percent of the credits
durability=${DURABILITY:-process disk}
recovery=${RECOVERY:-0 1000000 10000000}
in_flight=4096                         # of a closed loop, over all connections
first_account=1000001                  # behind those of the demo
out=$results/raw
mkdir -p "$out"

measure() { # name, then options of both runs
  pay "$1-max" --rate max --duration "${seconds}s" --warmup "${warm}s" "${@:2}"
  # The switch is warm by now; the second of warm-up is the load generator's.
  pay "$1-open" --rate "$rate" --duration "${seconds}s" --warmup 1s "${open[@]}"
}
point() { # series, point, name
  open=(--connections 4)
  case $1 in
    accounts)
      fresh disk --set capacity.accounts=$(($2 + 200000))
      load "$3-grow" grow --port "$port" --from $first_account --accounts "$2" --may-overdraw
      "$java" -jar "$daybreak" admin grant --port "$port" --secret-file "$work/data/demo.secret" --to-participant 2 --kind range --from $first_account \
        --to $((first_account + $2 - 1)) >"$out/$3-grant.txt" 2>&1 || { cat "$out/$3-grant.txt"; exit 1; }
      open+=(--debit-from $first_account --accounts "$2")
      measure "$3" --window $((in_flight / 4)) "${open[@]}" ;;
    connections) # few requests on each: at this rate most of a thousand wait most of the time
      fresh disk --set native.max-connections=$(($2 + 16)) --set native.max-connections-per-participant=$(($2 + 8))
      open=(--connections "$2")
      measure "$3" --window $(((in_flight + $2 - 1) / $2)) "${open[@]}" ;;
    batch) fresh disk; open+=(--batch "$2"); measure "$3" "${open[@]}" ;;
    journal) fresh disk; measure "$3" --window $((in_flight / 4)) --grown "$2" "${open[@]}" ;;
    hot) fresh disk; open+=(--hot-share "$(awk "BEGIN {print $2 / 100}")"); measure "$3" --window $((in_flight / 4)) "${open[@]}" ;;
    durability) fresh "$2"; measure "$3" --window $((in_flight / 4)) "${open[@]}" ;;
    recovery) # by the page cache, which the crash of a process leaves as it is
      fresh disk
      pay "$3-fill" --rate 1000 --grown "$2" --duration 200ms --warmup 0s
      crash
      start disk
      echo "{ \"commands\": $(ready sequence), \"recovery_ms\": $(ready recovery_ms), \"start_ms\": $ready_ms }" >"$out/$3.json" ;;
  esac
  stop
}
middle() { # name without its number, field
  for i in $(seq "$runs"); do value "${1/RUN/$i}" "$2"; done | median
}

for each in $series; do
  points=${!each}
  for i in $(seq "$runs"); do
    for x in $points; do point "$each" "$x" "$each-$x-$i"; done
  done
  if [ "$each" = recovery ]; then
    echo "commands,recovery_ms,start_ms"
    for x in $points; do echo "$(middle "recovery-$x-RUN" commands),$(middle "recovery-$x-RUN" recovery_ms),$(middle "recovery-$x-RUN" start_ms)"; done
  else
    case $each in hot) echo "hot_percent,throughput_per_s,p999_us" ;; journal) echo "transfers_before,throughput_per_s,p999_us" ;; *) echo "$each,throughput_per_s,p999_us" ;; esac
    for x in $points; do echo "$x,$(middle "$each-$x-RUN-max" throughput_per_s),$(middle "$each-$x-RUN-open" p999)"; done
  fi >"$results/$each.csv"
  echo "$each:"; cat "$results/$each.csv"
  case $each in
    accounts | connections | batch) "$java" -jar "$loadtest" report series "$results/$each.csv" --x log ;;
    journal | hot | recovery) "$java" -jar "$loadtest" report series "$results/$each.csv" --x linear ;;
  esac
done
