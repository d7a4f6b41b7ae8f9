# lib.sh - what the system tests share; sourced by them.
#
# Everything is in $dir and on the loopback.  nginx answers /NAME with 200, or
# with 500 while $dir/bad/NAME is there, and /witness with nothing at all
# while $dir/bad/witness is.  Waits end when it is so, or fail in time.
set -u
build=${BUILD:-build}
[[ $build = /* ]] || build=$PWD/$build
unset NOTIFY_SOCKET JOURNAL_STREAM WATCHDOG_USEC WATCHDOG_PID
umask 022
dir=${TEST_DIR:-$(mktemp -d "${TMPDIR:-/tmp}/rollbackd-test.XXXXXX")} || exit 1
socket=$dir/run/control.sock
conf=$dir/rollbackd.conf
state=$dir/state
db=$state/rollbackd.db
log=$dir/log
status=0
daemon=
patience_s=${PATIENCE_S:-20}
mkdir -p -m 755 "$dir/bin" "$dir/bad" "$dir/tmp"
mkdir -p -m 700 "$dir/run" "$state"
[ -p "$dir/fifo" ] || mkfifo "$dir/fifo"
: >>"$log" >"$dir/out" >"$dir/err" >>"$dir/effects" >>"$dir/access.log"

ends=()
# What a test started itself is ended by a function that it names here.
at_end() {
	ends+=("$1")
}

clean_up() {
	local f pid
	for f in "${ends[@]:-:}"; do "$f"; done
	[ -z "$daemon" ] || kill -CONT "$daemon" 2>/dev/null
	: >"$dir/gate"
	for pid in $daemon $(runners); do
		kill -KILL "$pid" 2>/dev/null
		wait_for is_gone "$pid"
	done
	stop_nginx
	[ -n "${KEEP:-}" ] && return
	# A notifier may be at its last line.
	rm -rf "$dir" 2>/dev/null || { sleep 0.5 && rm -rf "$dir"; }
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Our own: those with our folder among their arguments.
runners() {
	pgrep -f -- "rollbackd-step .*-s $state" || :
}

now_ms() {
	local t=${EPOCHREALTIME/[.,]/}
	echo $((t / 1000))
}

pause_ms() {
	read -rt "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))" \
		<>"$dir/fifo" || :
}

# Until a command succeeds; false when it does not in time.
wait_for() {
	local until=$(($(now_ms) + patience_s * 1000))
	until "$@"; do
		[ "$(now_ms)" -lt $until ] || return 1
		pause_ms 30
	done
}

# result STATUS NAME: one line a fact.
result() {
	if [ "$1" -eq 0 ]; then
		echo "ok $2"
		return
	fi
	echo "not ok $2"
	echo "# out: $(head -c 700 "$dir/out")"
	echo "# err: $(head -c 1000 "$dir/err")"
	grep -v "warning: probe" "$log" | tail -8 | sed 's/^/# log: /'
	status=1
}

# fact NAME COMMAND...: it is so.  soon: it becomes so.  never: it is not.
fact() {
	local name=$1
	shift
	"$@"
	result $? "$name"
}
soon() {
	local name=$1
	shift
	wait_for "$@"
	result $? "$name"
}
never() {
	local name=$1
	shift
	! "$@"
	result $? "$name"
}

skip() {
	echo "# skipped: $*"
}

ctl() {
	"$build/rollbackctl" -s "$socket" "$@" >"$dir/out" 2>"$dir/err"
}

# gives STATUS VERB...: how it ends.
gives() {
	local want=$1 got
	shift
	ctl "$@"
	got=$?
	[ "$got" -eq "$want" ] || echo "# $*: exit status $got, not $want"
	[ "$got" -eq "$want" ]
}

says() {
	cat "$dir/out" "$dir/err" | grep -q -- "$1"
}

# of SERVICE JQ VALUE: what status says of a service.
of() {
	ctl status "$1" --json &&
		[ "$(jq -r ".services[0]$2" "$dir/out")" = "$3" ]
}
state_is() {
	of "$1" .state "$2"
}
guard_is() {
	of "$1" .guard "$2"
}
daemon_is() {
	ctl status --json && [ "$(jq -r ".daemon$1" "$dir/out")" = "$2" ]
}
holding() {
	state_is "$1" holding && guard_is "$1" "$2"
}

# Of the newest incident of a service: one member.
newest() {
	"$build/rollbackctl" -s "$socket" history "$1" --json 2>"$dir/err" |
		jq -r ".incidents[0].$2"
}
newest_is() {
	[ "$(newest "$1" "$2")" = "$3" ]
}
incidents() {
	"$build/rollbackctl" -s "$socket" history "$1" --json 2>"$dir/err" |
		jq -r '.incidents | length'
}
incidents_are() {
	[ "$(incidents "$1")" = "$2" ]
}
ended() {
	newest_is "$1" outcome "$2"
}

logged() {
	grep -q -- "$1" "$log"
}
effect() {
	grep -qx -- "$1" "$dir/effects"
}
effects_are() {
	[ "$(tr '\n' ' ' <"$dir/effects")" = "${1:+$1 }" ]
}
noticed() {
	grep -q -- "$1" "$dir/notices" 2>/dev/null
}
# The outcomes of a step in the log of events, in order.
outcomes_are() {
	[ "$(rows "select group_concat(json_extract(data,'\$.outcome'),' ')
		from (select data from event where kind='outcome' and
		service='$1' order by seq)")" = "$2" ]
}
rows() {
	sqlite3 -cmd '.timeout 5000' "file:$db?mode=ro" "$1" 2>/dev/null
}

# Requests that nginx has answered: hits URI [STATUS]
hits() {
	awk -v uri="$1" -v status="${2:-}" '$3 == uri &&
		(status == "" || $2 == status) { n++ } END { print n + 0 }' \
		"$dir/access.log"
}
hits_reach() {
	[ "$(hits "$1" "${3:-}")" -ge "$2" ]
}
# So many further answers have been given to polls.
polls() {
	local n
	n=$(hits "$1" "${3:-}")
	wait_for hits_reach "$1" $((n + $2)) "${3:-}"
}
bad() {
	: >"$dir/bad/$1"
}
good() {
	rm -f "$dir/bad/$1"
}

start_nginx() {
	local nginx
	nginx=$(PATH=$PATH:/usr/sbin command -v nginx) || {
		echo "not ok there is no nginx; try: make deps"
		exit 1
	}
	for _ in {1..20}; do
		port=$((20000 + RANDOM % 10000))
		(: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue
		nginx_conf >"$dir/nginx.conf"
		"$nginx" -p "$dir" -c "$dir/nginx.conf" -e "$dir/nginx.log" \
			2>>"$dir/nginx.log" && break
	done
	wait_for test -s "$dir/nginx.pid"
}

nginx_conf() {
	[ "$(id -u)" -ne 0 ] || echo "user root root;"
	cat <<-END
		worker_processes 1; pid $dir/nginx.pid;
		worker_rlimit_nofile 20000;
		error_log $dir/nginx.log; events { worker_connections 10000; }
		http { log_format brief '\$msec \$status \$uri';
		  access_log $dir/access.log brief;
		  keepalive_timeout 300; keepalive_requests 1000000;
		  client_body_temp_path $dir/tmp/1; proxy_temp_path $dir/tmp/2;
		  fastcgi_temp_path $dir/tmp/3; uwsgi_temp_path $dir/tmp/4;
		  scgi_temp_path $dir/tmp/5;
		  server { listen 127.0.0.1:$port; ${locations:-}
		    location = /witness {
		      if (-f $dir/bad/witness) { return 444; }
		      return 200 "there"; }
		    location / {
		      if (-f $dir/bad\$uri) { return 500 "broken"; }
		      return 200 "fine"; } } }
	END
}

stop_nginx() {
	local pid
	pid=$(cat "$dir/nginx.pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do pause_ms 10; done
}

# head: what stands before the services.
head_conf() {
	cat <<-END
		state_directory = "$state";
		control = { socket = "$socket"; ${control:-} };
		runner = { program = "$build/rollbackd-step";
		  kill_grace = "200ms"; };
		${witnesses:-}
		notifiers = ( { name = "ops"; type = "command";
		  command = [ "$dir/bin/note" ]; } );
	END
}

# service NAME RULES [OTHER]: polled ten times a second.  The time-out is long
# so that a busy host makes no service bad.  HTTP_ENGINE=curl in the environment
# has libcurl ask in all tests.
service() {
	cat <<-END
		{ name = "$1"; environment = "${environment:-$1}";
		  settle = "${settle:-200ms}"; cooldown = "${cooldown:-10m}";
		  probes = ( { name = "health"; type = "http";
		    interval = "${interval:-100ms}"; timeout = "5s";
		    engine = "${HTTP_ENGINE:-auto}";
		    url = "http://127.0.0.1:${at:-$port}/$1"; } );
		  evaluators = ( ${evaluators:-} { name = "down"; type = "consecutive";
		    probe = "health"; failures = ${failures:-3}; recover = 2;
		    gap = "${gap:-1m}"; } );
		  rules = ( $2 );
		  verify = { probes = [ "health" ]; successes = 2;
		    within = "${within:-5s}"; interval = "100ms"; };
		  ${3:-} }
	END
}

# rule SEVERITY MODE ARM_WINDOW PROCEDURE [NAME [EVALUATOR]]
rule() {
	echo "{ name = \"${5:-dead}\"; any = [ \"${6:-down}\" ]; severity = \"$1\";
	  mode = \"$2\"; arm_window = \"$3\"; procedure = \"$4\"; }"
}

# steps NAME STEPS [OTHER]: a procedure.
procedure() {
	cat <<-END
		{ name = "$1"; budget = "${budget:-5m}"; ${3:-}
		  steps = ( $2 ); }
	END
}

# step NAME SCRIPT [OTHER]: SCRIPT is a file of ours, see script.
step() {
	echo "{ name = \"$1\"; timeout = \"${timeout:-20s}\"; ${3:-}
	  command = [ \"$dir/bin/$2\" ]; }"
}

# Heals: says which version it went to, and the service is well again.
fix_step() {
	cat <<-END
		{ name = "fix"; timeout = "20s"; resume = "rerun";
		  command = [ "$dir/bin/fix", "\${service}",
		    "\${target_version}" ]; }
	END
}

script() {
	{
		echo '#!/bin/bash'
		cat
	} >"$dir/bin/$1"
	chmod 755 "$dir/bin/$1"
}
script fix <<-END
	rm -f "$dir/bad/\$1"
	echo "fix \$1 \$2" >>$dir/effects
END
script note <<-END
	body=\$(cat)
	printf '%s\n' "\$body" >>$dir/notices
END
# Waits for a file, then says so.
script gate <<-END
	echo "gate begins" >>$dir/effects
	until [ -e $dir/gate ]; do
		read -rt 0.03 <>$dir/fifo
		[ -d $dir ] || exit 1
	done
	echo "gate ends" >>$dir/effects
END
script mark <<-END
	echo "mark \$*" >>$dir/effects
END
script fails <<-END
	echo "fails" >>$dir/effects
	exit 7
END

# join: what is on the arguments, with commas between.
join() {
	local first=1 item
	for item in "$@"; do
		[ $first = 1 ] || echo ","
		echo "$item"
		first=0
	done
}

# write_conf SERVICES PROCEDURES
write_conf() {
	{
		head_conf
		echo "services = ( $1 );"
		echo "procedures = ( $2 );"
	} >"$conf.new"
	chmod 600 "$conf.new"
	mv "$conf.new" "$conf"
}

answers() {
	ctl status || is_gone "$daemon"
}

# Without waiting.
launch() {
	"$build/rollbackd" -f -c "$conf" -S "$state" "$@" >>"$log" 2>&1 \
		7>&- 8>&- &
	daemon=$!
	disown
}
start_daemon() {
	launch "$@"
	wait_for answers && ctl status || {
		result 1 "the daemon starts"
		exit 1
	}
}
is_gone() {
	! kill -0 "$1" 2>/dev/null
}
kill_daemon() {
	kill -KILL "$daemon" 2>/dev/null
	wait_for is_gone "$daemon"
	daemon=
}
stop_daemon() {
	kill "$daemon" 2>/dev/null
	wait_for is_gone "$daemon"
	local how=$?
	daemon=
	return $how
}
