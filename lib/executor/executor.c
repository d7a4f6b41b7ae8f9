#include "executor/executor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends to a list that ends with NULL; takes the text over. */
static bool
list_add(char ***list, size_t *count, char *text, struct error *err)
{
	char **longer = NULL;

	if (text != NULL)
		longer = realloc(*list, (*count + 2) * sizeof(*longer));
	if (longer == NULL) {
		free(text);
		return error_set(err, "out of memory");
	}
	longer[(*count)++] = text;
	longer[*count] = NULL;
	*list = longer;
	return true;
}

static bool
has_room(struct command *c, size_t bytes, struct error *err)
{
	if (bytes > COMMAND_BYTES_MAX - c->bytes)
		return error_set(err, "arguments and environment pass %d bytes",
		    COMMAND_BYTES_MAX);
	c->bytes += bytes;
	return true;
}

bool
command_add_argument(struct command *c, const char *argument, struct error *err)
{
	if (c->argument_count == COMMAND_ARGUMENTS_MAX)
		return error_set(
		    err, "more than %d arguments", COMMAND_ARGUMENTS_MAX);
	if (!has_room(c, strlen(argument) + 1, err))
		return false;
	return list_add(&c->argv, &c->argument_count, strdup(argument), err);
}

/* Index of a variable, or their count. */
static size_t
variable_index(const struct command *c, const char *name)
{
	size_t length = strlen(name), i;

	for (i = 0; i < c->variable_count; i++)
		if (strncmp(c->envp[i], name, length) == 0 &&
		    c->envp[i][length] == '=')
			break;
	return i;
}

bool
command_set_variable(
    struct command *c, const char *name, const char *value, struct error *err)
{
	size_t at = variable_index(c, name);
	size_t bytes = strlen(name) + strlen(value) + 2;
	char *text;

	if (at == COMMAND_VARIABLES_MAX)
		return error_set(
		    err, "more than %d variables", COMMAND_VARIABLES_MAX);
	if (!has_room(c, bytes, err))
		return false;
	text = malloc(bytes);
	if (text != NULL)
		(void)snprintf(text, bytes, "%s=%s", name, value);
	if (at == c->variable_count || text == NULL)
		return list_add(&c->envp, &c->variable_count, text, err);
	free(c->envp[at]);
	c->envp[at] = text;
	return true;
}

const char *
command_variable(const struct command *c, const char *name)
{
	size_t at = variable_index(c, name);

	if (at == c->variable_count)
		return NULL;
	return c->envp[at] + strlen(name) + 1;
}

void
command_clear(struct command *c)
{
	for (size_t i = 0; i < c->argument_count; i++)
		free(c->argv[i]);
	for (size_t i = 0; i < c->variable_count; i++)
		free(c->envp[i]);
	free(c->argv);
	free(c->envp);
	*c = (struct command){ .argv = NULL };
}

bool
variable_name_is_valid(const char *name)
{
	size_t length = strspn(name,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	    "0123456789_");

	return length > 0 && length <= 128 && name[length] == '\0' &&
	    (name[0] < '0' || name[0] > '9');
}
