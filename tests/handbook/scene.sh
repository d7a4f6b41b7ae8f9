# scene.sh - what the tests of procedures share; sourced by them.
#
# The handbook as it is, with the real daemon and runner in direct mode; each
# service is well, and may be rolled back by one procedure at an operator's
# order.
. "$(dirname "$0")/../system/lib.sh" || exit 1
cooldown=4h
deploy=$dir/deploy
mkdir -m 700 "$deploy"
served_list=()
start_nginx

# served NAME PROCEDURE PARAMS [OTHER]: a service with that procedure.
served() {
	served_list+=("$(service "$1" "" "procedures = [ \"$2\" ];
		params = { $3 }; ${4:-}")")
}

# open_handbook [SED]: starts it all, the procedures changed by that script.
open_handbook() {
	tests/handbook/place "$dir/procedures.d" || exit 1
	[ -z "${1:-}" ] || sed -i "$1" "$dir"/procedures.d/*.conf
	{
		head_conf
		echo 'include = [ "procedures.d" ];'
		echo "services = ( $(join "${served_list[@]}") );"
	} >"$conf"
	chmod 600 "$conf"
	start_daemon
}

# order NAME PROCEDURE [OPTION...]
order() {
	local name=$1 procedure=$2
	shift 2
	gives 0 rollback "$name" --procedure "$procedure" --reason "a test" "$@"
}

# step_is NAME STEP OUTCOME: of the newest incident.
step_is() {
	ctl incident "$(newest "$1" id)" --json &&
		jq -e --arg step "$2" --arg outcome "$3" \
			'[.. | objects | select(.label? == $step) |
			.outcome] | last == $outcome' "$dir/out" >/dev/null
}

# told NAME WORDS: what its report, or its steps, said.
told() {
	ctl incident "$(newest "$1" id)" --json && grep -q -- "$2" "$dir/out"
}

# As if the host had lost its power: the daemon, the runners and what they
# have started.
kill_everything() {
	local pid
	for pid in $daemon $(runners); do kill -KILL "$pid" 2>/dev/null; done
	wait_for is_gone "$daemon"
	daemon=
}
