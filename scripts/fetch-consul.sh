#!/bin/sh
# Unpacks Consul from Debian bullseye, the last suite that has it (1.8). Installs nothing; needs no root.
#
#   scripts/fetch-consul.sh [DIR]      DIR: default .cache/consul of the project
#
# DIR/consul is then a program that starts it. Does nothing where that already works.
# Exit: 0 it works · 3 it cannot be had here, the reason is printed.
set -eu

fail() { echo "Consul cannot be fetched: $1" >&2; exit 3; }

project=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$project/.cache/consul}
case "$dir" in /*) ;; *) dir=$PWD/$dir ;; esac
mark='# Written by fetch-consul.sh'
works() { [ -x "$1/consul" ] && "$1/consul" version >/dev/null 2>&1; }

. "$project/scripts/unpack-debian.sh"
begin consul
fetch bullseye 'Consul of Debian bullseye' consul
rm -rf "$part/usr/share"

# The libraries are not this system's, so the program is started by its own loader.
cat >"$part/consul" <<WRAPPER
#!/bin/sh
$mark: Consul of Debian bullseye with its own loader and libraries.
root=\$(cd "\$(dirname "\$0")" && pwd)
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/bin/consul" "\$@"
WRAPPER
chmod +x "$part/consul"
"$part/consul" version >"$part/version" 2>&1 || { cat "$part/version" >&2; fail 'it does not start here, see above'; }
finish
