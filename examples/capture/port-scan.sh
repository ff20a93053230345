# The packet filter reports every new connection (nftables → ulogd → syslog, the words are
# the kernel's own LOG format); nmap tries 300 ports, people use two.
# shellcheck shell=bash disable=SC2154  # names come from cell.sh

start_firewall() {
  printf '%s\n' '[global]' 'logfile="/tmp/ulogd.log"' \
    'stack=in:NFLOG,base1:BASE,name1:IFINDEX,ip1:IP2STR,text1:PRINTPKT,out:SYSLOG' \
    '[in]' 'group=1' '[out]' 'facility=LOG_LOCAL4' >/tmp/ulogd.conf
  local plugins
  plugins=$(dirname "$(find /usr/lib -name ulogd_inppkt_NFLOG.so -print -quit)")
  find "$plugins" -name '*.so' -printf 'plugin="%p"\n' |
    grep -E 'NFLOG|raw2packet_BASE|IFINDEX|IP2STR|PRINTPKT|_SYSLOG' >/tmp/plugins
  sed -i '/^\[global\]/r /tmp/plugins' /tmp/ulogd.conf
  start ulogd -c /tmp/ulogd.conf
  nft -f - <<'RULES'
table inet filter {
  chain input {
    type filter hook input priority 0; policy accept;
    tcp flags & (fin | syn | rst | ack) == syn log prefix "HP-FW NEW" group 1
  }
}
RULES
}

people_connect() {
  local client
  for client in "${office[@]}"; do
    curl -so /dev/null --interface "$client" "http://$server/" || true
    curl -so /dev/null --interface "$client" "https://$server/" || true
  done
}

start_syslog 'local4.*' firewall.log
start_firewall
sleep 1
people_connect
timeout 60 nmap -n -Pn -sS -e lo -S "$attacker" --top-ports 300 "$server" || true
people_connect
sleep 2
keep firewall.log
