#!/bin/sh
# Downloads Debian packages and unpacks them under a folder, without root and without installing anything.
#
#   unpack.sh CACHE TARGET alone|with-libraries|suite:NAME PACKAGE...
#
# alone: the packages only. with-libraries: also those of their dependencies that the machine does not have.
# suite:NAME: the packages of that release of Debian, and all of their dependencies, from the mirror of the machine.
#
# CACHE keeps apt's lists and downloads. TARGET, inside CACHE, appears complete or not at all. Everything runs under one
# lock. The programs started here inherit it, so it is released when the last of them has ended, even if it was killed.
set -eu
cache=$1 target=$2 mode=$3
shift 3

suite=
case $mode in suite:*) suite=${mode#suite:} ;; esac
state=$cache/state${suite:+-$suite}
mkdir -p "$state/lists/partial" "$cache/archives"
exec 9>"$cache/lock"
if ! flock --nonblock 9; then
  echo 'waiting for another process that downloads packages'
  flock 9
fi
[ ! -d "$target" ] || exit 0

archives=$cache/archives/$(basename "$target")
mkdir -p "$archives/partial"
installed=/var/lib/dpkg/status
if [ -n "$suite" ]; then
  installed=$state/status # Of a machine that has no packages.
  : >"$installed"
  # A mirror of the machine's own release has the other releases, too.
  . /etc/os-release
  apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk -v own="${VERSION_CODENAME:-}" -v suite="$suite" '$2 == own && $3 == "main" && !seen[$1]++ {
      print "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]", $1, suite, "main"
    }' >"$state/sources.list"
  if [ ! -s "$state/sources.list" ]; then
    echo "E: apt has no mirror of Debian ${VERSION_CODENAME:-}, from which $suite could be fetched" >&2
    exit 1
  fi
fi
# A separate state and cache, with the sources and keys of the machine. Nothing is installed, so the lock of the machine's
# package manager is not needed.
apt() {
  apt-get --quiet --yes \
    -o Dir::State="$state" -o Dir::State::status="$installed" \
    -o Dir::Cache="$cache" -o Dir::Cache::archives="$archives" \
    ${suite:+-o "Dir::Etc::sourcelist=$state/sources.list" -o Dir::Etc::sourceparts=-} \
    -o APT::Sandbox::User=root -o Debug::NoLocking=true \
    -o Acquire::Retries=2 -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 "$@"
}
# Prints one line per package that apt fetches: name, version and size.
fetched() {
  awk -v architecture="$(dpkg --print-architecture)" '/^Get:/ && !/ (InRelease|Packages|Translation)/ {
    name = $(NF - 3)
    if (name == architecture || name == "all") name = $(NF - 4)
    print "downloading", name, $(NF - 2), $(NF - 1), $NF
    fflush()
  }'
}

echo 'reading the package lists'
# A third-party list that cannot be fetched is not an error: a missing package is reported below.
apt update >"$cache/update.log" 2>&1 || tail -n 3 "$cache/update.log" >&2
{
  status=0
  if [ "$mode" = alone ]; then
    (cd "$archives" && apt download "$@" 2>&1) || status=$?
  else
    # The named packages, and those of their dependencies that the machine does not have (of a suite: all).
    apt install --download-only --reinstall --no-install-recommends "$@" 2>&1 || status=$?
  fi
  echo "$status" >"$archives/status"
} | tee "$cache/download.log" | fetched
if [ "$(cat "$archives/status")" != 0 ]; then
  grep -E '^[EW]: ' "$cache/download.log" >&2 || tail -n 3 "$cache/download.log" >&2
  exit 1
fi

echo 'unpacking'
for leftover in "$target".partial-*; do rm -rf "$leftover"; done
partial=$target.partial-$$
mkdir -p "$partial"
if [ -n "$suite" ]; then
  for folder in bin lib lib64 sbin; do
    mkdir -p "$partial/usr/$folder"
    ln -s "usr/$folder" "$partial/$folder"
  done
fi
for package in "$archives"/*.deb; do
  # Up to Debian 12, packages have files in /lib and the like, which are symbolic links here and must stay that.
  dpkg-deb --fsys-tarfile "$package" | tar --extract --keep-directory-symlink --directory "$partial"
done
mv "$partial" "$target"
rm -rf "$archives"
