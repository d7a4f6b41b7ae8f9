#include "probe/probe_check_impl.h"

#include "base/error.h"
#include "probe/host_port.h"
#include "probe/tls_judge.h"

void
probe_check_tls(const struct probe_settings *p, const struct objector *o)
{
	const struct tls_settings *t = p->settings;
	unsigned char offer[TLS_OFFER_MAX];
	struct host_port place;
	struct error err = { "" };

	if (t->address != NULL && !host_port_parse(t->address, &place, &err))
		probe_say(o, PROBE_WRONG, "address: %s", err.text);
	if (t->server_name != NULL && !host_is_name(t->server_name))
		probe_say(o, PROBE_WRONG,
		    "server_name = \"%s\": is no name; leave it out where the "
		    "address is what the certificate is for",
		    t->server_name);
	if (t->alpn.count > 0 && tls_offer(&t->alpn, offer) == 0)
		probe_say(o, PROBE_WRONG,
		    "alpn: a protocol has 1 to 255 bytes, as in \"h2\"");
	probe_check_pair(o, t->client_cert_file, "client_cert_file",
	    t->client_key_file, "client_key_file");
}
