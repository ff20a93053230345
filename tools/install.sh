#!/usr/bin/env bash
# Installs the Debian 12 packages of the named sections of tools/packages.txt.
#
#   tools/install.sh build test
#
# Where all are there it asks dpkg once and returns: no root, no network, no apt.
# It starts no daemon (policy-rc.d), writes nothing into the tree, and refuses
# other systems rather than guess: HAIDANG_SKIP_INSTALL=1 says "I have them".
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$here/packages.txt
policy=/usr/sbin/policy-rc.d

# Vietnamese first, then English.
say() { printf 'Hải Đăng: %s\nHai Dang: %s\n' "$1" "$2" >&2; }
die() { say "$@"; exit 1; }

# Lines "name floor" ("-" where none is set) of the sections given.
wanted() {
  local section
  for section in "$@"; do
    grep -q "^\[$section\]" "$packages" ||
      die "tools/packages.txt không có mục [$section]." "tools/packages.txt has no section [$section]."
  done
  awk -v sections=" $* " '
    { sub(/#.*/, ""); gsub(/[ \t\r]/, "") }
    /^\[/ { on = index(sections, " " substr($0, 2, length($0) - 2) " "); next }
    on && NF { split($0, part, ">="); print part[1], (part[2] == "" ? "-" : part[2]) }
  ' "$packages"
}

# Of the lines "name floor" read, the names that are absent or below their floor.
missing() {
  local -A have=()
  local -a names=() floors=()
  local name floor version status i
  while read -r name floor; do names+=("$name") floors+=("$floor"); done
  while read -r name version status; do
    [[ $status != installed ]] || have[$name]=$version
  done < <(dpkg-query -W -f '${Package} ${Version} ${db:Status-Status}\n' "${names[@]}" 2>/dev/null)
  for i in "${!names[@]}"; do
    version=${have[${names[i]}]:-}
    [[ -n $version ]] && at_least "$version" "${floors[i]}" || echo "${names[i]}"
  done
}

at_least() { [[ $2 == - || $1 == "$2" ]] || dpkg --compare-versions "$1" ge "$2"; }

require_debian_12() {
  local ID='' VERSION_ID='' PRETTY_NAME='?'
  # shellcheck disable=SC1091
  [[ ! -r /etc/os-release ]] || . /etc/os-release
  [[ $ID == debian && $VERSION_ID == 12 ]] || die \
    "máy này là $PRETTY_NAME, không phải Debian 12. Hãy tự cài các gói trong tools/packages.txt rồi chạy lại với HAIDANG_SKIP_INSTALL=1." \
    "this is $PRETTY_NAME, not Debian 12. Install what tools/packages.txt names yourself, then run again with HAIDANG_SKIP_INSTALL=1."
}

# Runs this script again as root, once; returns only where we are root already.
become_root() {
  [[ $EUID -ne 0 ]] || return 0
  local as_root=(sudo "--preserve-env=http_proxy,https_proxy,no_proxy")
  [[ -t 0 ]] || as_root+=(-n)  # without a terminal nobody can type the password
  if ! command -v sudo >/dev/null || ! "${as_root[@]}" true; then
    die "thiếu gói và không có quyền root hay sudo. Nhờ quản trị viên chạy: apt-get install -y ${to_install[*]}" \
      "packages are missing and neither root nor sudo is at hand. Ask an administrator to run: apt-get install -y ${to_install[*]}"
  fi
  exec "${as_root[@]}" bash "${BASH_SOURCE[0]}" "$@"
}

# A policy that is already there stays: it is somebody's will.
forbid_daemons() {
  [[ ! -e $policy ]] || return 0
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
}

apt() {
  DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get -q -y \
    -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 \
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 "$@" </dev/null
}

# A foreign registry that fails in `update` is no harm as long as `install` works.
install_packages() {
  local log
  log=$(mktemp)
  apt update >"$log" 2>&1 || true
  if ! apt install --no-install-recommends "$@" >>"$log" 2>&1; then
    grep -E '^(E|W|Err)[: ]' "$log" | head -n 8 >&2 || tail -n 15 "$log" >&2
    explain "$log"
  fi
  rm -f "$log"
}

# pattern in the log of apt | what it means, in Vietnamese | in English
readonly -a causes=(
  'Could not resolve|Could not connect|Unable to connect|Connection (timed out|refused)|Temporary failure|Cannot initiate|Network is unreachable|Failed to fetch|is not signed|does not have a Release file|không kết nối được kho gói Debian. Kiểm tra mạng, DNS, proxy (http_proxy) và /etc/apt/sources.list|the Debian package registry cannot be reached. Check the network, DNS, the proxy (http_proxy) and /etc/apt/sources.list'
  'No space left|not have enough free space|đĩa đầy|the disk is full'
  'Unable to locate package|has no installation candidate|kho gói không có một gói cần thiết: cần mục "main" của bookworm trong /etc/apt/sources.list, và mạng tới kho đó|the registry lacks a package: /etc/apt/sources.list must name "main" of bookworm, and that registry must be reachable'
  'Could not get lock|một tiến trình apt khác đang chạy; chờ xong rồi chạy lại|another apt is running; wait for it, then run again'
)

explain() {
  local cause english vietnamese pattern
  for cause in "${causes[@]}"; do
    english=${cause##*|} cause=${cause%|*}
    vietnamese=${cause##*|} pattern=${cause%|*}
    ! grep -Eq "$pattern" "$1" || die "$vietnamese. Nhật ký đầy đủ: $1" "$english. The whole log: $1"
  done
  die "apt không cài được gói; xem các dòng trên. Nhật ký đầy đủ: $1" \
    "apt could not install the packages; see the lines above. The whole log: $1"
}

main() {
  [[ $# -gt 0 ]] || die "cách dùng: tools/install.sh build [test] [bench] [format] [lint]" \
    "usage: tools/install.sh build [test] [bench] [format] [lint]"
  [[ -z ${HAIDANG_SKIP_INSTALL:-} ]] || return 0
  local list
  list=$(wanted "$@")
  command -v dpkg-query >/dev/null || require_debian_12
  mapfile -t to_install < <(missing <<<"$list")
  [[ ${#to_install[@]} -gt 0 ]] || return 0
  require_debian_12
  become_root "$@"
  say "cài ${#to_install[@]} gói: ${to_install[*]}" "installing ${#to_install[@]} packages: ${to_install[*]}"
  forbid_daemons
  install_packages "${to_install[@]}"
  mapfile -t to_install < <(missing <<<"$list")
  [[ ${#to_install[@]} -eq 0 ]] || die \
    "kho gói chỉ có bản cũ hơn mức trong tools/packages.txt của: ${to_install[*]}. Hãy bật bookworm-updates và bookworm-security." \
    "the registry has only older versions than tools/packages.txt asks for of: ${to_install[*]}. Enable bookworm-updates and bookworm-security."
}

main "$@"
