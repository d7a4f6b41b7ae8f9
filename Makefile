# GNU make.  Everything built goes under $(BUILD); "make help" lists targets.

PREFIX      ?= /usr
BINDIR      ?= $(PREFIX)/bin
SBINDIR     ?= $(PREFIX)/sbin
LIBEXECDIR  ?= $(PREFIX)/libexec/rollbackd
INCLUDEDIR  ?= $(PREFIX)/include
MANDIR      ?= $(PREFIX)/share/man
SYSCONFDIR  ?= /etc
UNITDIR     ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
TMPFILESDIR ?= $(PREFIX)/lib/tmpfiles.d
SHAREDIR    ?= $(PREFIX)/share/rollbackd
CATALOGDIR  ?= $(PREFIX)/lib/systemd/catalog
POLKITDIR   ?= $(PREFIX)/share/polkit-1/rules.d
DESTDIR     ?=
BUILD       ?= build
PKG_CONFIG  ?= pkg-config
CFLAGS      ?= -O2 -g
FUZZ_SECONDS ?= 30

is_clang := $(findstring clang,$(shell $(CC) --version 2>/dev/null))

WARN := -Wall -Wextra -Wpedantic -Wformat=2 -Werror=format-security \
	-Wconversion -Wsign-conversion -Wshadow -Wundef -Wcast-qual \
	-Wcast-align -Wwrite-strings -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wvla -Wnull-dereference -Wimplicit-fallthrough \
	-Wswitch-enum -Wdouble-promotion -Wpointer-arith -Werror=implicit \
	-Werror=incompatible-pointer-types -Werror=int-conversion \
	-Werror=return-type -Werror=vla
ifneq ($(is_clang),)
WARN += -Wthread-safety -Wcomma -Wassign-enum
HARDEN_CC := -ftrivial-auto-var-init=pattern
else
WARN += -Wbidi-chars=any -Wtrampolines -Wlogical-op -Wduplicated-cond \
	-Wduplicated-branches -Walloc-zero -Wformat-signedness
HARDEN_CC := -ftrivial-auto-var-init=zero -fzero-call-used-regs=used-gpr
endif
WARN += $(WERROR)

HARDEN ?= -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong \
	-fstack-clash-protection -fcf-protection=full $(HARDEN_CC) \
	-fno-delete-null-pointer-checks -fno-strict-overflow \
	-fno-strict-aliasing -fno-common -fexceptions
HARDEN_LD ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen \
	-Wl,-z,separate-code,-z,defs -Wl,--as-needed \
	-Wl,--no-copy-dt-needed-entries -Wl,--fatal-warnings

LIB_PKGS  := json-c libconfig libpcre2-8 libmd
PKGS      := $(LIB_PKGS) libevent libcurl libcares libssl libcrypto libsystemd \
	sqlite3
STEP_PKGS := libconfig libpcre2-8 libmd

cppflags := -D_GNU_SOURCE -Ilib -I. -DSYSCONFDIR='"$(SYSCONFDIR)"' \
	-DLIBEXECDIR='"$(LIBEXECDIR)"' \
	$(shell $(PKG_CONFIG) --cflags $(PKGS) 2>/dev/null) $(CPPFLAGS)
cflags   := -std=gnu11 -fPIE -fno-omit-frame-pointer $(WARN) $(HARDEN) $(CFLAGS)
ldflags  := $(HARDEN_LD) $(LDFLAGS)
libs_of   = $(shell $(PKG_CONFIG) --libs $(1) 2>/dev/null) -lm -pthread $(LDLIBS)
ldlibs   := $(call libs_of,$(PKGS))
lib_ldlibs := $(call libs_of,$(LIB_PKGS))

lib_src    := $(wildcard lib/*/*.c)
host_src   := $(wildcard daemon/host/*.c)
monitor_src := $(wildcard daemon/*.c daemon/ask/*.c daemon/bus/*.c \
	daemon/fetch/*.c daemon/notify/*.c daemon/store/*.c) $(host_src)
step_src   := $(wildcard daemon/step/*.c) $(host_src)
ctl_src    := $(wildcard daemon/ctl/*.c)
http_src   := $(wildcard daemon/executors/http*.c) daemon/executors/intake.c \
	daemon/fetch/secret_file.c $(host_src)
systemd_src := $(wildcard daemon/executors/systemd*.c) \
	daemon/executors/intake.c $(host_src)
# What the executors that run another's code have in common.
charge_src := $(addprefix daemon/executors/,charge.c intake.c supervise.c \
	trusted.c) $(host_src)
unit_src   := $(wildcard tests/unit/test_*.c tests/unit/*/test_*.c)
shell_src  := $(wildcard tests/daemon/test_*.c)
fuzz_src   := $(wildcard tests/fuzz/fuzz_*.c)
bench_src  := $(wildcard tests/bench/bench_*.c)
tool_src   := $(wildcard tests/peer/*.c)
rig_src    := $(addprefix tests/bench/,prober_libevent.c responder.c stamp.c)
all_src    := $(shell find daemon lib tests -name '*.[ch]' 2>/dev/null)

handbook   := $(wildcard conf/procedures.d/*.conf)
scripts    := $(wildcard conf/procedures.d/scripts/*)

obj   = $(patsubst %.c,$(BUILD)/%.o,$(1))
exe   = $(patsubst %.c,$(BUILD)/%,$(1))
lib  := $(BUILD)/librollback.a
# All of the monitor but its main(), for tests of the shell.
shell_lib := $(BUILD)/libmonitor.a
units   := $(call exe,$(unit_src))
replay  := $(call exe,tests/unit/service/test_replay.c \
	tests/unit/service/test_releases.c \
	tests/unit/service/test_simulation.c)
shells  := $(call exe,$(shell_src))
fuzzers := $(call exe,$(fuzz_src))
simulation := $(BUILD)/tests/simulation/simulate
staged  := $(call exe,tests/fuzz/fuzz_simulation.c)
benches := $(call exe,$(bench_src))
tools   := $(call exe,$(tool_src))
rig     := $(call exe,$(rig_src))
failing := $(BUILD)/failing/rollbackd $(BUILD)/failing/rollbackd-step
executors := $(addprefix $(BUILD)/rollbackd-,external http plugin systemd)
programs := $(BUILD)/rollbackd $(BUILD)/rollbackctl $(BUILD)/rollbackd-step \
	$(executors)
services := $(patsubst systemd/%.in,$(BUILD)/%,$(wildcard systemd/*.service.in))

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
MAKEFLAGS += --no-builtin-rules
Q := $(if $(V),,@)

## all: the daemon, its step runner and its control program
all: $(programs) $(services)

# What people start by hand uses all processors unless they say otherwise.
again = $(MAKE) --no-print-directory $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))

# A change of compiler or flags rebuilds what it should.
flags := $(CC) $(cppflags) $(cflags) $(ldflags)
$(BUILD)/flags: FORCE
	@$(shell mkdir -p $(@D))$(if $(findstring <$(flags)>,<$(file <$@)>),, \
		$(file >$@,$(flags))):
FORCE:

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(if $(V),,@echo "  CC    $<")
	@mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

$(lib): $(call obj,$(lib_src))
	$(Q)rm -f $@ && $(AR) qcs $@ $^
$(shell_lib): $(call obj,$(filter-out daemon/main.c,$(monitor_src)))
	$(Q)rm -f $@ && $(AR) qcs $@ $^

link = $(if $(V),,@echo "  LINK  $@" &&) $(CC) $(cflags) $(ldflags) -o $@ $^

$(BUILD)/rollbackd: $(call obj,$(monitor_src)) $(lib)
	$(link) $(ldlibs)
$(BUILD)/rollbackctl: $(call obj,$(ctl_src)) $(lib)
	$(link) $(call libs_of,$(LIB_PKGS) libcurl)
$(BUILD)/rollbackd-step: $(call obj,$(step_src)) $(lib)
	$(link) $(call libs_of,$(STEP_PKGS))
$(BUILD)/rollbackd-external: $(call obj,daemon/executors/external.c $(charge_src)) $(lib)
	$(link) $(call libs_of,json-c libmd)
$(BUILD)/rollbackd-http: $(call obj,$(http_src)) $(lib)
	$(link) $(call libs_of,json-c libpcre2-8 libmd libcurl)
$(BUILD)/rollbackd-systemd: $(call obj,$(systemd_src)) $(lib)
	$(link) $(call libs_of,libmd libsystemd)
$(BUILD)/rollbackd-plugin: $(call obj,$(addprefix daemon/executors/,plugin.c plugin_child.c) $(charge_src)) $(lib)
	$(link) $(call libs_of,json-c libmd)
# The same programs, but that a test can kill them at named places.
failing_src := $(shell grep -ls FAILPOINT daemon/*.c daemon/*/*.c)
failing_obj = $(foreach s,$(1),$(BUILD)/$(if $(filter $(s),$(failing_src)),failing/)$(s:.c=.o))
$(BUILD)/failing/%.o: %.c $(BUILD)/flags
	$(if $(V),,@echo "  CC    $< (failing)")
	@mkdir -p $(@D)
	$(Q)$(CC) $(cppflags) -DROLLBACKD_FAILPOINTS $(cflags) -MMD -MP -c -o $@ $<
$(BUILD)/failing/rollbackd: $(call failing_obj,$(monitor_src)) $(lib)
	$(link) $(ldlibs)
$(BUILD)/failing/rollbackd-step: $(call failing_obj,$(step_src)) $(lib)
	$(link) $(call libs_of,$(STEP_PKGS))
$(replay): %: %.o $(call obj,$(wildcard tests/replay/*.c)) $(lib)
	$(link) $(lib_ldlibs) -lcmocka
$(filter-out $(replay),$(units)): %: %.o $(lib)
	$(link) $(lib_ldlibs) -lcmocka
$(shells): %: %.o $(shell_lib) $(lib)
	$(link) $(ldlibs) -lcmocka
$(simulation): $(call obj,$(wildcard tests/simulation/*.c)) $(shell_lib) $(lib)
	$(link) $(ldlibs)
$(benches): %: %.o $(call obj,tests/bench/traffic.c tests/bench/rig.c) $(shell_lib) $(lib)
	$(link) $(ldlibs)
$(tools): %: %.o $(lib)
	$(link) $(lib_ldlibs) \
		$(shell $(PKG_CONFIG) --libs openssl libsystemd 2>/dev/null)
$(BUILD)/tests/bench/responder: $(call obj,tests/bench/responder_work.c)
$(rig): %: %.o
	$(link) $(call libs_of,libevent)
$(staged): %: %.o $(if $(FUZZING),,$(BUILD)/tests/fuzz/replay.o) \
		$(call obj,$(wildcard tests/replay/*.c)) $(lib)
	$(link) $(if $(FUZZING),-fsanitize=fuzzer) $(lib_ldlibs)
$(filter-out $(staged),$(fuzzers)): %: %.o $(if $(FUZZING),,$(BUILD)/tests/fuzz/replay.o) $(lib)
	$(link) $(if $(FUZZING),-fsanitize=fuzzer) $(lib_ldlibs)

$(services): $(BUILD)/%: systemd/%.in $(BUILD)/flags
	$(Q)sed -e 's|@SBINDIR@|$(SBINDIR)|g' -e 's|@BINDIR@|$(BINDIR)|g' \
		-e 's|@LIBEXECDIR@|$(LIBEXECDIR)|g' \
		-e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' $< >$@

include tests/bugs/rules.mk

## check: unit tests, the fuzz corpus, replays and the system tests
check: deps-check
	+$(Q)$(again) run-check
run-check: all $(units) $(shells) $(fuzzers) $(tools) $(simulation) \
		$(bug_tests_short) \
		$(failing)
	$(Q)BUILD=$(abspath $(BUILD)) WRAP="$(WRAP)" tests/run \
		$(units) $(shells) $(fuzzers) $(simulation) tests/bugs/test_short \
		$(wildcard tests/system/test_*)

## check-handbook: procedures that need more than check has: aws, PostgreSQL
check-handbook: deps-handbook
	+$(Q)$(again) all $(tools)
	$(Q)BUILD=$(abspath $(BUILD)) TEST_SECONDS=2400 tests/run \
		$(or $(TESTS),$(wildcard tests/handbook/test_*))

## check-systemd: the units, in a booted Debian 12 of their own (as root)
check-systemd: deps-systemd
	+$(Q)$(again) all $(BUILD)/failing/rollbackd-step $(tools)
	$(Q)BUILD=$(abspath $(BUILD)) tests/booted/run $(TESTS)

## check-kubernetes: the handbook's procedures, before a real Kubernetes
check-kubernetes: deps-kubernetes
	+$(Q)$(again) all
	$(Q)BUILD=$(abspath $(BUILD)) tests/kubernetes/run $(TESTS)

## asan, tsan: check once more under the sanitizers
asan: SAN = address,undefined
tsan: SAN = thread
fuzz: SAN = address,undefined,fuzzer-no-link
sanitized = $(again) BUILD=$(BUILD)/$@ HARDEN= HARDEN_LD= CFLAGS="-O1 -g \
	-fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=$(SAN)"

asan tsan: deps
	+$(Q)$(sanitized) run-check

## coverage: check once more and say what it missed
coverage: deps
	+$(Q)$(again) BUILD=$(BUILD)/cov HARDEN= CFLAGS="-O0 -g --coverage" run-check
	$(Q)gcovr --root . --filter lib/ --filter daemon/ --print-summary \
		--sort-percentage --gcov-ignore-parse-errors $(BUILD)/cov
	$(Q)gcovr --root . --filter lib/ --gcov-ignore-parse-errors \
		--fail-under-line 90 $(BUILD)/cov | tail -2

## fuzz: $(FUZZ_SECONDS) seconds of libFuzzer for each target (clang)
fuzz: deps
	+$(Q)$(sanitized) CC=clang FUZZING=1 run-fuzzers
run-fuzzers: $(fuzzers)
	@for f in $^; do \
		new=$$f.corpus; mkdir -p $$new; \
		$$f -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			$$new tests/fuzz/corpus/$${f##*fuzz_} || exit 1; \
	done

## bench: time the paths that matter
bench: deps
	+$(Q)$(MAKE) run-bench
run-bench: all $(benches) $(tools)
	@for b in $(benches) $(filter-out $(wildcard tests/bench/peers*.sh), \
			$(wildcard tests/bench/*.sh)); do \
		BUILD=$(abspath $(BUILD)) $$b || exit 1; done

## bench-peers: beside HAProxy, Monit, Nagios and others (QUICK=1: roughly)
bench-peers: deps-bench
	+$(Q)$(again) all $(rig) $(tools) $(benches)
	$(Q)BUILD=$(abspath $(BUILD)) QUICK=$(QUICK) tests/bench/peers.sh

ORACLE_CASES ?= 2500
ORACLE_SEED  ?= 1
oracle_test  := $(BUILD)/tests/unit/evaluator/test_wilcoxon
## oracle: ask R about $(ORACLE_CASES) random pairs of samples, and compare
oracle: deps-oracle
	+$(Q)$(again) $(oracle_test)
	$(Q)Rscript tests/oracle/wilcoxon.R $(ORACLE_CASES) $(ORACLE_SEED) \
		>$(BUILD)/wilcoxon.data
	$(Q)ROLLBACKD_ORACLE=$(BUILD)/wilcoxon.data $(oracle_test)

## alarms: how often evaluators are wrong, and how late (about five minutes)
alarms: deps
	+$(Q)$(again) $(BUILD)/tests/bench/bench_evaluators
	$(Q)$(BUILD)/tests/bench/bench_evaluators

## bugs: build in one known mistake after the other; a test must notice each
bugs: deps-check
	+$(Q)$(again) all $(tools) $(bug_tests)
	$(Q)BUILD=$(abspath $(BUILD)) tests/bugs/run

SIMULATION_SEEDS ?= 10000
# What gives the code its meaning stays; checks of what is not in danger go.
swift := $(BUILD)/swift
SWIFT := -fno-delete-null-pointer-checks -fno-strict-overflow \
	-fno-strict-aliasing $(filter -ftrivial-%,$(HARDEN_CC))
## simulate: $(SIMULATION_SEEDS) seeds, each a day with faults, before an oracle
simulate: deps-check
	+$(Q)$(again) BUILD=$(swift) HARDEN='$(SWIFT)' CFLAGS='-O2$(if $(is_clang),, -flto=auto)' \
		LDFLAGS='-O2 $(LDFLAGS)' $(swift)/tests/simulation/simulate
	$(Q)$(swift)/tests/simulation/simulate $(SIMULATION_SEEDS)

CRASH_KILLS    ?= 1000
CRASH_REBOOTS  ?= 20
## crash: SIGKILL at random moments, and at each durable point
crash: deps-check
	+$(Q)$(again) all $(failing)
	$(Q)BUILD=$(abspath $(BUILD)) CRASH_KILLS=$(CRASH_KILLS) \
		TEST_SECONDS=3600 tests/run $(wildcard tests/crash/random \
		tests/crash/points tests/crash/undo)

## crash-systemd: the same where PID 1 starts the steps; and reboots (as root)
crash-systemd: CRASH_KILLS = 200
crash-systemd: deps-systemd
	+$(Q)$(again) all $(failing)
	$(Q)BUILD=$(abspath $(BUILD)) CRASH_KILLS=$(CRASH_KILLS) \
		CRASH_REBOOTS=$(CRASH_REBOOTS) BOOTED_SECONDS=3600 \
		BOOTED_TEST_SECONDS=3500 tests/booted/run tests/crash/booted

## demo: a bad release, noticed and rolled back, for real (KEEP=1: stay up)
demo: deps-demo
	+$(Q)$(again) all
	$(Q)BUILD=$(abspath $(BUILD)) KEEP=$(KEEP) tests/demo/demo

## lint: layout, layering, static analysis, man pages
lint: deps
	$(Q)clang-format --dry-run --Werror $(all_src)
	$(Q)tests/check-includes
	$(Q)cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr \
		--enable=warning,performance,portability -Ilib -I. lib daemon
	$(Q)mandoc -T lint -W warning man/*
	$(Q)shellcheck -x $(scripts) tests/handbook/place \
		tests/handbook/examples $(filter-out %.sh %.yaml,$(wildcard tests/kubernetes/[!t]*))

## format: lay the sources out as .clang-format says
format:
	$(Q)clang-format -i $(all_src)

## deps: install the Debian packages that building and testing need
deps: deps-all
deps-demo deps-check deps-handbook deps-oracle deps-systemd deps-bench deps-kubernetes deps-all: deps-%:
	$(Q)tests/deps $*

## install: into $(DESTDIR)$(PREFIX); a configuration in place is kept
install: all
	install -D -m 755 -t $(DESTDIR)$(SBINDIR) $(BUILD)/rollbackd
	install -D -m 755 -t $(DESTDIR)$(BINDIR) $(BUILD)/rollbackctl
	install -D -m 755 -t $(DESTDIR)$(LIBEXECDIR) $(BUILD)/rollbackd-step \
		$(executors)
	install -D -m 644 -t $(DESTDIR)$(INCLUDEDIR)/rollbackd \
		daemon/executors/rollbackd/executor.h
	install -D -m 644 -t $(DESTDIR)$(UNITDIR) $(services)
	install -D -m 644 systemd/rollbackd.rules \
		$(DESTDIR)$(POLKITDIR)/10-rollbackd.rules
	install -D -m 644 systemd/rollbackd.sysusers \
		$(DESTDIR)$(SYSUSERSDIR)/rollbackd.conf
	install -d -m 755 $(DESTDIR)$(TMPFILESDIR)
	sed 's|/etc/rollbackd|$(SYSCONFDIR)/rollbackd|' \
		systemd/rollbackd.tmpfiles \
		>$(DESTDIR)$(TMPFILESDIR)/rollbackd.conf
	chmod 644 $(DESTDIR)$(TMPFILESDIR)/rollbackd.conf
	install -D -m 644 -t $(DESTDIR)$(CATALOGDIR) systemd/rollbackd.catalog
	for page in man/*.[1-9]; do install -D -m 644 -t \
		$(DESTDIR)$(MANDIR)/man$${page##*.} $$page || exit 1; done
	install -d -m 750 $(DESTDIR)$(SYSCONFDIR)/rollbackd/services.d \
		$(DESTDIR)$(SYSCONFDIR)/rollbackd/procedures.d
	conf=$(DESTDIR)$(SYSCONFDIR)/rollbackd/rollbackd.conf; \
	test -e $$conf || install -D -m 640 conf/rollbackd.conf $$conf
	install -d -m 755 $(DESTDIR)$(LIBEXECDIR)/procedures
	install -m 555 -t $(DESTDIR)$(LIBEXECDIR)/procedures $(scripts)
	install -d -m 755 $(DESTDIR)$(SHAREDIR)/procedures.d
	for file in $(handbook); do \
		name=procedures.d/$${file##*/}; \
		conf=$(DESTDIR)$(SYSCONFDIR)/rollbackd/$$name; \
		was=$(DESTDIR)$(SHAREDIR)/$$name; \
		if test -e $$was; then cmp -s $$was $$conf; \
		else test ! -e $$conf; fi; kept=$$?; \
		sed 's|/usr/libexec/rollbackd/procedures/|$(LIBEXECDIR)/procedures/|' \
			$$file >$$was.new && chmod 644 $$was.new && \
			mv $$was.new $$was || exit 1; \
		test $$kept -ne 0 || install -m 640 $$was $$conf || exit 1; done

## uninstall: what install put there, but not the configuration
uninstall:
	rm -f $(DESTDIR)$(SBINDIR)/rollbackd $(DESTDIR)$(BINDIR)/rollbackctl \
		$(DESTDIR)$(LIBEXECDIR)/rollbackd-step \
		$(addprefix $(DESTDIR)$(LIBEXECDIR)/,$(notdir $(executors))) \
		$(DESTDIR)$(INCLUDEDIR)/rollbackd/executor.h \
		$(addprefix $(DESTDIR)$(UNITDIR)/,$(notdir $(services))) \
		$(DESTDIR)$(POLKITDIR)/10-rollbackd.rules \
		$(DESTDIR)$(SYSUSERSDIR)/rollbackd.conf \
		$(DESTDIR)$(TMPFILESDIR)/rollbackd.conf \
		$(DESTDIR)$(CATALOGDIR)/rollbackd.catalog
	cd man && for page in *.[1-9]; do rm -f \
		$(DESTDIR)$(MANDIR)/man$${page##*.}/$$page; done
	rm -f $(addprefix $(DESTDIR)$(LIBEXECDIR)/procedures/,$(notdir $(scripts))) \
		$(addprefix $(DESTDIR)$(SHAREDIR)/procedures.d/,$(notdir $(handbook)))
	for d in $(LIBEXECDIR)/procedures $(SHAREDIR)/procedures.d $(SHAREDIR); \
		do test ! -d $(DESTDIR)$$d || rmdir $(DESTDIR)$$d; done
	test ! -d $(DESTDIR)$(LIBEXECDIR) || rmdir $(DESTDIR)$(LIBEXECDIR)
	test ! -d $(DESTDIR)$(INCLUDEDIR)/rollbackd || \
		rmdir $(DESTDIR)$(INCLUDEDIR)/rollbackd

## clean: remove $(BUILD)
clean:
	rm -rf $(BUILD)

help:
	@sed -n 's/^## //p' $(firstword $(MAKEFILE_LIST)) | sed \
		-e 's/\$$(FUZZ_SECONDS)/$(FUZZ_SECONDS)/' \
		-e 's/\$$(ORACLE_CASES)/$(ORACLE_CASES)/' \
		-e 's/\$$(SIMULATION_SEEDS)/$(SIMULATION_SEEDS)/' \
		-e 's|\$$(DESTDIR)\$$(PREFIX)|$(DESTDIR)$(PREFIX)|' \
		-e 's|\$$(BUILD)|$(BUILD)|'

.PHONY: crash crash-systemd bugs simulate oracle all check run-check asan tsan coverage fuzz run-fuzzers \
	bench run-bench bench-peers demo lint format deps deps-demo deps-check \
	deps-oracle deps-handbook check-handbook deps-systemd deps-bench deps-all deps-kubernetes check-systemd check-kubernetes install uninstall clean help FORCE
# Not of the other variants, which are built below this one.
-include $(shell find $(addprefix $(BUILD)/,daemon failing lib tests) -name '*.d' \
	2>/dev/null)
