# Read by fetch-*.sh: packages of another Debian suite, with everything they need, unpacked into a folder that appears complete or not at all. Installs
# nothing; needs no root.
#
# The reader has `fail`, which says why and ends, `dir`, the folder, `mark`, the line by which a folder that was made before is known, and `works DIR`.
# `begin PROGRAM` ends the script where DIR/PROGRAM works already. `fetch SUITES LABEL apt-get's words` unpacks into `part`, and says where in there
# the `loader` and the `libraries` are. `finish` puts it in its place.

begin() {
  if works "$dir"; then exit 0; fi
  if [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ] && ! grep -qs "^$mark" "$dir/$1"; then
    fail "$dir exists and was not made by this script"
  fi
  for tool in apt-get dpkg tar awk; do
    command -v "$tool" >/dev/null 2>&1 || fail "no $tool here; this works on Debian only"
  done
  mkdir -p "$(dirname "$dir")"
  part=$(mktemp -d "$dir.part.XXXXXX") || fail "no room beside $dir"
  trap 'rm -rf "$part"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  chmod 755 "$part"
}

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

fetch() {
  suites=$1 label=$2
  shift 2
  apt=$part/apt
  mkdir -p "$apt/lists/partial" "$apt/sources" "$apt/state" "$apt/cache" "$apt/archives/partial" "$apt/log"
  : >"$apt/state/status" # no package is installed, so apt fetches the libraries too
  debian_stanza "$suites" >"$apt/sources/debian.sources"
  if [ ! -s "$apt/sources/debian.sources" ]; then
    rm "$apt/sources/debian.sources"
    debian_line "$suites" >"$apt/sources/debian.list"
    [ -s "$apt/sources/debian.list" ] || fail 'no apt source of Debian in /etc/apt on this machine'
  fi
  cat >"$apt/apt.conf" <<CONF
Dir::State "$apt/state"; Dir::State::lists "$apt/lists"; Dir::State::status "$apt/state/status";
Dir::Cache "$apt/cache"; Dir::Cache::archives "$apt/archives"; Dir::Log "$apt/log";
Dir::Etc::sourcelist "/dev/null"; Dir::Etc::sourceparts "$apt/sources"; Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$(dpkg --print-architecture)"; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "3";
CONF
  export APT_CONFIG="$apt/apt.conf"

  echo "$label: reading the package lists (tens of MB, thrown away afterwards)" >&2
  apt-get update -qq >"$apt/said" 2>&1 || { cat "$apt/said" >&2; fail 'apt-get update failed, see above'; }
  # Recommends stay out, and so does every package already on this machine: what is fetched is all that will be used.
  install() { apt-get -y -qq --no-install-recommends --download-only install "$@"; }
  install "$@" --print-uris >"$apt/uris" 2>"$apt/said" || { cat "$apt/said" >&2; fail 'apt-get knows no way to it, see above'; }
  awk -v label="$label" -v dir="$dir" '/^\x27/ { n++; bytes += $3 }
    END { printf "fetching %s: %d packages, %.1f MB, into %s\n", label, n, bytes / 1e6, dir }' "$apt/uris" >&2
  install "$@" >"$apt/said" 2>&1 || { cat "$apt/said" >&2; fail 'apt-get could not fetch the packages, see above'; }

  # Debian's packages expect these links of a merged /usr. Those of bookworm and before unpack into them, which dpkg -x does not allow.
  for name in lib lib64; do
    mkdir -p "$part/usr/$name"
    ln -s "usr/$name" "$part/$name"
  done
  for package in "$apt/archives"/*.deb; do
    dpkg --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$part" || fail "$package does not unpack"
  done
  loader=$(cd "$part" && find usr/lib usr/lib64 -name 'ld-linux*.so.*' | head -n 1)
  libraries=$(cd "$part" && find usr/lib -maxdepth 1 -name '*-linux-gnu*' | head -n 1)
  [ -n "$loader" ] && [ -n "$libraries" ] || fail 'the packages hold no program loader'
  rm -rf "$apt" "$part/var"
}

# A folder that no longer works makes way first.
finish() {
  rm -rf "$dir"
  mv -T "$part" "$dir" 2>/dev/null || works "$dir" || fail "another process is writing $dir"
}
