#!/bin/sh
# Unpacks moto, an independent stand-in for AWS, from Debian sid with its own Python and libraries. Installs nothing; needs no root.
#
#   scripts/fetch-moto.sh [DIR]      DIR: default .cache/moto of the project
#
# DIR/moto-server is then a program: DIR/moto-server -H 127.0.0.1 -p PORT. Does nothing where that already works.
# Older suites do not do: moto takes the wire format from botocore, and trixie's (1.37) does not know the one that the SDK speaks.
# Exit: 0 it works · 3 it cannot be had here, the reason is printed.
set -eu

fail() { echo "moto cannot be fetched: $1" >&2; exit 3; }

project=$(cd "$(dirname "$0")/.." && pwd)
dir=${1:-$project/.cache/moto}
case "$dir" in /*) ;; *) dir=$PWD/$dir ;; esac
mark='# Written by fetch-moto.sh'
works() { [ -x "$1/moto-server" ] && "$1/moto-server" --help >/dev/null 2>&1; }

. "$project/scripts/unpack-debian.sh"
begin moto-server
fetch sid 'moto of Debian sid with its Python' python3-moto python3-flask-cors
python=$(cd "$part" && find usr/bin -name 'python3.*' -type f | head -n 1)
[ -n "$python" ] || fail 'the packages hold no Python'
rm -rf "$part/usr/share/doc" "$part/usr/share/man" "$part/usr/share/locale"

# Python and libraries are newer than this system's, so they are started by their own loader. Nothing of this machine's Python is seen.
cat >"$part/moto-server" <<WRAPPER
#!/bin/sh
$mark: moto of Debian sid with its own loader, Python and libraries.
root=\$(cd "\$(dirname "\$0")" && pwd)
unset PYTHONPATH PYTHONSTARTUP
export PYTHONHOME="\$root/usr" PYTHONNOUSERSITE=1
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/$python" -m moto.server "\$@"
WRAPPER
chmod +x "$part/moto-server"
"$part/moto-server" --help >"$part/said" 2>&1 || { cat "$part/said" >&2; fail 'it does not start here, see above'; }
rm "$part/said"
echo "moto takes $(du -sm "$part" | cut -f 1) MB in $dir" >&2
finish
