# systemd.sh - the daemon as a unit of a booted system of its own, where PID 1
# starts the steps.
dir=/srv/crash
socket=/run/rollbackd/control.sock
state=/var/lib/rollbackd
own=/var/lib/rollbackd-step
conf=/etc/rollbackd/rollbackd.conf
runner=
failing=/booted/failing
armed=$dir/armed
dropins=/run/systemd/system
unit=rollbackd.service

# drop_in UNIT NAME: what is on standard input is added to the unit.
drop_in() {
	mkdir -p "$dropins/$1.d"
	{
		echo "[Service]"
		cat
	} >"$dropins/$1.d/$2.conf"
}

fresh_dir() {
	stop_all
	rm -rf $dir
	mkdir -m 755 $dir
}

stop_all() {
	systemctl stop $unit 'rollbackd-step@*' 'rollbackd-helper@*' 2>/dev/null
}

# Notes are written by the user of helpers, who may write nothing else.
begin() {
	stop_all
	rm -rf $state $own
	systemd-tmpfiles --create /usr/lib/tmpfiles.d/rollbackd.conf
	chmod 666 "$dir/notes"
	note_here
	: >"$conf.new"
	chmod 640 "$conf.new"
	chown root:rollbackd "$conf.new"
}

note_here() {
	echo "ReadWritePaths=$dir" | drop_in rollbackd-helper@.service crash
	systemctl daemon-reload
}

# The monitor can take away a file of its own alone; the runner is root.
arm() {
	rm -f "$dropins"/rollbackd{,-step@}.service.d/point.conf
	case $1 in
	"") ;;
	runner.*)
		armed=$dir/armed
		drop_in rollbackd-step@.service point <<-END
			ExecStart=
			ExecStart=$failing/rollbackd-step -c /etc/rollbackd \\
				-s $own -r $state/requests -u rollbackd %i
			Environment=ROLLBACKD_FAILPOINT=$1
			Environment=ROLLBACKD_FAILPOINT_FILE=$armed
		END
		;;
	*)
		armed=$state/armed
		drop_in $unit point <<-END
			ExecStart=
			ExecStart=$failing/rollbackd -f -c $conf
			ExecPaths=$failing
			Environment=ROLLBACKD_FAILPOINT=$1
			Environment=ROLLBACKD_FAILPOINT_FILE=$armed
		END
		;;
	esac
	[ -z "$1" ] || : >"$armed"
	systemctl daemon-reload
}

# With $1, it or a runner dies at that place once.
start_daemon() {
	arm "${1:-}"
	systemctl restart $unit
	starts=$((starts + 1))
}

kill_daemon() {
	systemctl kill -s KILL --kill-who=main $unit 2>/dev/null &&
		starts=$((starts + 1))
}

# With all that it started, or alone.
kill_runners() {
	local who=all
	[ $((RANDOM % 2)) = 0 ] || who=main
	systemctl -q is-active 'rollbackd-step@*' ||
		systemctl show -P ActiveState 'rollbackd-step@*' |
		grep -q activating || return 1
	systemctl kill -s KILL --kill-who=$who 'rollbackd-step@*' 2>/dev/null
}

# PID 1 starts it again by itself.  An order that was taken waits for its
# signature, where it could not be told that it needs one.
revive() {
	[ "${unsigned:-0}" = 1 ] || return 0
	local id
	id=$(rows "select incident from event where kind='opened' except
		select incident from event where kind='closed'")
	[ -n "$id" ] && ctl approve "$id" --reason crash \
		>/dev/null 2>>"$dir/ctl" && unsigned=0
	return 0
}

end() {
	rm -rf "$dropins"/rollbackd{,-step@,-helper@}.service.d
	systemctl daemon-reload
	stop_all
}

reboot_now() {
	rebooting=1
	echo "$1" >/booted/phase
	: >/booted/rebooting
	sync
	systemctl reboot -ff
	sleep 60
	exit 1
}
