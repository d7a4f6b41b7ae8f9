# shellcheck shell=bash
# Starts each peer in the foreground, on the client core, in a folder of ours.
# $peer is its process then; what it says, each line with its moment in front,
# is in $said.

said=$dir/said

# run PROGRAM...
run() {
	: >"$said"
	tell forget
	on "$client_core" "$@" > >(exec "$bin/stamp" >"$said") 2>&1 &
	peer=$!
	started+=("$peer")
}

# start_rollbackd N INTERVAL [PROBE_OPTIONS]; false where it cannot do that.
start_rollbackd() {
	rm -rf "$dir/state"
	mkdir -m 700 "$dir/state"
	rollbackd_conf "$@" >"$dir/rollbackd.conf"
	chmod 600 "$dir/rollbackd.conf"
	run "$build/rollbackd" -f -c "$dir/rollbackd.conf"
	up
}
# It runs on where the next start of others must not.
up() {
	pause 0.5
	kill -0 "$peer" 2>/dev/null && return
	wait "$peer"
	say "does not start: $(head -3 "$said")"
	return 1
}
ctl() {
	timeout 60 "$build/rollbackctl" -s "$dir/control.sock" "$@"
}

start_bare() {
	run "$bin/prober_libevent" "$port" "$1" "$2" ${3:+"$3"}
	up
}
start_haproxy() {
	haproxy_conf "$1" >"$dir/haproxy.cfg"
	run /usr/sbin/haproxy -db -f "$dir/haproxy.cfg"
	up
}
start_monit() {
	monit_conf "$1" >"$dir/monitrc"
	chmod 600 "$dir/monitrc"
	rm -f "$dir"/monit.{id,state,pid}
	run /usr/bin/monit -I -c "$dir/monitrc"
	up
}
# Nagios goes through all descriptors that it may have for each plugin.
start_nagios() {
	rm -rf "$dir/nagios"
	mkdir -p "$dir/nagios/spool"
	nagios_conf >"$dir/nagios/nagios.cfg"
	nagios_objects "$1" >"$dir/nagios/objects.cfg"
	run prlimit --nofile=1024:1024 /usr/sbin/nagios4 "$dir/nagios/nagios.cfg"
	up
}
# The exporter asks when it is asked: wrk does, as fast as it answers.
start_blackbox() {
	blackbox_conf >"$dir/blackbox.yml"
	blackbox_wrk "$1" >"$dir/blackbox.lua"
	run /usr/bin/prometheus-blackbox-exporter \
		--config.file="$dir/blackbox.yml" \
		--web.listen-address=127.0.0.1:$((port + 3))
	up || return
	pause 1
	on "$target_core" wrk -t1 -c20 -d600s -s "$dir/blackbox.lua" \
		"http://127.0.0.1:$((port + 3))/" >"$dir/wrk.log" 2>&1 &
	driver=$!
	started+=("$driver")
}
