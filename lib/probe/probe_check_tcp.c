#include "probe/probe_check_impl.h"

#include "base/error.h"
#include "probe/host_port.h"
#include "probe/tcp_judge.h"
#include "probe/tcp_settings.h"

void
probe_check_tcp(const struct probe_settings *p, const struct objector *o)
{
	const struct tcp_settings *t = p->settings;
	struct host_port place;
	struct tcp_judge *judge;
	struct error err = { "" };

	if (t->address != NULL && !host_port_parse(t->address, &place, &err))
		probe_say(o, PROBE_WRONG, "address: %s", err.text);
	judge = tcp_judge_new(&t->expect, &err);
	if (judge == NULL)
		probe_say(o, PROBE_WRONG, "expect: %s", err.text);
	else if (t->send != NULL && !tcp_judge_reads(judge))
		probe_say(o, PROBE_DOUBT,
		    "send: nobody looks at what is answered; add expect = "
		    "{ contains = ...; }");
	tcp_judge_free(judge);
}
