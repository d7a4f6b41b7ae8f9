# For tests of rollbackd-step: a folder, configurations, requests, results.
# Sourced; prints "ok NAME" and "not ok NAME" lines.
BUILD=${BUILD:-build}
STEP=${STEP:-$BUILD/rollbackd-step}
T=$(mktemp -d)
C=$T/conf
S=$T/state
failures=0
runs=0
trap 'rm -rf "$T"; [ "$failures" -eq 0 ] || exit 1' EXIT
mkdir -m 700 "$C" "$S"

ok() {
	echo "ok $1"
}

not_ok() {
	echo "not ok $1: $2"
	failures=$((failures + 1))
}

# is NAME ACTUAL EXPECTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else
		not_ok "$1" "got \"$2\", expected \"$3\""
	fi
}

# like NAME ACTUAL PATTERN
like() {
	if [[ $2 == $3 ]]; then ok "$1"; else
		not_ok "$1" "got \"$2\", expected \"$3\""
	fi
}

# configure STEPS [MORE OF THE PROCEDURE] [MORE OF THE SERVICE] [PROCEDURES]:
# service "shop" with procedure "back"
configure() {
	local service=${3:-}

	[ -n "$service" ] || service='cooldown = "10m";'
	cat >"$C/rollbackd.conf" <<END
services = ( {
  name = "shop"; environment = "test"; $service
  params = { where = "a b;\$(id)"; host = [ "one", "two" ]; };
  probes = ( { name = "p"; type = "http"; url = "http://127.0.0.1:1/";
    interval = "1s"; } );
  verify = { probes = ["p"]; successes = 1; within = "9s"; };
  procedures = [ "back" ];
} );
procedures = ( { name = "back"; ${2:-}
  params = { where = { required = false; }; host = { required = false; }; };
  steps = ( $1 ); }
  ${4:-} );
END
}

# A step that counts its effects: effect NAME [MORE SHELL] [MORE SETTINGS]
effect() {
	printf '{ name = "%s"; timeout = "10s"; %s' "$1" "${3:-}"
	printf 'command = [ "/bin/sh", "-c", "echo %s >>%s/effects; %s" ]; }' \
		"$1" "$T" "${2:-:}"
}

effects() {
	if [ -e "$T/effects" ]; then wc -l <"$T/effects"; else echo 0; fi
}

new_run() {
	runs=$((runs + 1))
	RUN=$(printf '01J%023d' "$runs")
}

ask() { # KEY [NAME=VALUE]...
	"$BUILD/tests/peer/step_request" "$C" "$S" "$@"
}

step() { # KEY
	"$STEP" -c "$C" -s "$S" -g 300 "$1"
}

go() { # KEY [NAME=VALUE]...
	ask "$@" && step "$1"
}

# field KEY NAME: a field of a result, as it stands there
field() {
	sed -n "s/^$2 //p" "$S/step/results/$1" 2>/dev/null
}

outcome() {
	field "$1" outcome
}

# carriers KEY: how many processes bear the key
carriers() {
	grep -lzs "^ROLLBACKD_KEY=$1\$" /proc/[0-9]*/environ | wc -l
}
