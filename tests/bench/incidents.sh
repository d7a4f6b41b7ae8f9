#!/bin/bash
# From the arrival of the sample that trips to the first step's process:
# median and worst of so many incidents, commits included, with real nginx.
#
#   incidents.sh [INCIDENTS [FURTHER_SERVICES]]
set -u
build=${BUILD:?}
incidents=${1:-100}
further=${2:-0}
nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || exit 1
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID
dir=$(mktemp -d "${TMPDIR:-/tmp}/rollbackd-bench.XXXXXX") || exit 1
daemon=
clean_up() {
	[ -z "$daemon" ] || kill "$daemon" 2>/dev/null
	[ ! -e "$dir/nginx.pid" ] || kill "$(cat "$dir/nginx.pid")" 2>/dev/null
	wait 2>/dev/null
	rm -rf "$dir"
}
trap clean_up EXIT
mkdir -p "$dir/bad" "$dir/out" "$dir/run" "$dir/conf/services.d"
mkfifo "$dir/fifo"
pause() {
	read -rt "$1" <>"$dir/fifo" || :
}

port=$((20000 + RANDOM % 10000))
{
	[ "$(id -u)" -ne 0 ] || echo "user root root;"
	cat <<-END
		worker_processes 1; pid $dir/nginx.pid;
		error_log $dir/nginx.log; events { worker_connections 20000; }
		worker_rlimit_nofile 20000;
		http { access_log off; keepalive_timeout 300;
		  keepalive_requests 1000000;
		  client_body_temp_path $dir/t1; proxy_temp_path $dir/t2;
		  fastcgi_temp_path $dir/t3; uwsgi_temp_path $dir/t4;
		  scgi_temp_path $dir/t5;
		  server { listen 127.0.0.1:$port;
		    location / {
		      if (-f $dir/bad\$uri) { return 500; }
		      return 200 "ok"; } } }
	END
} >"$dir/nginx.conf"
"$nginx" -p "$dir" -c "$dir/nginx.conf" -e "$dir/nginx.log" || exit 1

service() {
	cat <<-END
		services = ( { name = "$1"; environment = "$1"; settle = "1s";
		  cooldown = "10m"; params = { name = "$1"; };
		  probes = ( { name = "health"; type = "http";
		    interval = "$2"; timeout = "100ms";
		    url = "http://127.0.0.1:$port/$1"; } );
		  evaluators = ( { name = "down"; type = "consecutive";
		    probe = "health"; failures = 3; recover = 1; } );
		  rules = ( { name = "dead"; any = [ "down" ];
		    severity = "P0"; mode = "enforce"; arm_window = "1h";
		    procedure = "stamp"; } );
		  verify = { probes = [ "health" ]; successes = 1;
		    within = "10s"; interval = "100ms"; }; } );
	END
}
cat >"$dir/conf/rollbackd.conf" <<-END
	state_directory = "$dir/state";
	control = { socket = "$dir/run/control.sock"; };
	runner = { program = "$build/rollbackd-step"; };
	include = [ "services.d" ];
	procedures = ( { name = "stamp"; budget = "5m";
	  params = { name = { required = true; }; };
	  steps = ( { name = "stamp"; timeout = "10s"; resume = "rerun";
	    command = [ "$build/tests/peer/stamp", "$dir/out/\${name}",
	      "$dir/bad/\${name}" ]; } ); } );
END
for ((i = 1; i <= incidents; i++)); do
	service "s$i" 100ms >"$dir/conf/services.d/s$i.conf"
done
# A hundred in a file; each polled once a minute.
for ((i = 0; i < further; i += 100)); do
	{
		echo "services = ("
		for ((k = i; k < i + 100 && k < further; k++)); do
			[ $k = $i ] || echo ","
			service "further$k" 60s | sed '1s/services = (//
				$s/ );$//'
		done
		echo ");"
	} >"$dir/conf/services.d/further$i.conf"
done

"$build/rollbackd" -f -c "$dir/conf/rollbackd.conf" 2>"$dir/log" &
daemon=$!
ctl() {
	"$build/rollbackctl" -s "$dir/run/control.sock" "$@"
}
for ((i = 0; i < 300; i++)); do
	ctl status >/dev/null 2>&1 && break
	pause 0.1
done
for ((i = 1; i <= incidents; i++)); do
	ctl deploy "s$i" v2 --previous v1 >/dev/null || {
		tail -5 "$dir/log"
		exit 1
	}
done
pause 2
for ((i = 1; i <= incidents; i++)); do
	: >"$dir/bad/s$i"
	for ((k = 0; k < 500; k++)); do
		[ -s "$dir/out/s$i" ] && break
		pause 0.01
	done
	[ -s "$dir/out/s$i" ] || {
		echo "no step for s$i" >&2
		tail -5 "$dir/log" >&2
		exit 1
	}
done
for ((i = 1; i <= incidents; i++)); do
	ms=$(sqlite3 -cmd '.timeout 5000' "$dir/state/rollbackd.db" "select
		json_extract(data, '\$.evidence[0].samples[#-1].at_ms')
		from event where kind='opened' and service='s$i'")
	echo $(($(cat "$dir/out/s$i") - ms * 1000))
done | sort -n | awk -v further="$further" '
	{ us[NR] = $1 }
	END {
		printf "sample to first step: median %.1f ms, 95%% %.1f ms, " \
		    "worst %.1f ms of %d incidents, %d further services\n",
		    us[int((NR + 1) / 2)] / 1000,
		    us[int(NR * 0.95)] / 1000, us[NR] / 1000, NR, further
	}'
grep VmRSS "/proc/$daemon/status"
