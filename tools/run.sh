#!/usr/bin/env bash
# What `make run` shows: the attacks that the house's own rules find in the logs of examples/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
haidang=build/release/haidang

[[ -x $haidang ]] || { echo "run: $haidang is not there; run: make build" >&2; exit 1; }
"$haidang" detect --rules catalogue/rules --format table examples/

cat <<TXT

Thử tiếp / Try next:
  $haidang detect --rules catalogue/rules /var/log/auth.log     nhật ký của máy này / logs of this machine
  journalctl -o json | $haidang detect --rules catalogue/rules -    đầu vào chuẩn / standard input
  $haidang detect --rules catalogue/rules --format ndjson --stats examples/    cho máy đọc / for machines
  $haidang rules check catalogue/rules                              luật nào không dùng được / rules that cannot be honoured
  make test · make help · README.vi.md · docs/HACKING.md
TXT
