# How the test that notices a mistake is built with that mistake in it: only
# the files that have it are compiled anew, and linked before the archives.

bug_names := $(shell sed -n 's/^\([A-Z_]*\) .*/\1/p' tests/bugs/table)
bug_marks := $(shell grep -roE --include='*.c' 'BUG\([A-Z_]+\)' lib daemon | \
	sed 's/BUG(\(.*\))/\1/' | sort -u)
bug_files  = $(patsubst %:$(1),%,$(filter %:$(1),$(bug_marks)))
bug_obj    = $(patsubst %.c,$(BUILD)/bugs/$(1)/%.o,$(2))
# Of the sources, those with the mistake as it were.
bug_mixed  = $(call bug_obj,$(1),$(filter $(bug_files_$(1)),$(2))) \
	$(call obj,$(filter-out $(bug_files_$(1)),$(2)))

define bug_rules
bug_files_$(1) := $$(call bug_files,$(1))
$(BUILD)/bugs/$(1)/%.o: %.c $(BUILD)/flags
	$$(Q)mkdir -p $$(@D)
	$$(Q)$$(CC) $$(cppflags) -DROLLBACKD_BUGS -DROLLBACKD_BUG_$(1)=1 \
		$$(cflags) -Wno-error -MMD -MP -c -o $$@ $$<
$(BUILD)/bugs/$(1)/tests/simulation/simulate: \
		$$(call obj,$$(wildcard tests/simulation/*.c)) \
		$$(call bug_obj,$(1),$$(bug_files_$(1))) $(shell_lib) $(lib)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $(cflags) $(ldflags) -o $$@ $$^ $(ldlibs)
$(BUILD)/bugs/$(1)/tests/unit/%: $(BUILD)/tests/unit/%.o \
		$$(call bug_obj,$(1),$$(filter lib/%,$$(bug_files_$(1)))) $(lib)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $(cflags) $(ldflags) -o $$@ $$^ $(lib_ldlibs) -lcmocka
$(BUILD)/bugs/$(1)/rollbackd: $$(call bug_mixed,$(1),$(monitor_src)) \
		$$(call bug_obj,$(1),$$(filter lib/%,$$(bug_files_$(1)))) $(lib)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $(cflags) $(ldflags) -o $$@ $$^ $(ldlibs)
$(BUILD)/bugs/$(1)/rollbackd-step: $$(call bug_mixed,$(1),$(step_src)) \
		$$(call bug_obj,$(1),$$(filter lib/%,$$(bug_files_$(1)))) $(lib)
	$$(Q)mkdir -p $$(@D)
	$$(Q)$(CC) $(cflags) $(ldflags) -o $$@ $$^ $$(call libs_of,$(STEP_PKGS))
# The other programs are as ever.
$(BUILD)/bugs/$(1)/tests/system/%: $(BUILD)/bugs/$(1)/rollbackd \
		$(BUILD)/bugs/$(1)/rollbackd-step $(BUILD)/rollbackctl \
		$(failing) $(tools)
	$$(Q)mkdir -p $$(@D)
	$$(Q)ln -sfn $(abspath $(BUILD))/failing $(BUILD)/bugs/$(1)/failing
	$$(Q)ln -sfn $(abspath $(BUILD))/rollbackctl $(BUILD)/bugs/$(1)/rollbackctl
	$$(Q)ln -sfn $(abspath $(BUILD))/tests/peer $(BUILD)/bugs/$(1)/tests/peer
	$$(Q)ln -sfn $(abspath tests/system)/$$* $$@
endef
$(foreach b,$(bug_names),$(eval $(call bug_rules,$(b))))

bug_test  = $(patsubst %,$(BUILD)/bugs/%,$(shell \
	sed -n 's/^\([A-Z_]*\)  *\(tests[^ ]*\)\(.*$(1)\)$$/\1\/\2/p' tests/bugs/table))
bug_tests       := $(call bug_test,.*)
bug_tests_short := $(call bug_test,short)
