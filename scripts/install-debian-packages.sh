#!/bin/sh
# Installs the Debian packages named as arguments whose program is missing; says what and why first. Quiet when nothing is missing.
#
#   scripts/install-debian-packages.sh haproxy openssh-server socat
#
# Exit: 0 everything is there · 3 something is missing and cannot be installed from here (the command to run is printed)
#       · 64 no package was named · else what apt-get said.
set -eu

# Daemons live in sbin, which is not on the search path of an ordinary user.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

program_of() {
  case "$1" in
    openssh-server) echo sshd ;;
    default-jre-headless) echo java ;;
    jenkins-job-builder) echo jenkins-jobs ;;
    ansible-core) echo ansible-inventory ;;
    groff-base) echo groff ;;
    systemd) echo systemd-analyze ;;
    *) echo "$1" ;;
  esac
}

reason_for() {
  case "$1" in
    haproxy) echo 'the proxies of the mesh are real HAProxy processes' ;;
    openssh-server) echo 'one proxy is reached through a real SSH server of our own, on a high port of 127.0.0.1' ;;
    socat) echo 'it passes the bytes between an SSH login and the stats socket of HAProxy' ;;
    curl) echo 'requests for conferences are sent with it, by hand' ;;
    ansible-core) echo 'inventories of Ansible are read with its ansible-inventory' ;;
    openssl) echo 'the certificate of a test server is made with it' ;;
    groovy) echo 'the Jenkinsfile is compiled and run with it' ;;
    default-jre-headless) echo 'groovy runs on it' ;;
    jenkins-job-builder) echo 'the job definitions are rendered with it' ;;
    zsh | fish) echo 'completion is tested in it' ;;
    mandoc | groff-base) echo 'the man page is checked with it' ;;
    systemd) echo 'the units of jobs/systemd are checked with its systemd-analyze' ;;
    chromium) echo 'the HTML report is opened in it, headless' ;;
    *) echo 'asked for by the caller' ;;
  esac
}

[ $# -gt 0 ] || { echo "usage: $0 PACKAGE..." >&2; exit 64; }

missing=''
for package in "$@"; do
  command -v "$(program_of "$package")" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

echo 'Missing on this machine:' >&2
for package in $missing; do
  echo "  $package: $(reason_for "$package")" >&2
done

if ! command -v apt-get >/dev/null 2>&1; then
  echo "This is not a Debian system (no apt-get). Install by its own means, then start again:$missing" >&2
  exit 3
fi
if [ "$(id -u)" -eq 0 ]; then
  as_root=''
elif command -v sudo >/dev/null 2>&1; then
  as_root='sudo'
else
  echo 'Neither root nor sudo here. Let root run this, then start again:' >&2
  echo "  apt-get update && apt-get install --no-install-recommends$missing" >&2
  exit 3
fi

echo "Installing them now with ${as_root:+$as_root }apt-get:$missing" >&2
case "$missing" in
  *haproxy* | *openssh-server*)
    echo 'Debian may also start their own daemon with its default settings; this project does not use it.' >&2 ;;
esac
$as_root apt-get update -qq >&2
# shellcheck disable=SC2086  # one word per package
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >&2

for package in $missing; do
  program=$(program_of "$package")
  command -v "$program" >/dev/null 2>&1 || { echo "$package is installed, but there is still no program $program" >&2; exit 3; }
done
