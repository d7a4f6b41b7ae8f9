# rds.sh - scene.sh with a database service that the real aws program asks.
. "$(dirname "$0")/scene.sh" || exit 1
[ -x /usr/bin/aws ] || {
	echo "not ok there is no /usr/bin/aws; try: tests/deps handbook"
	exit 1
}
rds=$dir/rds
mkdir "$rds"
"${0%/*}/rds_server" "$rds" >"$dir/rds.log" 2>&1 7>&- 8>&- &
rds_pid=$!
disown
at_end stop_rds
stop_rds() {
	kill "$rds_pid" 2>/dev/null
	cat "$dir/rds.log"
}
wait_for test -s "$rds/port" || exit 1
printf '%s\n' '[default]' 'aws_access_key_id = AKIDTESTING' \
	'aws_secret_access_key = secret-of-the-tests' >"$deploy/credentials"
: >"$deploy/config"
# The aws program is slow where others work as well.
patience_s=480
rds_params="region = \"eu-central-1\";
	endpoint = \"http://127.0.0.1:$(cat "$rds/port")\";
	aws_config = \"$deploy/config\";
	aws_credentials = \"$deploy/credentials\"; poll_seconds = \"1\";"

# there KIND NAME STATUS
there() {
	grep -qx "$1 $2 $3" "$rds/state"
}
# asked ACTION [TIMES]: so often, by default once.
asked() {
	[ "$(grep -c "^$1 " "$rds/asked")" -eq "${2:-1}" ]
}
asked_with() {
	grep "^$1 " "$rds/asked" | grep -qF -- "$2"
}
# Nothing that was there before is touched, whatever is done.
old_is_untouched() {
	there cluster orders available && there instance ledger available &&
		! grep -E '^(Modify|Delete|Reboot|Stop|Failover)' "$rds/asked"
}
made_nothing() {
	! grep -E '^(Create|Restore)' "$rds/asked"
}
