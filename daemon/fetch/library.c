#include "daemon/fetch/library.h"

#include <stddef.h>

#include <curl/curl.h>

#include "daemon/fetch/fetch.h"

#define OLDEST 0x075700 /* 7.87.0: CURLOPT_CA_CACHE_TIMEOUT */

struct trouble {
	unsigned version;
	const char *words;
};

static const struct trouble troubles[] = {
	{ 0x080900, "libcurl 8.9.0 loses events of sockets (fixed in 8.9.1)" },
	{ 0x081400, "libcurl 8.20.0 loses events of sockets" },
	{ 0x081500, "libcurl 8.21.0 loses events of sockets" },
};

const char *
library_trouble_of(unsigned version)
{
	if (version < OLDEST)
		return "libcurl is older than 7.87.0";
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (troubles[i].version == version)
			return troubles[i].words;
	return NULL;
}

const char *
fetch_library_trouble(void)
{
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);

	if ((info->features & CURL_VERSION_SSL) == 0)
		return "libcurl was built without TLS";
	return library_trouble_of(info->version_num);
}
