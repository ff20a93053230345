#!/bin/bash
# One scenario inside its cell: capture.sh calls it within fresh namespaces.
#
#   cell.sh SCENARIO DIR      leaves the captured log in DIR
#
# Offers to the scenario: start_syslog, add_person, client addresses, wait_for.
set -euo pipefail

readonly scenario=$1 out=$2
here=$(cd "$(dirname "$0")" && pwd)
readonly here

# shellcheck disable=SC2034  # for the scenario
readonly server=127.0.0.1
readonly attacker=127.0.0.66 sprayer=127.0.0.77
readonly -a office=(127.0.0.10 127.0.0.11 127.0.0.12 127.0.0.13 127.0.0.14)

started=()
start() {
  "$@" &
  started+=($!)
}
stop_all() {
  local pid
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
}

make_network() {
  local client
  ip link set lo up
  # Who connects to one of these addresses comes from it too: one machine plays them all.
  for client in "$attacker" "$sprayer" "${office[@]}"; do
    ip route add local "$client" dev lo src "$client" table local
  done
}

# A private, throw-away layer over a folder of the machine.
layer_over() {
  local folder=$1 name=${1//\//_}
  mkdir -p "/tmp/layers/$name/"{upper,work}
  mount -t overlay overlay \
    -o "lowerdir=$folder,upperdir=/tmp/layers/$name/upper,workdir=/tmp/layers/$name/work" "$folder"
}

make_devices() {
  local device
  mkdir -p /tmp/layers/devices
  for device in null zero full random urandom tty kmsg; do
    cp -a "/dev/$device" /tmp/layers/devices/
  done
  mount -t tmpfs -o mode=755 tmpfs /dev
  cp -a /tmp/layers/devices/. /dev/
  ln -s /proc/self/fd /dev/fd
  mkdir /dev/pts /dev/shm
  mount -t devpts -o newinstance,ptmxmode=0666,gid=5,mode=620 devpts /dev/pts
  ln -s pts/ptmx /dev/ptmx
}

make_files() {
  mount --make-rprivate /
  # The result must outlive the cell: hold it open while /tmp is covered.
  mkdir -p /mnt && mount -t tmpfs tmpfs /mnt && mkdir /mnt/out && mount --bind "$out" /mnt/out
  mount -t tmpfs -o mode=1777 tmpfs /tmp
  make_devices
  layer_over /etc
  layer_over /var
  mount -t tmpfs -o mode=755 tmpfs /home
  mount -t tmpfs -o mode=755 tmpfs /run
  mount -t tmpfs -o mode=755 tmpfs /var/log
  mkdir -p /run/sshd /run/lock
}

# start_syslog SELECTOR NAME: what matches goes to /var/log/NAME as Debian writes it.
start_syslog() {
  cat >/tmp/rsyslog.conf <<CONF
module(load="imuxsock")
${3:-}
module(load="builtin:omfile" template="RSYSLOG_TraditionalFileFormat")
\$FileOwner root
\$FileCreateMode 0644
$1 /var/log/$2
CONF
  start rsyslogd -n -f /tmp/rsyslog.conf -i /run/rsyslogd.pid
  wait_for test -S /dev/log
}

wait_for() {
  for _ in {1..50}; do
    "$@" && return
    sleep 0.1
  done
  echo "waited 5 s in vain for: $*" >&2
  return 1
}

# add_person NAME PASSWORD [GROUPS]: made before syslog starts, so that it leaves no trace.
add_person() {
  useradd --create-home --shell /bin/bash ${3:+--groups "$3"} "$1"
  echo "$1:$2" | chpasswd
}

# keep NAME: the log of the cell is the result.
keep() { cp "/var/log/$1" "/mnt/out/$(basename "$1")"; }

trap stop_all EXIT
cd /
make_network
make_files
hostname hp-may-chu-01
echo "127.0.1.1 hp-may-chu-01" >>/etc/hosts
# shellcheck source=/dev/null
source "$here/$scenario.sh"
