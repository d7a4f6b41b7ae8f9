# For tests of rollbackd-step as root starts it for a monitor that is another
# user.  Sourced; what is asked, is asked with that user's own rights.
. "$(dirname "$0")/runner.sh" || exit 1
if [ "$(id -u)" -ne 0 ]; then
	echo "ok # skipped: this takes root"
	exit 0
fi
MON=64998 # no name, no group but its own
S=$T/own
V=$T/var
R=$V/requests
A=$S/approvals
INCIDENT=01J0000000000000000000000A
incidents=0
chmod 711 "$T"
chmod 755 "$C"
mkdir -m 755 "$S"
mkdir -m 750 "$V"
mkdir -m 700 "$R"
chown -R "$MON:$MON" "$V"
: >"$T/effects"
chmod 666 "$T/effects"
install -m 755 "$BUILD/tests/peer/step_request" "$BUILD/tests/peer/approve" \
	"$BUILD/tests/peer/swap" "$T"

monitor() { # COMMAND...: as the monitor, wherever its rights reach
	setpriv --reuid "$MON" --regid "$MON" --clear-groups -- "$@"
}

as() { # USER COMMAND...: with all his groups and that of the socket
	local user=$1

	shift
	setpriv --reuid "$user" --regid "$(id -g "$user")" \
		--groups "$(id -G "$user" | tr ' ' ,),$MON" -- "$@"
}

ask() { # KEY [NAME=VALUE]...
	monitor "$T/step_request" "$C" "$V" "$1" incident="$INCIDENT" \
		cause=automatic procedure=auto target_version=1.2 \
		"${files[@]}" "${@:2}"
}

step() { # NAME
	"$STEP" -c "$C" -s "$S" -r "$R" -u "$MON" -g 300 "$1"
}

field() {
	sed -n "s/^$2 //p" "$S/results/$1" 2>/dev/null
}

new_incident() {
	incidents=$((incidents + 1))
	INCIDENT=$(printf '01K%023d' "$incidents")
}

# fresh: a new run of a new incident, no effects, no memory
fresh() {
	rm -rf "$S/claims" "$S/pins" "$S/results" "$S/output"
	rm -f "$A"/*
	find "$R" -mindepth 1 -delete
	: >"$T/effects"
	new_run
	new_incident
}

effects() {
	wc -l <"$T/effects"
}

# digest PROCEDURE [NAME=VALUE]...: of its pin
digest() {
	STEP_REQUEST_SAYS=1 "$T/step_request" "$C" "$T/digest" \
		01J00000000000000000000000-0-1 procedure="$1" \
		"${files[@]}" "${@:2}"
}

# approve USER [NAME=VALUE]...: his word for procedure "asked"
approve() {
	as "$1" "$T/approve" "$A/$INCIDENT" incident="$INCIDENT" \
		digest="$(digest asked)" target_version=1.2 "${@:2}"
}

# one NAME [SETTINGS] [SHELL]: a step that counts its effects
one() {
	printf '{ name = "%s"; timeout = "20s"; user = "daemon"; %s' \
		"$1" "${2:-}"
	printf 'command = [ "/bin/sh", "-c", "echo %s >>%s/effects; %s" ]; }' \
		"$1" "$T" "${3:-:}"
}

# rule NAME SEVERITY MODE PROCEDURE
rule() {
	printf '{ name = "%s"; any = [ "down" ]; severity = "%s"; ' "$1" "$2"
	printf 'mode = "%s"; arm_window = "none"; procedure = "%s"; }' "$3" "$4"
}

# service NAME SETTINGS RULES
service() {
	printf '{ name = "%s"; environment = "test"; %s\n' "$1" "$2"
	printf 'probes = ( { name = "p"; type = "http"; interval = "1s"; '
	printf 'url = "http://127.0.0.1:1/"; } );\n'
	printf 'evaluators = ( { name = "down"; type = "consecutive"; '
	printf 'probe = "p"; } );\n'
	printf 'verify = { probes = ["p"]; successes = 1; within = "9s"; };\n'
	printf 'rules = ( %s ); }\n' "$3"
}

# own EXECUTOR NAME SETTINGS: a step that the monitor does itself
own() {
	printf '{ name = "%s"; executor = "%s"; timeout = "1h"; %s }' \
		"$2" "$1" "${3:-}"
}

# write_config: "auto" acts by itself, "asked" waits for a lead, "listed" is
# there for operators; another service has its own.
write_config() {
	cat >"$C/rollbackd.conf" <<END
include = [ "services.d" ];
control = { roles = { lead = [ "games" ]; manager = [ "news" ];
	on_call = [ "mail" ]; }; };
limits = { rollbacks_per_hour = 6; };
procedures = (
{ name = "auto"; escalate = "worse";
  steps = ( ${AUTO:-$(one a), $(one b)} ); },
{ name = "worse"; escalate = "worst"; steps = ( $(one w) ); },
{ name = "worst"; escalate = "end"; steps = ( $(one x) ); },
{ name = "end"; steps = ( $(one y) ); },
{ name = "asked"; escalate = "worse"; params = { };
  steps = ( $(one c 'environment = { TO = "\${target_version}"; };'),
	$(one d) ); },
{ name = "burnt"; destructive = true; steps = ( $(one b) ); },
{ name = "burning"; destructive = true; steps = ( $(one b) ); },
{ name = "prepared"; escalate = "worse";
  steps = ( $(one p 'prepare = true;'), $(one q) ); },
{ name = "listed"; steps = ( $(one l) ); },
{ name = "tried"; steps = ( $(one t) ); },
{ name = "gated"; budget = "${BUDGET:-15m}"; escalate = "worse";
  steps = ( ${GATED:-$(own wait w 'time = "1s";'), $(one a), $(own approval g \
	'role = "lead";'), $(one b), $(own verify v), $(own approval h \
	'role = "manager";'), $(one c)} ); },
{ name = "theirs"; steps = ( $(one o) ); },
{ name = "rooted"; steps = ( { name = "r"; timeout = "20s"; user = "root";
	command = [ "/bin/sh", "-c", "echo r >>$T/effects" ]; } ); } );
END
	mkdir -p -m 755 "$C/services.d"
	cat >"$C/services.d/shop.conf" <<END
services = ( $(service shop 'cooldown = "0s"; budget = 3;
	procedures = [ "listed" ];' "$(rule r0 P0 enforce auto),
	$(rule r1 P1 enforce asked), $(rule r2 P0 propose tried),
	$(rule r3 P1 enforce prepared), $(rule r4 P1 enforce rooted),
	$(rule r5 P0 enforce burnt), $(rule r6 P0 enforce burning |
	sed 's/ }$/ automatic_destructive = true; }/'),
	$(rule r7 P0 enforce gated)") );
END
	cat >"$C/services.d/other.conf" <<END
services = ( $(service other 'cooldown = "0s"; budget = 9;' \
	"$(rule r0 P0 enforce theirs)") );
END
	chmod -R go-w "$C"
}

files=(file=rollbackd.conf file=services.d/shop.conf)
write_config
mkdir -m 700 "$T/digest"
