#!/usr/bin/env bash
# Measures what docs/benchmarks.md tells of a second node: mode `standby` against `disk` in turn.
#   loadtest/bench-standby.sh OUT [RUNS] [ROW ...]         rows: throughput steady
# Both nodes and the load generator share the machine. Needs a quiet machine.
. "$(dirname "$0")/measure.sh"
out=$1; runs=${2:-5}; shift; [ $# -gt 0 ] && shift
rows=${*:-throughput steady}
seconds=${SECONDS_MEASURED:-6}
warm=${SECONDS_WARM:-5}
mkdir -p "$out"
first=
second=

serve() { # name, data, further options; sets $pid and $port
  "$java" ${JAVA_OPTIONS:-} -jar "$daybreak" serve --data "$2" --native-port 0 "${@:3}" >"$work/$1.out" 2>"$work/$1.err" &
  pid=$!; others="$others $pid"
  until_line "$work/$1.out" READY $pid
  port=$(sed -n 's/.*native=[^ ]*:\([0-9]*\) .*/\1/p' "$work/$1.out")
}
admin() { "$java" -jar "$daybreak" admin "$@" --port "$first_port" --secret-file "$work/a/demo.secret" >"$work/admin.out" 2>&1 || { cat "$work/admin.out"; exit 1; }; }
alone() { # further options
  rm -rf "$work/a" "$work/b"
  serve first "$work/a" --demo --iso8583-port 0 --iso8583-bcd-port 0 --durability disk "$@"
  first=$pid; first_port=$port
}
two() { # further options of both
  rm -rf "$work/a" "$work/b" "$work/first.err" "$work/secrets" "$work/all-secrets"
  (umask 077; for n in NODE1 NODE2; do echo "$n=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"; done >"$work/secrets")
  serve first "$work/a" --demo --iso8583-port 0 --iso8583-bcd-port 0 --durability standby --set replication.when-standby-is-gone=wait \
    --set replication.node=NODE1 --set replication.port=0 --set security.secrets-file="$work/secrets" "$@"
  first=$pid; first_port=$port
  replica=$(sed -n 's/.*replication=\([^ ]*\) .*/\1/p' "$work/first.out")
  admin put-participant --id 11 --code NODE1 --standby --id-capacity 1024
  admin put-participant --id 12 --code NODE2 --standby --id-capacity 1024
  (umask 077; cat "$work/secrets" "$work/a/demo.secret" >"$work/all-secrets")
  serve second "$work/b" --standby-of "$replica" --durability standby --set replication.when-standby-is-gone=wait \
    --set replication.node=NODE2 --set replication.port=0 --set security.secrets-file="$work/all-secrets" "$@"
  second=$pid; second_port=$port
  until_line "$work/first.err" "node 12 is in sync" $first
}
stop() { kill -9 $first $second 2>/dev/null || true; wait $first $second 2>/dev/null || true; first=; second=; others=; }
pay() { # name, then options of the load generator
  "$java" -jar "$loadtest" run --port "$first_port" --secret-file "$work/a/demo.secret" --amount-to 1 \
    --rate max --connections 4 --window 1024 --duration "${seconds}s" --warmup "${warm}s" --json "$out/$1.json" "${@:2}" >"$out/$1.txt" 2>&1 \
    || { cat "$out/$1.txt"; exit 1; }
}

for row in $rows; do
  case $row in
    throughput | steady) # in turn, so that the machine's moods fall on both
      # steady: tables that are full after a second, so that memory is used again and none is asked of the system.
      settings=(); [ $row = steady ] && settings=(--set capacity.transfers-retained=1000000 --set capacity.ids=3000000 --set ids.guaranteed-window=0ms)
      for i in $(seq "$runs"); do
        alone "${settings[@]}"; pay "$row-disk-$i"; stop
        two "${settings[@]}"; pay "$row-standby-$i"; stop
        disk=$(value "$row-disk-$i" throughput_per_s); standby=$(value "$row-standby-$i" throughput_per_s)
        echo "$row: disk $disk/s, standby $standby/s, $(awk "BEGIN {printf \"%.1f\", 100 * $standby / $disk}") %" | tee -a "$out/summary.txt"
      done ;;
  esac
done
