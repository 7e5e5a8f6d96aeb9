# Sourced by the scripts: installs Debian packages whose commands are missing, and builds tools that are Go programs.

# need_commands COMMAND:PACKAGE... - makes sure that each command is there; false if one cannot be had. Instead of a command there may be
# a pattern of files that starts with a slash.
need_commands() {
  local entry missing=()
  for entry in "$@"; do
    if [[ $entry == /* ]]; then
      compgen -G "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
    else
      command -v "${entry%%:*}" >/dev/null || missing+=("${entry##*:}")
    fi
  done
  [ "${#missing[@]}" -eq 0 ] && return 0

  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo -n)
  fi
  if ! command -v apt-get >/dev/null || { [ "${#as_root[@]}" -gt 0 ] && ! sudo -n true 2>/dev/null; }; then
    echo "These packages are needed and cannot be installed from here: ${missing[*]}" >&2
    return 1
  fi
  echo "Installing ${missing[*]}"
  local log
  log=$(mktemp)
  if "${as_root[@]}" apt-get -q -o DPkg::Lock::Timeout=120 update >"$log" 2>&1 &&
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
      apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "${missing[@]}" >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 20 "$log" >&2
  rm -f "$log"
  echo "These packages are needed and could not be installed: ${missing[*]}" >&2
  return 1
}

# go_tool NAME PACKAGE VERSION - prints the path of a Go program, which it builds once for each user. Go compares the source with its public
# checksum database.
go_tool() {
  local directory=${XDG_CACHE_HOME:-$HOME/.cache}/signer-tools/$1@$3
  if [ ! -x "$directory/$1" ]; then
    GOBIN=$directory go install "$2@$3" >&2 || return 1
  fi
  echo "$directory/$1"
}

# The version of Helm that checks and packs the chart.
helm_tool() { go_tool helm helm.sh/helm/v4/cmd/helm v4.3.1; }
