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
if works "$dir"; then exit 0; fi

if [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ] && ! grep -qs "^$mark" "$dir/haproxy"; then
  fail "$dir exists and was not made by this script"
fi
for tool in apt-get dpkg awk; do
  command -v "$tool" >/dev/null 2>&1 || fail "no $tool here; this works on Debian only"
done

# The stanza of Debian itself among this machine's apt sources, in either notation: so its mirror and its keyring are used.
debian_stanza() {
  find /etc/apt/sources.list.d -name '*.sources' -exec cat {} + -exec echo \; 2>/dev/null | awk -v suites="$1" '
    BEGIN { RS = ""; FS = "\n" }
    {
      kept = ""; uris = ""; types = ""; of = ""; enabled = 1; components = ""
      for (i = 1; i <= NF; i++) {
        name = tolower($i); sub(/:.*/, "", name); value = $i; sub(/^[^:]*:[ \t]*/, "", value)
        if ($i ~ /^#/) continue
        if ($i !~ /^[ \t]/) {
          if (name == "types") { types = value; continue }
          if (name == "suites") { of = value; continue }
          if (name == "components") { components = value; continue }
          if (name == "targets") continue
          if (name == "enabled") { enabled = (value !~ /^(no|false)/); continue }
          if (name == "uris") uris = value
        }
        kept = kept $i "\n"
      }
      if (!enabled || (" " types " ") !~ / deb / || (" " components " ") !~ / main / || of ~ /^[^ ]*\/$/) next
      if (uris !~ /\/debian\/?( |$)/ && kept !~ /debian-archive/) next
      if (uris ~ /security/ || of ~ /^[^ ]*-security/) next
      printf "Types: deb\nSuites: %s\nComponents: main\nTargets: Packages\n%s", suites, kept; exit
    }'
}
debian_line() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null | awk -v suites="$1" '
    $1 == "deb" {
      line = $0; sub(/^deb[ \t]+/, "", line); options = ""
      if (match(line, /^\[[^\]]*\]/)) { options = substr(line, 2, RLENGTH - 2); line = substr(line, RLENGTH + 1) }
      split(line, field, " ")
      if (field[1] !~ /\/debian\/?$/ || field[2] ~ /-security|\//) next
      n = split(suites, suite, " ")
      for (i = 1; i <= n; i++) printf "deb [%s target=Packages] %s %s main\n", options, field[1], suite[i]
      exit
    }'
}

mkdir -p "$(dirname "$dir")"
part=$(mktemp -d "$dir.part.XXXXXX") || fail "no room beside $dir"
trap 'rm -rf "$part"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$part"

apt=$part/apt
mkdir -p "$apt/lists/partial" "$apt/sources" "$apt/state" "$apt/cache" "$apt/archives/partial" "$apt/log"
: >"$apt/state/status" # no package is installed, so apt fetches the libraries too
debian_stanza "$suites" >"$apt/sources/debian.sources"
if [ ! -s "$apt/sources/debian.sources" ]; then
  rm "$apt/sources/debian.sources"
  debian_line "$suites" >"$apt/sources/debian.list"
  [ -s "$apt/sources/debian.list" ] || fail 'no apt source of Debian in /etc/apt on this machine'
fi
architecture=$(dpkg --print-architecture)
cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state"; Dir::State::lists "$apt/lists"; Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache"; Dir::Cache::archives "$apt/archives"; Dir::Log "$apt/log";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$apt/sources"; Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$architecture"; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
CONF
export APT_CONFIG="$apt/apt.conf"

echo "haproxy of Debian $suite: reading the package lists (tens of MB, thrown away afterwards)" >&2
apt-get update -qq >"$apt/said" 2>&1 || { cat "$apt/said" >&2; fail 'apt-get update failed, see above'; }
# Recommends stay out, and so does every package already on this machine: what is fetched is all that will be used.
install() { apt-get -y -qq --no-install-recommends --download-only -t "$suite" "$@" install haproxy; }
install --print-uris >"$apt/uris" 2>"$apt/said" || { cat "$apt/said" >&2; fail 'apt-get knows no way to it, see above'; }
awk -v dir="$dir" '/^\x27/ { n++; bytes += $3; if ($2 ~ /^haproxy_/) { split($2, part, "_"); version = part[2] } }
  END { gsub("%3a", ":", version); printf "fetching haproxy %s and its libraries: %d packages, %.1f MB, into %s\n", version, n, bytes / 1e6, dir }' "$apt/uris" >&2
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
[ -n "$loader" ] && [ -n "$libraries" ] || fail 'the packages hold no program loader'
rm -rf "$apt" "$part/usr/share" "$part/var"

# The libraries are newer than this system's, so the program is started by its own loader.
cat >"$part/haproxy" <<WRAPPER
#!/bin/sh
$mark: haproxy of Debian $suite with its own loader and libraries.
root=\$(cd "\$(dirname "\$0")" && pwd)
exec "\$root/$loader" --library-path "\$root/$libraries" "\$root/usr/sbin/haproxy" "\$@"
WRAPPER
chmod +x "$part/haproxy"
"$part/haproxy" -v >"$part/version" 2>&1 || { cat "$part/version" >&2; fail 'it does not start here, see above'; }

# The folder appears complete or not at all; a folder that no longer works makes way first.
rm -rf "$dir"
mv -T "$part" "$dir" 2>/dev/null || works "$dir" || fail "another process is writing $dir"
head -n 1 "$dir/version" >&2
