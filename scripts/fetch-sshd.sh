#!/bin/sh
# Unpacks OpenSSH's server of a newer Debian suite, with socat, into a folder that can be its root. Installs nothing.
#
#   scripts/fetch-sshd.sh SUITE [DIR]         SUITE: sid (OpenSSH 10)
#                                             DIR: default .cache/sshd/SUITE of the project
#
# DIR/sshd is then a program that starts it there (`chroot`, in a mount namespace of its own: that takes root), with /tmp of this machine.
# Does nothing where that already works.
# Exit: 0 it works · 3 it cannot be had here, the reason is printed · 64 bad usage.
set -eu

fail() { echo "sshd of ${suite:-?} cannot be fetched: $1" >&2; exit 3; }

suite=${1:-}
[ "$suite" = sid ] || { echo "usage: $0 sid [DIR]" >&2; exit 64; }
project=$(cd "$(dirname "$0")/.." && pwd)
dir=${2:-$project/.cache/sshd/$suite}
case "$dir" in /*) ;; *) dir=$PWD/$dir ;; esac
mark='# Written by fetch-sshd.sh'
works() { [ -x "$1/sshd" ] && "$1/sshd" -V >/dev/null 2>&1; }

[ "$(id -u)" -eq 0 ] || fail 'only root may start it in a root of its own'
. "$project/scripts/unpack-debian.sh"
begin sshd
fetch "$suite" "sshd of Debian $suite" openssh-server socat dash coreutils
rm -rf "$part/usr/share"

# Debian's packages expect a merged /usr; what their installation scripts would do is done here.
for name in bin sbin; do [ -e "$part/$name" ] || ln -s "usr/$name" "$part/$name"; done
[ -e "$part/usr/bin/sh" ] || ln -s dash "$part/usr/bin/sh"
mkdir -p "$part/dev" "$part/proc" "$part/tmp" "$part/run/sshd" "$part/root" "$part/etc"
printf 'root:x:0:0:root:/root:/bin/sh\nsshd:x:100:65534::/run/sshd:/usr/sbin/nologin\nnobody:x:65534:65534::/:/usr/sbin/nologin\n' >"$part/etc/passwd"
printf 'root:x:0:\nnogroup:x:65534:\n' >"$part/etc/group"
printf 'passwd: files\ngroup: files\n' >"$part/etc/nsswitch.conf"

cat >"$part/sshd" <<WRAPPER
#!/bin/sh
$mark: sshd of Debian $suite in a root of its own.
root=\$(cd "\$(dirname "\$0")" && pwd)
exec unshare --mount --propagation private sh -c '
  root=\$1; shift
  mount --rbind /dev "\$root/dev" && mount --rbind /proc "\$root/proc" && mount --rbind /tmp "\$root/tmp" || exit 3
  exec chroot "\$root" /usr/sbin/sshd "\$@"' sh "\$root" "\$@"
WRAPPER
chmod +x "$part/sshd"
"$part/sshd" -V >"$part/version" 2>&1 || { cat "$part/version" >&2; fail 'it does not start here, see above'; }
finish
