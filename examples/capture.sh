#!/bin/bash
# Captures the logs in this folder again, from real programs attacked for real.
#
#   examples/capture.sh [--out DIR] [SCENARIO…]     (default: every scenario, into examples/)
#
# Each scenario runs in a cell of its own: a private network with nothing but
# loopback, private /etc, /run, /home and /var, a private host name. No packet
# leaves the machine, no account or file outside --out is touched, and all that a
# scenario started ends with it. Wants root and the packages named in README.md;
# a scenario whose programs are missing is skipped and said.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
readonly here
readonly scenarios=(ssh-guessing web-scan sudo-misuse audit-defacement dns-tunnel port-scan
  mail-probe journal)

declare -rA programs=(
  [ssh-guessing]="sshd rsyslogd hydra sshpass"
  [web-scan]="nginx curl sqlmap dirb whatweb nmap"
  [sudo-misuse]="sudo rsyslogd script crontab"
  [audit-defacement]="auditd auditctl runuser"
  [dns-tunnel]="dnsmasq rsyslogd dns2tcpd dns2tcpc dig"
  [port-scan]="nft ulogd rsyslogd nmap curl"
  [mail-probe]="postfix rsyslogd python3"
  [journal]="journalctl sudo logger"
)
# What a scenario leaves, as seen from the folder of its name.
declare -rA leaves=(
  [ssh-guessing]=auth.log [web-scan]=access.log [sudo-misuse]=auth.log
  [audit-defacement]=audit.log [dns-tunnel]=dnsmasq.log [port-scan]=firewall.log
  [mail-probe]=mail.log [journal]=journal.json
)
readonly longest_seconds=240
readonly most_bytes=300000

missing_programs() {
  local program
  for program in ${programs[$1]}; do
    command -v "$program" >/dev/null || printf '%s ' "$program"
  done
}

# The kernel's audit answers only to the first PID namespace.
cell_flags() {
  case $1 in
    audit-defacement) echo --mount --net --uts --ipc ;;
    *) echo --mount --net --uts --ipc --pid --fork --kill-child --mount-proc ;;
  esac
}

whole_lines() { awk -v most="$most_bytes" '(bytes += length($0) + 1) <= most' "$1"; }

capture() {
  local scenario=$1 out=$2 lacking scratch file
  lacking=$(missing_programs "$scenario")
  if [[ -n $lacking ]]; then
    echo "$scenario: skipped, not installed: $lacking"
    return
  fi
  scratch=$(mktemp -d)
  # shellcheck disable=SC2046  # flags are words
  if timeout "$longest_seconds" unshare $(cell_flags "$scenario") \
      "$here/capture/cell.sh" "$scenario" "$scratch" >"$scratch/output" 2>&1; then
    file=$out/$scenario/${leaves[$scenario]}
    mkdir -p "$out/$scenario"
    whole_lines "$scratch/${leaves[$scenario]}" >"$file"
    echo "$scenario: $(wc -l <"$file") lines in $file"
  else
    echo "$scenario: failed; the end of what it said:" && tail -n 20 "$scratch/output"
  fi
  rm -rf "$scratch"
}

main() {
  local out=$here
  if [[ ${1:-} == --out ]]; then
    out=$2
    shift 2
  fi
  [[ $EUID -eq 0 ]] || { echo "capture.sh: wants root, for namespaces and accounts" >&2; exit 1; }
  local scenario
  for scenario in "${@:-${scenarios[@]}}"; do
    [[ -n ${programs[$scenario]:-} ]] || { echo "no scenario '$scenario'; known: ${scenarios[*]}" >&2; exit 1; }
    capture "$scenario" "$out"
  done
}

main "$@"
