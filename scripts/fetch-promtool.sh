#!/bin/sh
# Unpacks promtool, the judge of Prometheus text and rules, from Debian's package of Prometheus. Installs nothing and starts no service; needs no root.
#
#   scripts/fetch-promtool.sh [DIR]      DIR: default .cache/promtool of the project
#
# DIR/promtool is then a program. Does nothing where that already works.
# Exit: 0 it works · 3 it cannot be had here, the reason is printed.
set -eu

fail() { echo "promtool cannot be fetched: $1" >&2; exit 3; }

project=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$project/.cache/promtool}
case "$dir" in /*) ;; *) dir=$PWD/$dir ;; esac
mark='# Written by fetch-promtool.sh'
works() { [ -x "$1/promtool" ] && "$1/promtool" --version >/dev/null 2>&1; }

. "$project/scripts/unpack-debian.sh"
begin promtool
fetch bookworm 'promtool of Debian bookworm' prometheus
mv "$part/usr/bin/promtool" "$part/promtool.bin"
rm -rf "$part/usr/share" "$part/usr/bin" "$part/usr/sbin" "$part/etc"

cat >"$part/promtool" <<WRAPPER
#!/bin/sh
$mark: promtool of Debian bookworm with its own loader and libraries.
root=\$(cd "\$(dirname "\$0")" && pwd)
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/promtool.bin" "\$@"
WRAPPER
chmod +x "$part/promtool"
"$part/promtool" --version >"$part/version" 2>&1 || { cat "$part/version" >&2; fail 'it does not start here, see above'; }
finish
