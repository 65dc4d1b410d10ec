#!/usr/bin/env bash
# The proof that ./dev needs nothing but Debian 12, git and a shell: runs it in a fresh Debian of its own.
#
#   clean_root.sh FOLDER test [FLAG…]   ./dev test
#   clean_root.sh FOLDER run [FLAG…]    ./dev run, until its page answers; then Ctrl-C, and nothing may be left running
#   clean_root.sh FOLDER COMMAND…       anything else, in the checkout
#
# Needs root and debootstrap. The bare Debian is kept as FOLDER.tar.gz and unpacked anew each time; KEEP=1 goes on with
# FOLDER as it is (a second run must find nothing to install). Only what is committed is tested: the checkout is a clone.
# The package sources, proxies, certificates and npm settings are this machine's; none is part of the project.
set -euo pipefail

root=$(realpath -m "$1")
shift
project=$(git -C "$(dirname "${BASH_SOURCE[0]}")" rev-parse --show-toplevel)

# In namespaces of its own, so that all mounts and processes end with this script, however it ends.
if [[ -z ${CLEAN_ROOT_INSIDE:-} ]]; then
  CLEAN_ROOT_INSIDE=1 exec unshare --mount --pid --fork --kill-child "${BASH_SOURCE[0]}" "$root" "$@"
fi

say() { printf '== clean root: %s\n' "$*"; }

if [[ ! -e $root.tar.gz ]]; then
  say "making a Debian 12 in $root"
  rm -rf "$root"
  mkdir -p "$root"
  debootstrap --variant=minbase --include=git bookworm "$root" >"$root.log"
  tar -C "$root" -czf "$root.tar.gz" .
elif [[ -z ${KEEP:-} || ! -d $root ]]; then
  say "unpacking $root.tar.gz"
  rm -rf "$root"
  mkdir -p "$root"
  tar -C "$root" -xzf "$root.tar.gz"
fi

# What this machine reaches its package registries by.
cp -r /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d "$root/etc/apt/" 2>/dev/null || true
cp /etc/hosts /etc/resolv.conf "$root/etc/"
mkdir -p "$root/usr/local/share/ca-certificates"
cp /usr/local/share/ca-certificates/*.crt "$root/usr/local/share/ca-certificates/" 2>/dev/null || true
passed=()
for name in http_proxy https_proxy no_proxy NODE_EXTRA_CA_CERTS NPM_CONFIG_REGISTRY CI JOBS; do
  [[ -z ${!name:-} ]] || passed+=("$name=${!name}")
done

mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
if [[ -e ${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc} ]]; then   # bound, not copied: it may hold a secret
  touch "$root/opt/.npmrc"
  mount --bind -o ro "${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}" "$root/opt/.npmrc"
fi

if [[ ! -d $root/opt/fajma ]]; then
  git clone -q --no-hardlinks "$project" "$root/opt/fajma"
else
  git -C "$root/opt/fajma" pull -q "$project" HEAD
fi

inside() {
  chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/opt LANG=C.UTF-8 "${passed[@]}" "$@"
}

case $1 in
  test) inside bash -c 'cd /opt/fajma && exec ./dev "$@"' - "$@" ;;
  run) inside bash -s - "$@" <<'INSIDE' ;;
set -uo pipefail
fail() { cat /tmp/run.log; printf '== clean root: %s\n' "$*"; exit 1; }

cd /opt/fajma
set -m   # a background job of its own group, which takes SIGINT as from a terminal
./dev "$@" >/tmp/run.log 2>&1 &
program=$!
until page=$(sed -n 's/^page //p' /tmp/run.log) && [[ $page ]]; do
  kill -0 $program 2>/dev/null || fail "ended without a page"
  sleep 1
done
node -e 'fetch(process.argv[1]).then((r) => process.exit(r.ok ? 0 : 1))' "$page" || fail "the page does not answer"
kill -INT -- -$program
wait $program
rc=$?
left=$(grep -lxE 'fajma|mosquitto' /proc/[0-9]*/comm 2>/dev/null)   # of this PID namespace: all are ours
[[ -z $left ]] || fail "left running: $left"
cat /tmp/run.log
echo "== clean root: the page answered at $page; after Ctrl-C the program ended with $rc, nothing left running"
exit $rc
INSIDE
  *) inside bash -c 'cd /opt/fajma && exec "$@"' - "$@" ;;
esac
