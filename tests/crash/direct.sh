# direct.sh - the daemon as a program of ours, which starts the steps itself.
dir=$(mktemp -d "${TMPDIR:-/tmp}/rollbackd-crash.XXXXXX") || exit 1
socket=$dir/run/control.sock
state=$dir/state
conf=$dir/rollbackd.conf
runner="runner = { program = \"$programs/rollbackd-step\"; };"
armed=$dir/armed
daemon=

fresh_dir() {
	:
}

begin() {
	: >"$conf.new"
	chmod 600 "$conf.new"
}

# Our own runners: those with our folder among their arguments.
runners() {
	pgrep -f -- "rollbackd-step .*-s $dir/state "
}

# With $1, it dies at that place once.
start_daemon() {
	if [ -n "${1:-}" ]; then
		: >"$armed"
		ROLLBACKD_FAILPOINT=$1 ROLLBACKD_FAILPOINT_FILE=$armed \
			"$programs/rollbackd" -f -c "$conf" \
			2>>"$dir/log" &
	else
		"$programs/rollbackd" -f -c "$conf" 2>>"$dir/log" &
	fi
	daemon=$!
	disown
	starts=$((starts + 1))
}

is_alive() {
	[ -n "$daemon" ] && kill -0 "$daemon" 2>/dev/null
}

# Which of our own processes it was given to kill: false when there is none.
kill_daemon() {
	is_alive || return 1
	kill -KILL "$daemon" 2>/dev/null
	while is_alive; do pause_ms 1; done
}

kill_runners() {
	local pid killed=1
	for pid in $(runners); do
		kill -KILL "$pid" 2>/dev/null && killed=0
	done
	return $killed
}

revive() {
	is_alive || start_daemon
}

end() {
	kill_daemon
	kill_runners
}
