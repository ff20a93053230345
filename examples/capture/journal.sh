# The same kind of night as sudo-misuse, as the journal keeps it: journalctl -o json.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

start_journal() {
  mkdir -p /run/systemd/journal /run/log/journal
  printf '%s\n' '[Journal]' 'Storage=volatile' 'ReadKMsg=no' 'Audit=no' >/etc/systemd/journald.conf
  head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n' >/etc/machine-id
  start /lib/systemd/systemd-journald
  wait_for test -S /run/systemd/journal/dev-log
  ln -sf /run/systemd/journal/dev-log /dev/log
}

as() { script -qec "cd ~$1; runuser -u $1 -- bash -c '$2'" /dev/null </dev/null || true; }

add_person quantri '123456a@' sudo
add_person khach khach
start_journal
logger -t backup -p daemon.info 'nightly copy finished: 1204 files'
as khach 'echo khach | sudo -S -k /bin/bash'
as quantri 'printf "a\nb\nc\n" | sudo -S -k /bin/ls'
as quantri 'echo 123456a@ | sudo -S -k /bin/ls /root'
as quantri 'echo 123456a@ | sudo -S -k /bin/bash -c id'
as quantri 'echo 123456a@ | sudo -S -k /usr/sbin/useradd --groups sudo hotro'
logger -t backup -p daemon.info 'nightly copy finished: 1204 files'
sleep 1
journalctl --sync
journalctl --no-pager -o json >/mnt/out/journal.json
