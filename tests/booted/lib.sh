# lib.sh - what tests in the booted system share; sourced by them.  Most is
# that of the system tests (shared.sh), but that systemd has the daemon, and
# everything has its place: steps run as "deployer", helpers as
# "rollbackd-helper".  A test that reboots is called again with the number of
# the next phase; $dir is still there.
phase=${1:-0}
export TEST_DIR=/srv/test BUILD=/booted/bin
[ "$phase" -ne 0 ] || rm -rf $TEST_DIR
mkdir -p -m 755 $TEST_DIR $BUILD
ln -sf /usr/sbin/rollbackd /usr/bin/rollbackctl \
	/usr/libexec/rollbackd/rollbackd-step $BUILD
. /booted/shared.sh
socket=/run/rollbackd/control.sock
conf=/etc/rollbackd/rollbackd.conf
state=/var/lib/rollbackd
own=/var/lib/rollbackd-step
db=$state/rollbackd.db
unit=rollbackd.service
dropins=/etc/systemd/system/$unit.d
rebooting=0
chmod 777 "$dir/bad"
chmod 666 "$dir/effects" "$dir/fifo"

# All of the last test's is gone.
reset() {
	systemctl stop $unit 'rollbackd-step@*' 'rollbackd-helper@*'
	systemctl disable -q $unit
	rm -rf "$dropins" /etc/rollbackd/credentials/* $state $own \
		/run/rollbackd-helper/*
	systemctl daemon-reload
	systemctl reset-failed
	systemd-tmpfiles --create /usr/lib/tmpfiles.d/rollbackd.conf
}

clean_up() {
	[ "$rebooting" -eq 0 ] || return
	local f
	for f in "${ends[@]:-:}"; do "$f"; done
	: >"$dir/gate"
	stop_nginx
	reset
}
[ "$phase" -ne 0 ] || reset 2>/dev/null

# reboot_into PHASE [-ff]: in good order, or all at once like a power cut.
reboot_into() {
	rebooting=1
	echo "$1" >/booted/phase
	: >/booted/rebooting
	sync
	systemctl reboot ${2:-}
	sleep 60
	exit 1
}

# script note: a notifier that can do nothing but ask.
note_by_http() {
	script note <<-END
		event=\$(jq -r .event)
		curl -s -o /dev/null "http://127.0.0.1:$port/notice/\$event/\$(id -un)"
	END
}
noticed() {
	[ "$(hits "/notice/$1/${2:-rollbackd-helper}")" -ge 1 ]
}

# write_conf SERVICES PROCEDURES: as it should be owned.
write_conf() {
	{
		head_conf
		echo "services = ( $1 );"
		echo "procedures = ( $2 );"
	} >"$conf.new"
	chmod 640 "$conf.new"
	chown root:rollbackd "$conf.new"
	mv "$conf.new" "$conf"
}

control='roles = { ci = [ "deployers" ]; on_call = [ "ops" ];
	lead = [ "eng-leads" ]; };'

# Steps with what systemd mode asks of them.
heal_step() {
	cat <<-END
		{ name = "fix"; timeout = "20s"; resume = "rerun"; user = "deployer";
		  command = [ "$dir/bin/fix", "\${service}",
		    "\${target_version}" ]; }
	END
}

property() {
	systemctl show -P "$1" "${2:-$unit}"
}
daemon_pid() {
	property MainPID
}
property_is() {
	[ "$(property "$1" "${3:-$unit}")" = "$2" ]
}
start_daemon() {
	systemctl start $unit >"$dir/out" 2>"$dir/err" && ctl status || {
		result 1 "the daemon starts"
		exit 1
	}
}
another_runs() {
	[ "$(daemon_pid)" != "$1" ] && [ "$(daemon_pid)" != 0 ] && ctl status
}

# as USER COMMAND...
as() {
	local user=$1
	shift
	runuser -u "$user" -- "$@" >"$dir/out" 2>"$dir/err"
}
refused() {
	! as "$@"
}

# With this member and this value there is a line in the journal.
journal_has() {
	journalctl -b -o json "$@" | grep -q .
}
