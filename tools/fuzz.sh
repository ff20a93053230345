#!/usr/bin/env bash
# Runs every fuzzer of build/fuzz (or those named) for FUZZ_SECONDS each, JOBS at a time.
#
# Seeds: tests/golden for all, tests/corpus/<fuzzer> for its own; what it learns stays in
# build/fuzz/corpus/<fuzzer>. A crash, a hang (10 s) or 2 GB of memory fails the run,
# and the input is kept and named.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export FUZZ_SECONDS=${FUZZ_SECONDS:-60}

fuzzers() {
  find build/fuzz -type f -executable -name '*_fuzz' | sort |
    if [[ $# -gt 0 ]]; then grep -E "/($(IFS='|'; echo "$*"))$"; else cat; fi
}

fuzz_one() {
  local program=$1 name log seed
  name=$(basename "$program")
  log=build/fuzz/logs/$name.log
  local directories=("build/fuzz/corpus/$name")
  mkdir -p "${directories[0]}" build/fuzz/logs build/fuzz/crashes
  for seed in "tests/corpus/$name" tests/golden; do
    [[ ! -d $seed ]] || directories+=("$seed")
  done
  if "$program" -max_total_time="$FUZZ_SECONDS" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
    -print_final_stats=1 -artifact_prefix="build/fuzz/crashes/$name-" \
    "${directories[@]}" >"$log" 2>&1 </dev/null; then
    printf 'ok    %-28s %10s runs\n' "$name" "$(sed -n 's/.*number_of_executed_units: *//p' "$log")"
    return 0
  fi
  local input
  input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
  printf 'FAIL  %-28s input: %s\n      %s\n      log: %s   again: %s %s\n' "$name" "${input:-none}" \
    "$(grep -m 1 -E 'ERROR|SUMMARY|runtime error|CHECK' "$log" || tail -n 1 "$log")" \
    "$log" "$program" "${input:-}"
  return 1
}
export -f fuzz_one

main() {
  local list
  list=$(fuzzers "$@") || { echo "fuzz: no such fuzzer in build/fuzz: ${*:-(none built)}" >&2; exit 1; }
  [[ -n $list ]] || { echo "fuzz: build/fuzz holds no fuzzer; run make fuzz" >&2; exit 1; }
  echo "fuzz: $(wc -l <<<"$list") fuzzers, $FUZZ_SECONDS s each, ${JOBS:-1} at a time"
  xargs -P "${JOBS:-1}" -I{} bash -euo pipefail -c 'fuzz_one {}' <<<"$list" ||
    { echo "fuzz: failed; each input above reproduces it" >&2; exit 1; }
  echo "fuzz: no crash"
}

main "$@"
