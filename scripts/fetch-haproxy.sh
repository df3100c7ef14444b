#!/bin/sh
# Unpacks HAProxy of a newer Debian suite into a folder, with every library it needs. Installs nothing; needs no root.
#
#   scripts/fetch-haproxy.sh SUITE [DIR]      SUITE: trixie (3.0), sid (3.2), experimental (3.4)
#                                             DIR: default .cache/haproxy/SUITE of the project
#
# DIR/haproxy is then a program that starts it. Does nothing where that already works.
# Exit: 0 it works · 3 it cannot be had here, the reason is printed · 64 bad usage.
set -eu

fail() { echo "haproxy of ${suite:-?} cannot be fetched: $1" >&2; exit 3; }

suite=${1:-}
case "$suite" in
  trixie | sid) suites=$suite ;;
  experimental) suites='sid experimental' ;; # experimental alone is not complete: its packages lean on sid
  *) echo "usage: $0 trixie|sid|experimental [DIR]" >&2; exit 64 ;;
esac
project=$(cd "$(dirname "$0")/.." && pwd)
dir=${2:-$project/.cache/haproxy/$suite}
case "$dir" in /*) ;; *) dir=$PWD/$dir ;; esac
mark='# Written by fetch-haproxy.sh'
works() { [ -x "$1/haproxy" ] && "$1/haproxy" -v >/dev/null 2>&1; }

. "$project/scripts/unpack-debian.sh"
begin haproxy
fetch "$suites" "haproxy of Debian $suite" -t "$suite" haproxy
rm -rf "$part/usr/share"

# The libraries are newer than this system's, so the program is started by its own loader.
cat >"$part/haproxy" <<WRAPPER
#!/bin/sh
$mark: haproxy of Debian $suite with its own loader and libraries.
root=\$(cd "\$(dirname "\$0")" && pwd)
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/sbin/haproxy" "\$@"
WRAPPER
chmod +x "$part/haproxy"
"$part/haproxy" -v >"$part/version" 2>&1 || { cat "$part/version" >&2; fail 'it does not start here, see above'; }
finish
