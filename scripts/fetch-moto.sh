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
if works "$dir"; then exit 0; fi

if [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ] && ! grep -qs "^$mark" "$dir/moto-server"; then
  fail "$dir exists and was not made by this script"
fi
for tool in apt-get dpkg awk; do
  command -v "$tool" >/dev/null 2>&1 || fail "no $tool here; this works on Debian only"
done
# The mirror, and the keyring where one is named, are those by which this machine gets Debian itself.
source=$(apt-get indextargets --format '$(REPO_URI) $(SIGNED_BY)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' 2>/dev/null |
  grep -v -- -security | head -n 1)
[ -n "$source" ] || fail 'no apt source of Debian on this machine, or its package lists were never fetched (apt-get update)'
mirror=${source%% *}
case "$source" in *' /'*) options="signed-by=${source#* } target=Packages" ;; *) options='target=Packages' ;; esac

mkdir -p "$(dirname "$dir")"
part=$(mktemp -d "$dir.part.XXXXXX") || fail "no room beside $dir"
trap 'rm -rf "$part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$part"

apt=$part/apt
mkdir -p "$apt/lists/partial" "$apt/sources" "$apt/state" "$apt/cache" "$apt/archives/partial" "$apt/log"
: >"$apt/state/status" # no package is installed, so apt fetches Python and the libraries too
echo "deb [$options] $mirror sid main" >"$apt/sources/debian.list"
cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state"; Dir::State::lists "$apt/lists"; Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache"; Dir::Cache::archives "$apt/archives"; Dir::Log "$apt/log";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$apt/sources"; Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$(dpkg --print-architecture)"; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
CONF
export APT_CONFIG="$apt/apt.conf"

echo 'moto of Debian sid: reading the package lists (tens of MB, thrown away afterwards)' >&2
apt-get update -qq >"$apt/said" 2>&1 || { cat "$apt/said" >&2; fail 'apt-get update failed, see above'; }
install() { apt-get -y -qq --no-install-recommends --download-only "$@" install python3-moto python3-flask-cors; }
install --print-uris >"$apt/uris" 2>"$apt/said" || { cat "$apt/said" >&2; fail 'apt-get knows no way to it, see above'; }
awk -v dir="$dir" '/^\x27/ { n++; bytes += $3; if ($2 ~ /^python3-moto_/) { split($2, part, "_"); version = part[2] } }
  END { printf "fetching moto %s with its Python: %d packages, %.1f MB, into %s\n", version, n, bytes / 1e6, dir }' "$apt/uris" >&2
install >"$apt/said" 2>&1 || { cat "$apt/said" >&2; fail 'apt-get could not fetch the packages, see above'; }

for package in "$apt/archives"/*.deb; do
  dpkg -x "$package" "$part" || fail "$package does not unpack"
done
# Debian's packages expect these links of a merged /usr; dpkg -x does not make them.
for name in lib lib64; do
  if [ -d "$part/usr/$name" ] && [ ! -e "$part/$name" ]; then ln -s "usr/$name" "$part/$name"; fi
done
loader=$(cd "$part" && find usr/lib usr/lib64 -name 'ld-linux*.so.*' 2>/dev/null | head -n 1)
libraries=$(cd "$part" && find usr/lib -maxdepth 1 -name '*-linux-gnu*' | head -n 1)
python=$(cd "$part" && find usr/bin -name 'python3.*' -type f | head -n 1)
[ -n "$loader" ] && [ -n "$libraries" ] && [ -n "$python" ] || fail 'the packages hold no program loader, or no Python'
rm -rf "$apt" "$part/usr/share/doc" "$part/usr/share/man" "$part/usr/share/locale" "$part/var"

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

# The folder appears complete or not at all; a folder that no longer works makes way first.
rm -rf "$dir"
mv -T "$part" "$dir" 2>/dev/null || works "$dir" || fail "another process is writing $dir"
