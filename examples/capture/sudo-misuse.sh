# What sudo writes when it is used rightly, wrongly and by one who has taken an account over.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

as() {  # as USER COMMAND…: on a terminal of its own, as a person would
  local user=$1
  shift
  script -qec "cd ~$user; runuser -u $user -- $*" /dev/null </dev/null || true
}
# sudo_with USER PASSWORDS COMMAND…: PASSWORDS are typed one a line
sudo_with() {
  local user=$1 passwords=$2
  shift 2
  as "$user" bash -c "'printf \"%b\" \"$passwords\" | sudo -S -k $*'"
}

ordinary_use() {
  sudo_with an 'Dung-Doan-2026\n' /usr/bin/apt-get --version
  sudo_with an 'sai\nDung-Doan-2026\n' /usr/bin/apt-get --version
  sudo_with quantri '123456a@\n' /bin/ls /root
}

attempts() {
  sudo_with an 'mot\nhai\nba\n' /usr/bin/apt-get --version
  sudo_with an 'bon\nnam\nsau\n' /usr/bin/apt-get --version
  sudo_with an 'Dung-Doan-2026\n' /bin/cat /etc/shadow
  sudo_with khach 'khach\n' /bin/bash
  sudo_with khach 'khach\n' /usr/bin/id
}

takeover() {
  sudo_with quantri '123456a@\n' /bin/bash -c id
  sudo_with quantri '123456a@\n' /usr/bin/su - root -c whoami
  sudo_with quantri '123456a@\n' /usr/bin/find /tmp -maxdepth 0 -exec /bin/sh -c id '\\\;'
  sudo_with quantri '123456a@\n' /usr/sbin/useradd --create-home --shell /bin/bash hotro
  sudo_with quantri '123456a@\n' /usr/sbin/usermod --append --groups sudo hotro
  sudo_with quantri '123456a@\n' /usr/bin/truncate --size 0 /var/log/lastlog
  sudo_with quantri '123456a@\n' /usr/bin/crontab -l
  sudo_with quantri '123456a@\n' /usr/bin/tee /etc/sudoers.d/hotro
}

add_person an 'Dung-Doan-2026'
add_person khach 'khach'
add_person quantri '123456a@' sudo
echo 'an ALL=(root) /usr/bin/apt-get' >/etc/sudoers.d/an
chmod 440 /etc/sudoers.d/an
: >/var/log/lastlog
start_syslog 'auth,authpriv.*' auth.log
ordinary_use
attempts
takeover
sleep 1
keep auth.log
