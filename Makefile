# SPDX-License-Identifier: GPL-2.0-or-later
# GNU make, no configure step. `make help` lists the targets.

SAN    ?=
V      ?=
PREFIX ?= /usr/local
DESTDIR ?=

comma := ,
B := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN)))

# What sealgate cannot do without, and what it can: a router may have no systemd. Each optional package
# stands behind one source, X.c; without the package X_absent.c takes its place. `make WITHOUT=libpcap`
# leaves out one that is there.
REQUIRED := libmnl libnetfilter_queue libcrypto libconfig libsodium
OPTIONAL := libpcap libsystemd jansson libbpf libseccomp landlock p11-kit-1
WITHOUT  ?=

$(if $(filter-out $(OPTIONAL),$(WITHOUT)),$(error WITHOUT takes $(OPTIONAL); not $(filter-out $(OPTIONAL),$(WITHOUT))))

find_package = $(shell pkg-config --exists $1 2>/dev/null && echo $1)
FOUND    := $(foreach package,$(filter-out $(WITHOUT),$(OPTIONAL)),$(call find_package,$(package)))
# Landlock is no package, but a header of the kernel's since 5.13.
HEADERS  := $(if $(filter landlock,$(WITHOUT)),,$(shell \
            $(CC) -E -x c -include linux/landlock.h /dev/null >/dev/null 2>&1 && echo landlock))
FOUND    += $(HEADERS)
# A sanitizer's own system calls are not in the filters.
FOUND    := $(if $(SAN),$(filter-out libseccomp,$(FOUND)),$(FOUND))
# The program for the kernel needs clang, too.
FOUND    := $(if $(shell command -v clang),$(FOUND),$(filter-out libbpf,$(FOUND)))
# Only sealgate-vault has to do with PKCS#11. It is a program of its own.
VAULT    := $(filter p11-kit-1,$(FOUND))
PACKAGES := $(REQUIRED) $(filter-out $(HEADERS) $(VAULT),$(FOUND))

CC      ?= gcc
CFLAGS  ?= -O2 -g
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wcast-qual
HARDEN  := -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all)
VERSION := 0.1.0

pkg_cflags := $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
pkg_libs   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)
vault_cflags := $(if $(VAULT),$(shell pkg-config --cflags $(VAULT)))
vault_libs   := $(if $(VAULT),$(shell pkg-config --libs $(VAULT)))
our_cflags = -std=gnu11 $(WARN) $(if $(SAN),,$(HARDEN)) $(SANFLAGS) -Ifilter -D_GNU_SOURCE \
             -DSEALGATE_VERSION='"$(VERSION)"' $(pkg_cflags) -MMD -MP
our_ldflags = $(SANFLAGS) $(if $(SAN),,-pie -Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now)

BPF_FLAGS = -O2 -g -Wall -Wextra -Werror -Ifilter -isystem /usr/include/$(subst -pc-,-,$(shell $(CC) -dumpmachine))

# The sources that stand for an optional package, and the unit tests that cannot do without it.
SRC_libpcap    := filter/capture/capture.c filter/capture/link.c
SRC_libsystemd := filter/daemon/systemd.c
SRC_jansson    := filter/daemon/control.c filter/daemon/control_client.c filter/inspect/audit_json.c
SRC_libbpf     := filter/netfilter/shortcut_load.c
SRC_libseccomp := filter/daemon/seccomp.c filter/daemon/seccomp_filter.c
SRC_landlock   := filter/daemon/landlock.c
VAULT_SRC      := $(wildcard filter/keeper/token*.c)
TESTS_libpcap  := capture captures link
TESTS_jansson  := control ctl_kept ctl_metrics keeper_status
TESTS_libseccomp := seccomp seccomp_machines
TESTS_p11-kit-1 := token token_away token_troubles keeper_hang order_hangs
MISSING  := $(filter-out $(FOUND),$(OPTIONAL))
ABSENT   := $(wildcard filter/*/*_absent.c)
LEFT_OUT := $(foreach package,$(MISSING),$(SRC_$(package))) \
            $(foreach package,$(FOUND),$(filter $(ABSENT),$(SRC_$(package):.c=_absent.c)))

SRC      := $(filter-out $(LEFT_OUT) $(VAULT_SRC),$(wildcard filter/*/*.c))
LIB_SRC  := $(filter-out filter/cmd/%,$(SRC))
LIB_OBJ  := $(LIB_SRC:%.c=$B/%.o)
VAULT_OBJ := $(if $(VAULT),$(VAULT_SRC:%.c=$B/%.o))
CMD_OBJ  := $(patsubst %.c,$B/%.o,$(filter filter/cmd/%,$(SRC)))
ALL_TEST := $(wildcard tests/unit/test_*.c)
NO_TESTS := $(foreach package,$(MISSING),$(TESTS_$(package):%=test_%))
TEST_SRC := $(filter-out $(NO_TESTS:%=tests/unit/%.c),$(ALL_TEST))
TEST_BIN := $(TEST_SRC:tests/unit/%.c=$B/tests/%)
TEST_AID := $(patsubst %.c,$B/%.o,$(filter-out $(ALL_TEST),$(wildcard tests/unit/*.c)))
BENCH_BIN := $(patsubst bench/%.c,$B/bench/%,$(wildcard bench/*.c))
SOURCES  := $(wildcard filter/*/*.[ch] rules/*.c tests/unit/*.[ch] tests/vault/*.[ch] bench/*.[ch])

Q := $(if $(V),,@)
say = $(if $(V),@:,@printf '  %-7s %s\n')

.PHONY: all help deps demo demo-sign demo-keys check tests unit lab check-vm adversary zoo runbooks life corpus cost lint fuzz fuzzers musl coverage format bench bench-zones bench-keeper clean install uninstall objects
.DELETE_ON_ERROR:
# What make would remove again. Not all there is: a marker that is missing must be made anew.
.SECONDARY: $(patsubst %.c,$B/%.o,$(wildcard tests/unit/*.c bench/*.c tests/fuzz/*.c))

all: $B/sealgate $(if $(VAULT),$B/sealgate-vault)

help:
	@echo 'make deps       install the packages that the build needs (root, apt)'
	@echo 'make            build build/sealgate; WITHOUT="$(OPTIONAL)" leaves some out'
	@echo 'make demo       install what it needs, build, and show the main job (root, two minutes)'
	@echo 'make demo-sign  the same for the signer, with three validating resolvers'
	@echo 'make demo-keys  keys that look after themselves: a zone gets signed, and its keys roll'
	@echo 'make check      install what it needs, build, run every test (root for the lab)'
	@echo 'make unit|lab   one half of the tests'
	@echo 'make check-vm   cases of the lab on Debian'"'"'s kernel in qemu: nft, lossy links (root, apt; 35 minutes)'
	@echo 'make adversary  an attacker who searches, for ADVERSARY_SECONDS=$(ADVERSARY_SECONDS); SEED= (root)'
	@echo 'make zoo        the signer before servers of many odd habits, for five validators; SEED= (root, two minutes)'
	@echo 'make runbooks   all that docs/keys.md says for when something happens to keys (root, five minutes)'
	@echo 'make life       three years of the keys of LIFE_SEEDS=$(LIFE_SEEDS) zones for each thing that goes wrong'
	@echo 'make corpus     answers of every kind, changed in every way, beside other validators'
	@echo 'make cost       what a response costs, in instructions, has not grown (valgrind)'
	@echo 'make musl       the build and the unit tests with musl (root, apt; five minutes)'
	@echo 'make coverage   which lines and branches the tests reach (QUICK=1: the unit tests alone)'
	@echo 'make lint       includes run one way, formatting, static analysis'
	@echo 'make fuzz       the fuzz targets, FUZZ_SECONDS=$(FUZZ_SECONDS) each (clang)'
	@echo 'make bench      what the filter costs, beside a program that accepts everything (root)'
	@echo 'make bench-keeper  a keeper with KEPT=$(KEPT) zones and one KSK: a day, a roll, in files and in a token'
	@echo 'make bench-zones  a signer with ZONES=$(ZONES) zones: start, memory, reloads, beside Knot (root)'
	@echo 'make install    DESTDIR= PREFIX=$(PREFIX); make uninstall removes it again'
	@echo 'SAN=address,undefined or SAN=thread builds with sanitizers; V=1 shows the commands'

$B/sealgate: $(CMD_OBJ) $B/libsealgate.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(pkg_libs)

# It alone links p11-kit, and of the other libraries only those that it uses.
$B/sealgate-vault: $(VAULT_OBJ) $B/libsealgate.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) $(LDFLAGS) -Wl$(comma)--as-needed -o $@ $^ $(vault_libs) $(pkg_libs)

$(VAULT_OBJ): private our_cflags += $(vault_cflags)
$B/filter/keeper/vault_process.o: private our_cflags += -DVAULT_IS_BUILT=$(if $(VAULT),true,false)

# The same program with another layout of the memory that a process leaves to its successor: for the lab, which
# upgrades to it.
$B/sealgate-layout: $(CMD_OBJ) $B/layout/flow_kept.o $B/libsealgate.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(pkg_libs)

$B/layout/flow_kept.o: filter/flow/flow_kept.c $(wildcard filter/flow/*.h) $B/.flags
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(our_cflags) $(CFLAGS) -DFLOW_LAYOUT=1000 -c -o $@ $<

$B/libsealgate.a: $(LIB_OBJ) $B/.flags
	$(say) AR $@
	$(Q)rm -f $@ && ar rcs $@ $(LIB_OBJ)

# The compiler's warnings stand beside the object: they never fail a build, and always fail `make check`.
$B/%.o: %.c $B/.flags
	$(say) CC $<
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(our_cflags) $(CFLAGS) -c -o $@ $< 2>$@.warnings || { cat $@.warnings >&2; exit 1; }
	$(Q)cat $@.warnings >&2

# Everything is made anew if it would be made in another way, or with other packages.
flags := $(CC) $(our_cflags) $(CFLAGS) $(LDFLAGS) $(PACKAGES) $(HEADERS) $(VAULT)

ifneq ($(flags),$(file <$B/.flags))
$B/.flags: FORCE
endif
$B/.flags: | $B/.deps
	@printf '%s\n' '$(subst ','\'',$(flags))' >$@
	@echo '$(NO_TESTS)' >$B/.no-tests
FORCE:

# A clock before this moment is not set (filter/daemon/timekeeper.h). Who packages the program says when
# that was (reproducible-builds.org).
$B/filter/daemon/timekeeper.o: private our_cflags += -DSEALGATE_BUILT=$(or $(SOURCE_DATE_EPOCH),$(shell date +%s))

$B/shortcut.bpf.o: rules/shortcut.bpf.c filter/queue/shortcut_layout.h $B/.flags
	$(say) BPF $<
	$(Q)clang -target bpf $(BPF_FLAGS) -c -o $@ $<

$B/filter/netfilter/shortcut_load.o: $B/shortcut.bpf.o
$B/filter/netfilter/shortcut_load.o: private our_cflags += -DSHORTCUT_OBJECT='"$B/shortcut.bpf.o"'

# What .incbin takes in, -MMD does not see.
$B/filter/netfilter/template.o: $(wildcard rules/*.nft rules/*.iptables)

$B/tests/%: $B/tests/unit/%.o $(TEST_AID) $B/libsealgate.a
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) $(LDFLAGS) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(pkg_libs) -lcmocka

$(TEST_AID) $(ALL_TEST:%.c=$B/%.o): | $B/.cmocka

$B/.cmocka:
	$(if $(call find_package,cmocka),,$(error the unit tests need cmocka: `make deps` installs it (as root, with apt)))
	@mkdir -p $(@D) && touch $@

# It has these fail. What the shared libraries call themselves does not.
FAILING := calloc malloc sodium_init EVP_DigestInit_ex2
$B/tests/test_short_of_memory: our_ldflags += $(FAILING:%=-Wl$(comma)--wrap=%)

# A PKCS#11 module with every trouble that a token can have: SoftHSM2 behind it does the work.
$B/tests/troubled.so: tests/vault/troubled.c $B/.flags
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 $(WARN) -O2 -g -fPIC -shared $(vault_cflags) -o $@ $<

$B/tests/test_token_troubles $B/tests/test_keeper_hang $B/tests/test_order_hangs: | $B/tests/troubled.so

# It has the kernel refuse parts of a sandbox.
SANDBOX := seccomp_is_built seccomp_enter landlock_enter
$B/tests/test_sandbox: our_ldflags += $(SANDBOX:%=-Wl$(comma)--wrap=%)

# What subcommands print is not in the library.
$B/tests/test_keys_rows: $B/filter/cmd/keys_rows.o
$B/tests/test_ctl_kept: $B/filter/cmd/ctl_kept.o
$B/tests/test_ctl_metrics: $B/filter/cmd/ctl_metrics.o $B/filter/cmd/metrics_text.o

# It has a vault that makes no key.
$B/tests/test_zone_turn_troubles: our_ldflags += -Wl$(comma)--wrap=vault_make

# It has a keeper crash before and after each change of a file.
$B/tests/test_key_make: our_ldflags += -Wl$(comma)--wrap=file_replace -Wl$(comma)--wrap=unlink

# It has writing of a key file fail.
$B/tests/test_vault_files: our_ldflags += -Wl$(comma)--wrap=file_create

# It has writing of files fail, or end the process.
WRITING := open write rename unlink fsync fchmod fchown close
$B/tests/test_keeper_store: our_ldflags += $(WRITING:%=-Wl$(comma)--wrap=%)

$B/bench/%: $B/bench/%.o $B/libsealgate.a
	$(say) LD $@
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) $(LDFLAGS) -o $@ $^ $(pkg_libs)

# `make` installs nothing. It names what is missing.
MISSED = $(strip $(foreach package,$(REQUIRED),$(if $(call find_package,$(package)),,$(package))))

$B/.deps:
	$(if $(MISSED),$(error missing for pkg-config: $(MISSED). `make deps` installs what the build needs (as root, with apt)))
	@mkdir -p $(@D) && touch $@

GROUPS ?= build

deps:
	@tests/install-deps $(GROUPS)

demo:
	@$(MAKE) --no-print-directory deps GROUPS='build demo'
	@$(MAKE) --no-print-directory all
	@tests/lab/run demo --sealgate $B/sealgate

demo-keys:
	@$(MAKE) --no-print-directory deps GROUPS='build demo demo-sign demo-keys'
	@$(MAKE) --no-print-directory all
	@tests/lab/run demo-keys --sealgate $B/sealgate

demo-sign:
	@$(MAKE) --no-print-directory deps GROUPS='build demo demo-sign'
	@$(MAKE) --no-print-directory all
	@tests/lab/run demo-sign --sealgate $B/sealgate

check:
	@$(MAKE) --no-print-directory deps GROUPS='build test' || true
	@$(MAKE) --no-print-directory deps GROUPS=vm && tests/vm/fetch-kernel $(KERNEL) || true
	@$(MAKE) --no-print-directory all tests $(MICRO)
	@tests/run --build $B unit lint cost corpus lab $(SMOKE)

unit: all $(TEST_BIN)
	@tests/run --build $B unit

lab: all
	@tests/run --build $B lab

# The virtual machine has no libraries of sanitizers.
SMOKE  := $(if $(SAN),,smoke)
KERNEL := build/vm/kernel

# A kernel whose nft can queue packets, and whose links can lose and delay them. What is missing of the packages is
# fetched at the first time.
check-vm:
	@$(MAKE) --no-print-directory deps GROUPS='build test vm'
	@tests/vm/fetch-kernel $(KERNEL)
	@$(MAKE) --no-print-directory all
	@tests/run --build $B vm

# The search for ways around the gate, of which the lab has a short one. With each violation it says
# how that is played again, by SEED, SCENE and STEPS.
LIFE_SEEDS ?= 100

life: $B/tests/test_life_simulation
	@LIFE_SEEDS=$(LIFE_SEEDS) $B/tests/test_life_simulation

ADVERSARY_SECONDS ?= 3600

adversary:
	@$(MAKE) --no-print-directory deps GROUPS='build test'
	@$(MAKE) --no-print-directory all
	@tests/lab/adversary/run --sealgate $B/sealgate --seconds $(ADVERSARY_SECONDS) \
		$(if $(SEED),--seed $(SEED)) $(if $(SCENE),--scene $(SCENE)) $(if $(STEPS),--steps $(STEPS)) \
		$(if $(OPENING),--opening $(OPENING))

# All servers of the zoo, of which the lab has a few. SEED= gives the order of the questions again.
zoo:
	@$(MAKE) --no-print-directory deps GROUPS='build test'
	@$(MAKE) --no-print-directory all
	@$(if $(SEED),SEED=$(SEED)) tests/lab/run zoo --sealgate $B/sealgate

# All of the runbooks of docs/keys.md, of which the lab has those that take no vault away.
runbooks:
	@$(MAKE) --no-print-directory deps GROUPS='build test'
	@$(MAKE) --no-print-directory all
	@tests/lab/run runbooks --sealgate $B/sealgate

# They replace malloc(), as sanitizers do.
MICRO := $(if $(SAN),,$B/bench/micro $B/bench/microsign)

cost: all $(MICRO)
	@tests/run --build $B cost

corpus: all
	@tests/run --build $B corpus

lint: all
	@tests/run --build $B lint

# libFuzzer, from the seeds that `make unit` replays too.
FUZZ_BIN := $(patsubst tests/fuzz/%.c,$B/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SECONDS ?= 60

$B/fuzz/%: $B/tests/fuzz/%.o $(TEST_AID) $B/libsealgate.a
	$(say) LD $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(our_ldflags) -fsanitize=fuzzer $(LDFLAGS) -o $@ $(filter-out %.a,$^) $(filter %.a,$^) $(pkg_libs) -lcmocka

fuzzers: $(FUZZ_BIN)

fuzz:
	@$(MAKE) --no-print-directory CC=clang SAN=fuzzer-no-link,address WARN= B=build/fuzz fuzzers
	@for f in $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c))); do mkdir -p build/fuzz/corpus/$$f; \
		build/fuzz/fuzz/$$f -max_total_time=$(FUZZ_SECONDS) -max_len=4096 \
		-print_final_stats=1 build/fuzz/corpus/$$f tests/fuzz/seeds || exit 1; done

# What the tests reach of the code that judges. The lab and the corpus run the same binary.
coverage:
	@$(MAKE) --no-print-directory deps GROUPS='build test coverage'
	@$(MAKE) --no-print-directory SAN= B=build/coverage HARDEN= LDFLAGS=--coverage \
		CFLAGS='-O0 -g --coverage -Wno-maybe-uninitialized' all tests
	@find build/coverage -name '*.gcda' -delete
	@tests/run --build build/coverage unit $(if $(QUICK),,corpus)
	@gcovr --root . --object-directory build/coverage --exclude-throw-branches \
		--filter 'filter/(dnssec|trust|gate|sign|crypto|wire|base)/' --print-summary \
		--html-details build/coverage/index.html --txt build/coverage/summary.txt \
		--json build/coverage/coverage.json >/dev/null
	@cat build/coverage/summary.txt
	@tests/coverage/report build/coverage/coverage.json

# Against musl, the C library of small routers. `make lint` looks whether the sources compile with it.
musl:
	@tests/musl/run

tests: $(TEST_BIN)

objects: $(LIB_OBJ) $(CMD_OBJ) $(VAULT_OBJ)

format:
	clang-format -i $(SOURCES)

bench:
	@$(MAKE) --no-print-directory deps GROUPS='build bench'
	@$(MAKE) --no-print-directory all $(BENCH_BIN)
	@bench/run --build $B $(if $(QUICK),--quick)

# The keys of the zones are kept for the next run, outside of the tree.
ZONES ?= 1000

bench-zones:
	@$(MAKE) --no-print-directory deps GROUPS='build bench'
	@$(MAKE) --no-print-directory all
	@bench/zones --build $B --zones $(ZONES)

# The zones of a keeper, which are made anew each time.
KEPT ?= 1000

bench-keeper:
	@$(MAKE) --no-print-directory deps GROUPS='build bench'
	@$(MAKE) --no-print-directory all $B/bench/kept
	@bench/keeper $B $(KEPT)

# Installs what was built, with the flags and packages of then. Starts nothing, and leaves a configuration
# that is there alone.
SBIN  = $(DESTDIR)$(PREFIX)/sbin
EXEC  = $(DESTDIR)$(PREFIX)/libexec/sealgate
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system
USERS = $(DESTDIR)$(PREFIX)/lib/sysusers.d
DOC   = $(DESTDIR)$(PREFIX)/share/doc/sealgate
CONF  = $(DESTDIR)/etc/sealgate

install: $(if $(wildcard $B/sealgate),,all)
	install -d $(SBIN) $(UNITS) $(USERS) $(DOC)/docs/performance
	install -m755 $B/sealgate dist/sealgate-remove-rules dist/sealgate-tell-failure $(SBIN)
	[ -z "$(VAULT)" ] || [ ! -e $B/sealgate-vault ] || install -Dm755 $B/sealgate-vault $(EXEC)/sealgate-vault
	for unit in sealgate sealgate-rules sealgate-keeper; do \
		sed 's,/usr/local/,$(PREFIX)/,' systemd/$$unit.service >$(UNITS)/$$unit.service && \
		sed -f systemd/instance.sed $(UNITS)/$$unit.service >$(UNITS)/$$unit@.service || exit 1; done
	sed 's,/usr/local/,$(PREFIX)/,' systemd/sealgate-failed@.service >$(UNITS)/sealgate-failed@.service
	install -m644 systemd/run-sealgate_bpf.mount $(UNITS)
	install -m644 systemd/sealgate.sysusers $(USERS)/sealgate.conf
	install -m644 README.md LICENSE dist/sealgate.conf $(DOC)
	install -m644 docs/*.md $(DOC)/docs
	install -m644 docs/performance/*.svg $(DOC)/docs/performance
	[ -e $(CONF)/sealgate.conf ] || install -Dm644 dist/sealgate.conf $(CONF)/sealgate.conf

# Removes what `make install` installed. A configuration that was changed stays; keys always do.
uninstall:
	rm -f $(SBIN)/sealgate $(SBIN)/sealgate-remove-rules $(SBIN)/sealgate-tell-failure $(USERS)/sealgate.conf
	rm -rf $(EXEC)
	rm -f $(UNITS)/sealgate.service $(UNITS)/sealgate-rules.service $(UNITS)/run-sealgate_bpf.mount
	rm -f $(UNITS)/sealgate-keeper.service $(UNITS)/sealgate-keeper@.service
	rm -f $(UNITS)/sealgate@.service $(UNITS)/sealgate-rules@.service $(UNITS)/sealgate-failed@.service
	! cmp -s $(DOC)/sealgate.conf $(CONF)/sealgate.conf || rm $(CONF)/sealgate.conf
	rm -rf $(DOC)
	[ ! -d $(CONF) ] || rmdir --ignore-fail-on-non-empty $(CONF)

clean:
	rm -rf build

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(VAULT_OBJ:.o=.d) \
	$(wildcard $B/tests/unit/*.d $B/tests/fuzz/*.d $B/bench/*.d)
