#!/usr/bin/env bash
# Measures what docs/benchmarks.md tells: each row several times against a fresh switch, raw results into a directory.
#   loadtest/bench.sh OUT [RUNS] [ROW ...]         rows: single batch process open hot start bytes
#                                                iso iso-ready iso-open routed encrypted encrypted-iso
# Needs a quiet machine.
. "$(dirname "$0")/measure.sh"
out=$1; runs=${2:-5}; shift; [ $# -gt 0 ] && shift
rows=${*:-single batch process open hot start bytes iso iso-ready iso-open routed}
mkdir -p "$out"

each_iso() { # row, settings of the switch; options of the load follow --. Warmed by a run of its own, so that CPU is of what is measured
  local row=$1 set=() i before; shift
  while [ "$1" != -- ]; do set+=("$1"); shift; done; shift
  for i in $(seq "$runs"); do
    fresh disk "${set[@]}"
    pay_iso "$row-warm" --rate max --connections 8 --window 64 --duration 6s --warmup 1s "${common[@]}"
    sleep "$quiet"
    before=$(cpu_ns); pay_iso "$row-$i" --warmup "$warmup" "$@" "${common[@]}"
    echo "{ \"server_cpu_ns\": $((($(cpu_ns) - before) / $(value "$row-$i" accepted))) }" >"$out/$row-cpu-$i.json"; stop
  done
}
keyed() { # a key of the journal for what is started from here on; without an argument none
  if [ $# -gt 0 ]; then export DAYBREAK_JOURNAL_KEYS="journal - 1 = $(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')"; else unset DAYBREAK_JOURNAL_KEYS; fi
}
of_cpu() { # name, then who pays and its options, warmed by a run of its own
  local name=$1 before; shift
  "$1" "$name-warm" --duration 3s --warmup 1s "${@:2}"
  before=$(cpu_ns); "$1" "$name" --duration 5s --warmup 0s "${@:2}"
  echo "{ \"server_cpu_ns\": $((($(cpu_ns) - before) / $(value "$name" accepted))) }" >"$out/${name%-*}-cpu-${name##*-}.json"
}
common=()
quiet=0 # seconds between the warm-up and what is measured
warmup=0s # of the load generator, whose work before it is compiled would else be measured; 0 where processor time is counted over the whole run
tell() { # row, field ...: median, least and greatest over the runs
  for field in "${@:2}"; do
    for i in $(seq "$runs"); do value "$1-$i" "$field"; done >"$work/values"
    printf '%-10s %-16s median %-12s min %-12s max %s\n' "$1" "$field" "$(median <"$work/values")" \
      "$(sort -g "$work/values" | head -1)" "$(sort -g "$work/values" | tail -1)" | tee -a "$out/summary.txt"
  done
}
each() { # row, durability, options
  for i in $(seq "$runs"); do fresh "$2"; pay "$1-$i" "${@:3}"; stop; done
}

for row in $rows; do
  case $row in
    single) each single disk --rate max --connections 4 --window 1024 --duration 6s --warmup 5s; tell single throughput_per_s p50 p99 ;;
    batch) each batch disk --rate max --connections 2 --window 4 --batch 8190 --duration 6s --warmup 5s; tell batch throughput_per_s p50 p99 ;;
    process) each process process --rate max --connections 4 --window 1024 --duration 6s --warmup 5s; tell process throughput_per_s p50 p99 ;;
    open) each open disk --rate 100000 --connections 4 --duration 15s --warmup 6s; tell open throughput_per_s p50 p90 p99 p999 max ;;
    iso) each_iso iso -- --rate max --connections 8 --window 64 --duration 6s; tell iso throughput_per_s p50 p99; tell iso-cpu server_cpu_ns ;;
    iso-ready) # more memory provided ahead, and a quiet time in which to do it
      quiet=12; each_iso iso-ready --set memory.ready-slabs=256 -- --rate max --connections 8 --window 64 --duration 6s; quiet=0
      tell iso-ready throughput_per_s p50 p99; tell iso-ready-cpu server_cpu_ns ;;
    iso-open) warmup=6s; each_iso iso-open -- --rate 90000 --connections 8 --duration 15s; tell iso-open throughput_per_s p50 p90 p99 p999 max; warmup=0s ;;
    routed)
      "$java" -jar "$loadtest" issuer --port 0 >"$work/issuer" 2>&1 &
      others=$!
      until_line "$work/issuer" READY $others
      common=(--card-prefix 990002)
      each_iso routed --issuer "$(sed -n 's/.*issuer=\([^ ]*\).*/\1/p' "$work/issuer")" -- --rate max --connections 8 --window 64 --duration 6s
      tell routed throughput_per_s p50 p99; tell routed-cpu server_cpu_ns
      common=(); kill $others; wait $others || true; others= ;;
    hot) # in turn, so that the machine's moods fall on both
      for i in $(seq "$runs"); do
        fresh disk; pay "uniform-$i" --rate max --connections 4 --window 1024 --duration 6s --warmup 5s --hot-share 0; stop
        fresh disk; pay "hot-$i" --rate max --connections 4 --window 1024 --duration 6s --warmup 5s --hot-share 1; stop
      done
      tell uniform throughput_per_s; tell hot throughput_per_s ;;
    encrypted | encrypted-iso) # in turn, so that the machine's moods fall on both
      with=pay; load=(--rate max --connections 4 --window 1024)
      if [ "$row" = encrypted-iso ]; then with=pay_iso; load=(--rate max --connections 8 --window 64); fi
      for i in $(seq "$runs"); do
        fresh disk; of_cpu "$row-without-$i" $with "${load[@]}"; stop
        keyed yes; fresh disk; of_cpu "$row-with-$i" $with "${load[@]}"; stop; keyed
      done
      for each in without with; do tell "$row-$each" throughput_per_s p50 p99; tell "$row-$each-cpu" server_cpu_ns; done ;;
    start)
      for i in $(seq "$runs"); do
        fresh disk; echo "start empty: process to READY $ready_ms ms; $(cat "$work/switch.out")" | tee -a "$out/summary.txt"; stop
      done
      fresh disk; pay fill --rate 1000000 --connections 4 --duration 10s --warmup 1s
      crash
      for i in $(seq "$runs"); do
        start disk; echo "start full: process to READY $ready_ms ms; $(cat "$work/switch.out")" | tee -a "$out/summary.txt"; crash
      done ;;
    bytes)
      fresh disk; pay warm --rate max --connections 2 --window 4 --batch 8190 --duration 5s --warmup 5s
      before=$(sed -n 's/^write_bytes: //p' /proc/$server/io); heap0=$(jcmd $server GC.heap_info | sed -n 's/.*used \([0-9]*\)K.*/\1/p' | head -1)
      collections0=$(jstat -gc $server | awk 'NR==2 {print $13 + $15}')
      pay bytes --rate max --connections 2 --window 4 --batch 8190 --duration 8s --warmup 0s
      heap1=$(jcmd $server GC.heap_info | sed -n 's/.*used \([0-9]*\)K.*/\1/p' | head -1)
      collections1=$(jstat -gc $server | awk 'NR==2 {print $13 + $15}')
      stop_pid=$server; sync "$work/data" || true
      after=$(sed -n 's/^write_bytes: //p' /proc/$stop_pid/io); n=$(value bytes accepted)
      echo "bytes written to the device per transfer: $(((after - before) / n)) ($n transfers, batched)" | tee -a "$out/summary.txt"
      echo "heap of the server: $heap0 KiB before, $heap1 KiB after, collections $collections0 and $collections1" | tee -a "$out/summary.txt"
      stop ;;
  esac
done
