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
[ ! -e "$dir/note" ] || cp "$dir/note" "$dir/bin/note"
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
	systemctl daemon-reload
	systemctl stop rollbackd.service rollbackd-direct.service \
		'rollbackd-step@*' 'rollbackd-helper@*'
	systemctl kill -s KILL rollbackd-direct.service 2>/dev/null
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
		exec curl -s -o /dev/null "http://127.0.0.1:$port/notice/\$event/\$(id -un)"
	END
	cp "$dir/bin/note" "$dir/note"
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

# A step that says who it is and where, then waits for $dir/gate.
script gate <<-END
	echo "gate begins" >>$dir/effects
	echo "\$(id -un) \$BASHPID \$(sed -n 's|^0::.*/||p' /proc/self/cgroup)" >$dir/who
	until [ -e $dir/gate ]; do read -rt 0.05 <>$dir/fifo; done
	echo "gate ends" >>$dir/effects
END
# step_as USER NAME SCRIPT [OTHER]
step_as() {
	step "$2" "$3" "user = \"$1\"; ${4:-}"
}
# Whose it was, which process, and in which unit: who 1, who 2, who 3.
who() {
	awk -v n="$1" '{ print $n }' "$dir/who" 2>/dev/null
}

# gated SERVICE...: enforced; its procedure is the gate, then the cure.
gated() {
	local s list=()
	start_nginx
	note_by_http
	for s; do
		list+=("$(service "$s" "$(rule P0 enforce none heal)")")
	done
	write_conf "$(join "${list[@]}")" "$(procedure heal \
		"$(join "$(step_as deployer gate gate)" "$(heal_step)")")"
	touch "$dir/who"
	chmod 666 "$dir/who"
	start_daemon
	soon "it is healthy" state_is "$1" healthy
	gives 0 deploy "$1" v2 --previous v1
	bad "$1"
	soon "a step is under way" effect "gate begins"
	soon "it says who it is" test -s "$dir/who"
}
