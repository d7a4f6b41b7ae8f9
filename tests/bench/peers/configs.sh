# shellcheck shell=bash
# The same N targets at the same interval, in each one's own words.
# Target N is 127.(1 + N / 62500).(N / 250 % 250).(1 + N % 250), see address.h.

# each_target N TEMPLATE: a line for each; @N@ and @A@ are number and address.
each_target() {
	awk -v n="$1" -v template="$2" 'BEGIN {
		for (i = 0; i < n; i++) {
			line = template
			gsub(/@N@/, i, line)
			gsub(/@A@/, sprintf("127.%d.%d.%d", 1 + int(i / 62500),
			    int(i / 250) % 250, 1 + i % 250), line)
			print line
		}
	}'
}

# rollbackd_services N INTERVAL [PROBE_OPTIONS]: one probe, one consecutive, one
# breaker and one latency with a 5-minute window each, rules that act.  Above
# 10 s a breaker must look further back.
service_lines=9
rollbackd_services() {
	local breaker=
	[ "${2%s}" -le 10 ] || breaker='window = "5m";'
	each_target "$1" '{ name = "s@N@"; environment = "bench";
 verify = { probes = [ "p" ]; successes = 2; within = "10s"; interval = "1s"; };
 probes = ( { name = "p"; type = "http"; interval = "'"$2"'";
  timeout = "900ms"; url = "http://@A@:'"$port"'/health"; '"${3:-}"' } );
 evaluators = ( { name = "c"; type = "consecutive"; probe = "p"; failures = 3; },
  { name = "b"; type = "breaker"; probe = "p"; '"$breaker"' },
  { name = "l"; type = "latency"; probe = "p"; window = "5m"; above = "500ms"; } );
 rules = ( { name = "r"; any = [ "c", "b", "l" ]; severity = "P0";
  mode = "enforce"; arm_window = "none"; procedure = "back"; } ); },'
}

# As a file of its own; the last one has nothing behind it.
services_group() {
	echo 'services = ('
	sed '$s/,$//'
	echo ');'
}
export -f services_group

# rollbackd_conf N INTERVAL [PROBE_OPTIONS]: the control socket and the metrics
# are on.  One file may not be large enough for all.
rollbackd_conf() {
	rm -rf "$dir/services.d"
	cat <<-END
		state_directory = "$dir/state";
		metrics_file = "$dir/metrics.prom";
		control = { socket = "$dir/control.sock"; };
		runner = { program = "$build/rollbackd-step"; mode = "direct"; };
		procedures = ( { name = "back"; steps = ( { name = "s";
		  timeout = "5s"; command = [ "/bin/true" ]; } ); } );
	END
	if [ "$1" -le 20000 ]; then
		rollbackd_services "$@" | services_group
		return
	fi
	echo 'include = [ "services.d" ];'
	mkdir -m 700 "$dir/services.d"
	# shellcheck disable=SC2016 # for the filter to see
	rollbackd_services "$@" | split --lines=$((20000 * service_lines)) \
		--filter='services_group >"$FILE.conf"' - "$dir/services.d/part-"
}

# haproxy_conf N: checks only; the listener is there because one must be.
haproxy_conf() {
	cat <<-END
		global
		  nbthread 1
		  maxconn 500
		  ulimit-n $(ulimit -Hn)
		  log stdout format raw daemon
		  stats socket $dir/haproxy.sock
		defaults
		  mode http
		  log global
		  timeout connect 900ms
		  timeout check 900ms
		  timeout client 5s
		  timeout server 5s
		listen targets
		  bind 127.0.0.1:$((port + 2))
		  option httpchk GET /health
		  http-check expect status 200
		  default-server inter 1s fall 3 rise 2
	END
	each_target "$1" "  server s@N@ @A@:$port check"
}

monit_conf() {
	cat <<-END
		set daemon 1
		set log $dir/monit.log
		set idfile $dir/monit.id
		set statefile $dir/monit.state
		set pidfile $dir/monit.pid
	END
	each_target "$1" "check host s@N@ with address @A@
 if failed port $port protocol http request \"/health\" with timeout 1 seconds for 3 cycles then alert"
}

blackbox_conf() {
	cat <<-END
		modules:
		  health:
		    prober: http
		    timeout: 900ms
		    http: { preferred_ip_protocol: ip4 }
	END
}

# wrk asks the exporter for one target after the other.
blackbox_wrk() {
	cat <<-END
		local n = 0
		request = function()
		  local i = n % $1
		  n = n + 1
		  return wrk.format("GET", string.format(
		    "/probe?module=health&target=http://127.1.%d.%d:$port/health",
		    math.floor(i / 250), 1 + i % 250))
		end
	END
}

nagios_conf() {
	local n=$dir/nagios
	cat <<-END
		log_file=$n/log
		cfg_file=$n/objects.cfg
		object_cache_file=$n/cache
		precached_object_file=$n/precached
		status_file=$n/status
		status_update_interval=10
		nagios_user=$(id -un)
		nagios_group=$(id -gn)
		check_external_commands=0
		command_file=$n/command
		lock_file=$n/lock
		temp_file=$n/temp
		temp_path=$n
		check_result_path=$n/spool
		query_socket=$n/queries
		state_retention_file=$n/retention
		retain_state_information=0
		interval_length=1
		max_concurrent_checks=0
		execute_host_checks=0
		enable_notifications=0
		enable_event_handlers=0
		enable_environment_macros=0
		use_syslog=0
	END
}
nagios_objects() {
	local day
	echo 'define timeperiod {
 timeperiod_name always
 alias always'
	for day in sunday monday tuesday wednesday thursday friday saturday; do
		echo " $day 00:00-24:00"
	done
	cat <<-END
		}
		define command {
		 command_name health
		 command_line /usr/lib/nagios/plugins/check_http -I \$HOSTADDRESS\$ -p $port -u /health -t 1
		}
		define contact {
		 contact_name nobody
		 host_notifications_enabled 0
		 service_notifications_enabled 0
		 host_notification_period always
		 service_notification_period always
		 host_notification_commands health
		 service_notification_commands health
		}
	END
	each_target "$1" 'define host {
 host_name s@N@
 address @A@
 max_check_attempts 3
 check_period always
 contacts nobody
}
define service {
 host_name s@N@
 service_description health
 check_command health
 check_interval 1
 retry_interval 1
 max_check_attempts 3
 check_period always
 contacts nobody
}'
}
