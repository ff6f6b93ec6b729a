# Copyright (c) 2026 The x11shmpool developers
#
# This file is part of x11shmpool.
#
# x11shmpool is free software; you can redistribute it and/or
# modify it under the terms of the GNU Lesser General Public
# License as published by the Free Software Foundation; either
# version 2.1 of the License, or (at your option) any later version.
#
# x11shmpool is distributed in the hope that it will be useful,
# but WITHOUT ANY WARRANTY; without even the implied warranty of
# MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE.  See the GNU
# Lesser General Public License for more details.
#
# You should have received a copy of the GNU Lesser General Public
# License along with x11shmpool; if not, write to the Free Software
# Foundation, Inc., 51 Franklin Street, Fifth Floor, Boston, MA 02110-1301 USA

SRC_PATH ?= .

.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

# These work without a configuration and see to their own needs.
FRONT = check check-sanitize check-hostile check-long check-releases check-arch check-patches check-deb \
    check-apps upstream-series demo bench bench-doc dist deb help clean distclean
FRONT_ONLY = $(if $(filter-out $(FRONT),$(or $(MAKECMDGOALS),all)),,yes)

# config.stamp is empty: make starts over when configure has written it, while
# config.mak and config.h keep their time where they did not change.
-include config.mak config.stamp

ifeq ($(FRONT_ONLY),)
config.stamp: $(SRC_PATH)/configure
	$(SRC_PATH)/configure $(CONFIGURE_ARGS)

config.mak config.h: | config.stamp
	@test -f $@ || $(SRC_PATH)/configure $(CONFIGURE_ARGS)
endif

# The distribution may have moved on since. What needs no FFmpeg goes on.
ifneq ($(and $(MAJOR),$(if $(FRONT_ONLY),,yes),$(filter-out uninstall,$(or $(MAKECMDGOALS),all))),)
FFMPEG_NOW := $(firstword $(subst ., ,$(shell $(PKG_CONFIG) --modversion libavdevice 2>/dev/null)))
ifneq ($(filter-out $(MAJOR),$(FFMPEG_NOW)),)
$(error FFmpeg is another one now, libavdevice $(FFMPEG_NOW), and this was configured for \
    $(MAJOR): run $(SRC_PATH)/configure$(CONFIGURE_ARGS), make, and make install)
endif
endif

V ?= 0
ifeq ($(V),0)
Q = @
say = @printf '%-8s%s\n' $(1) $(2);
endif

# As many jobs as there are processors, unless -j was given.
JOBS = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc 2>/dev/null || echo 2))

OVERLAY = $(SONAME)
ARCHIVE = libx11shmpool.a

INCLUDES = -I. -I$(SRC_PATH) -I$(SRC_PATH)/libavdevice
TEST_INCLUDES = -I$(SRC_PATH)/tests -I$(SRC_PATH)/tests/harness

names = $(basename $(patsubst $(SRC_PATH)/%,%,$(wildcard $(SRC_PATH)/$(1))))

DEVICE_OBJS   = $(addsuffix .o,$(call names,libavdevice/x11shmpool*.c))
OVERLAY_OBJS  = libavdevice/avdevice_overlay.o
HARNESS_OBJS  = $(addsuffix .o,$(call names,tests/harness/*.c))
UNIT_TESTS    = $(call names,tests/unit/*.c)
DEVICE_TESTS  = $(call names,tests/device/*.c)
LONG_TESTS    = $(call names,tests/long/*.c)
TEST_TOOLS    = $(call names,tests/tools/*.c)
BENCHES       = $(call names,tests/bench/*.c)
HOSTILE_OBJS  = $(addsuffix .o,$(call names,tests/hostile/*.c))
HOSTILE       = tests/hostile/hostile
EXAMPLES      = $(call names,doc/examples/*.c)
TEST_PROGRAMS = $(UNIT_TESTS) $(DEVICE_TESTS) $(LONG_TESTS) $(TEST_TOOLS) $(BENCHES)
HARNESS       = tests/libharness.a

### The manual, in the forms for which there are tools

HTML   = $(if $(MAKEINFO),doc/x11shmpool.html)
MAN    = $(if $(MAKEINFO),$(if $(PANDOC),doc/ffmpeg-x11shmpool.1))
TEXI   = $(wildcard $(SRC_PATH)/doc/*.texi)
IMAGES = $(wildcard $(SRC_PATH)/doc/*.svg)
STYLE  = $(SRC_PATH)/doc/manual.css

TEXI_FLAGS = -D 'VERSION $(VERSION)' $(if $(wildcard $(SRC_PATH)/doc/apps.texi),-D apps)

all: $(OVERLAY) $(ARCHIVE) $(HTML) $(MAN)

doc: $(HTML) $(MAN)

examples: $(EXAMPLES)

check-build: all examples $(TEST_PROGRAMS) $(HOSTILE)

### The device and the overlay

$(DEVICE_OBJS) $(OVERLAY_OBJS): %.o: $(SRC_PATH)/%.c config.h config.mak
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(INCLUDES) $(CFLAGS_DEP) $(CFLAGS) -MMD -MP -c -o $@ $<

$(HARNESS_OBJS) $(HOSTILE_OBJS) $(addsuffix .o,$(TEST_PROGRAMS)): %.o: $(SRC_PATH)/%.c config.h config.mak
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(INCLUDES) $(TEST_INCLUDES) $(CFLAGS_DEP) $(CFLAGS_TEST) \
	    $(CFLAGS) -MMD -MP -c -o $@ $<

# A source that was taken away leaves no file that is newer: the list tells.
listed = $(shell mkdir -p $(dir $(1)); echo '$(2)' | cmp -s - $(1) || echo '$(2)' >$(1))

ifneq ($(and $(SONAME),$(if $(FRONT_ONLY),,yes)),)
$(call listed,device.list,$(DEVICE_OBJS))
$(call listed,tests/harness.list,$(HARNESS_OBJS))
endif

AR ?= ar

$(ARCHIVE): $(DEVICE_OBJS) device.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(DEVICE_OBJS)

$(HARNESS): $(HARNESS_OBJS) tests/harness.list
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(HARNESS_OBJS)

# The linker writes the SONAME of what it links into DT_NEEDED. The overlay has
# the SONAME of the library that it needs, so it must need it by its path: an
# empty library stands in, whose SONAME is that path.
overlay/real.so: config.mak
	$(call say,STUB,$@)
	@mkdir -p $(@D)
	$(Q)echo 'extern int x11shmpool_stub;' | $(CC) -x c -shared -nostdlib -fPIC \
	    -Wl,-soname,$(REAL) -o $@ -

overlay/overlay.ver: config.mak
	@mkdir -p $(@D)
	@printf '%s\n' '$(NODE) {' '    global:' \
	    '        avdevice_register_all;' '        av_input_video_device_next;' \
	    '    local:' '        *;' '};' >$@

# A sanitizer's runtime is the program's; nodelete because libavformat keeps
# pointers into the library.
$(OVERLAY): $(OVERLAY_OBJS) $(ARCHIVE) overlay/real.so overlay/overlay.ver
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(SONAME) \
	    -Wl,--version-script,overlay/overlay.ver $(if $(SANITIZE),,-Wl,-z,defs) \
	    -Wl,-z,nodelete -Wl,-z,relro -Wl,-z,now -o $@ $(OVERLAY_OBJS) \
	    -Wl,--no-as-needed overlay/real.so -Wl,--as-needed \
	    $(ARCHIVE) $(LIBS_AV) $(LIBS_X) $(LIBS_SYS)

# A page of its own for each chapter would be a page of a few lines. Browsers
# would break the line behind the hyphen of an option.
doc/x11shmpool.html: $(TEXI) $(IMAGES) $(STYLE) config.mak
	$(call say,HTML,$@)
	@mkdir -p $(@D)
	$(Q)[ $(SRC_PATH)/doc -ef $(@D) ] || cp $(IMAGES) $(@D)
	$(Q)$(MAKEINFO) --html --no-split -c FORMAT_MENU=nomenu -c SHOW_TITLE=0 $(TEXI_FLAGS) \
	    --css-include=$(STYLE) -o $@.tmp $(SRC_PATH)/doc/x11shmpool.texi
	$(Q)sed -E '/<body/,$$ s,(^|[ >(])(--?[A-Za-z][A-Za-z0-9_:-]*),\1<span class="nolinebreak">\2</span>,g' \
	    $@.tmp >$@
	$(Q)rm -f $@.tmp

# In man pages headings are capitals, code is bold, several terms stand on several
# lines, cells of tables are no paragraphs, which would be indented, between their
# columns is some space, and groff can't continue them on the next page.
doc/ffmpeg-x11shmpool.1: $(TEXI) config.mak
	$(call say,MAN,$@)
	@mkdir -p $(@D)
	$(Q)$(MAKEINFO) --docbook $(TEXI_FLAGS) -D man -o $@.xml \
	    $(SRC_PATH)/doc/x11shmpool.texi
	$(Q)sed -e 's,</term><term>, =TQ= ,g' \
	    -e 's,<replaceable>\([^<]*\)</replaceable>,\&lt;\1\&gt;,g' $@.xml | \
	    $(PANDOC) -s -f docbook -t man --wrap=none -M title=FFMPEG-X11SHMPOOL \
	        -V section=1 -V header='x11shmpool $(VERSION)' | \
	    awk 'cell && /^\.PP$$/ { next } { cell = /T\{$$/ } \
	         /^[lcr]w\([0-9.]*n\)/ { n = split($$0, w, /[()]/); $$0 = w[1]; \
	             for (i = 2; i <= n; i++) $$0 = $$0 (i % 2 ? ")" w[i] : "(" w[i] * .95 "n") } \
	         /^\.TS/ { print ".ne 40v" } \
	         /^\.SH / { $$0 = toupper($$0) } \
	         { gsub(/ =TQ= /, "\n.TQ\n"); gsub(/\\f\[(V|CR)\]/, "\\f[B]"); print }' >$@
	$(Q)rm -f $@.xml

### Tests and examples

LIBS_ALL = $(LIBS_TEST) $(LIBS_AVDEVICE) $(LIBS_AV) $(LIBS_X) -lm $(LIBS_SYS)

define program
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(LIBS_ALL)
endef

# A test of a pure room may include its source to reach what is static there:
# the archive then only fills in the rest.
$(UNIT_TESTS): %: %.o $(ARCHIVE)
	$(program)

$(DEVICE_TESTS) $(LONG_TESTS) $(TEST_TOOLS) $(BENCHES): %: %.o $(HARNESS)
	$(program)

$(HOSTILE): $(HOSTILE_OBJS) $(HARNESS)
	$(program)

tests/bench/convert: $(ARCHIVE)

# The demo has this one, too, and need not have what tests alone need.
DEMO = tests/bench/demo

$(DEMO): tests/bench/recordings.o $(addprefix tests/harness/,command.o \
    figures.o motion.o process.o recording.o server.o supervisor.o work.o)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -Wl,--as-needed -o $@ $^ $(LIBS_AV) $(LIBS_X) \
	    -lm $(LIBS_SYS)

# As somebody else would build them: with nothing of ours in the way.
$(EXAMPLES): %: $(SRC_PATH)/%.c config.mak
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(CFLAGS) $(CFLAGS_DEP) -D_POSIX_C_SOURCE=200809L $(LDFLAGS) \
	    -MMD -MP -MF $@.d -o $@ $< $(LIBS_AVDEVICE) $(LIBS_AV) $(LIBS_SYS)

# make check T=name runs the tests whose path holds name.
T ?=
RUN = $(SRC_PATH)/tests/run

define configured
	@$(SRC_PATH)/tools/deps $(1)
	@grep -q '^HAVE_TESTS = 1' config.mak 2>/dev/null || \
	    $(SRC_PATH)/configure $(CONFIGURE_ARGS)
endef

sum_up = awk '{ p += $$1; f += $$3; s += $$5 } \
    END { printf "%d passed, %d failed, %d skipped\n", p, f, s }'

check:
	$(call configured,check)
	@+$(MAKE) --no-print-directory $(JOBS) check-build
	@$(RUN) -b . -p $(T)

# Those that need no X server, and of all that tests need only cmocka
check-unit: $(UNIT_TESTS)
	@$(RUN) -b . unit/

# The same tests where every memory error, undefined step and data race is
# fatal, then the pure rooms under valgrind too.
SANITIZERS ?= asan-ubsan tsan
VALGRIND_TESTS = $(if $(T),$(filter unit/%,$(T)),unit/)

check-sanitize:
	$(call configured,check)
	@+status=0; src=$$(cd $(SRC_PATH) && pwd); mkdir -p sanitize; rm -f sanitize/*.sum; \
	for s in $(SANITIZERS); do \
	    mkdir -p sanitize/$$s && \
	    (cd sanitize/$$s && $$src/configure $(CONFIGURE_ARGS) --toolchain=$$s >/dev/null && \
	     $(MAKE) --no-print-directory SRC_PATH=$$src -f $$src/Makefile $(JOBS) check-build) && \
	    { $(if $(T),,$(RUN) -b sanitize/$$s -l $$s -s 2/2 -o sanitize/$$s-2.sum unit/ device/ &) \
	      $(RUN) -b sanitize/$$s -l $$s $(if $(T),,-s 1/2) -o sanitize/$$s.sum \
	          $(or $(T),unit/ device/) || status=1; \
	      wait $(if $(T),,$$! || status=1); }; \
	    for share in $$s $(if $(T),,$$s-2); do test -f sanitize/$$share.sum || \
	        echo '0 passed, 1 failed, 0 skipped' >sanitize/$$share.sum; done; \
	done; \
	test -z "$(VALGRIND_TESTS)" || { \
	    $(MAKE) --no-print-directory $(JOBS) check-build && \
	    $(RUN) -b . -w valgrind -l valgrind -o sanitize/valgrind.sum $(VALGRIND_TESTS) || status=1; \
	    test -f sanitize/valgrind.sum || echo '0 passed, 1 failed, 0 skipped' >sanitize/valgrind.sum; \
	}; \
	$(sum_up) sanitize/*.sum; \
	rm -f sanitize/*.sum; exit $$status

# A server that lies, for so many seconds, or what one seed makes of it; and one
# that falls silent, at any moment.
SECONDS ?= 60
SEED ?=

check-hostile:
	$(call configured,check)
	@+src=$$(cd $(SRC_PATH) && pwd); mkdir -p sanitize/asan-ubsan && cd sanitize/asan-ubsan && \
	$$src/configure $(CONFIGURE_ARGS) --toolchain=asan-ubsan >/dev/null && \
	$(MAKE) --no-print-directory SRC_PATH=$$src -f $$src/Makefile $(JOBS) check-build && \
	$$src/tests/hostile/run $(SECONDS) $(SEED)

# What takes hours: every freeze on every server, every cycle, windows and
# monitors rearranged for longer, half an hour of recording. The environment may
# ask for more or less of each.
X11SHMPOOL_FREEZES            ?= 100000
X11SHMPOOL_PICTURES           ?= 80000
X11SHMPOOL_CYCLES             ?= 10000
X11SHMPOOL_REARRANGED_SECONDS ?= 20
X11SHMPOOL_SOAK_SECONDS       ?= 1800
LONG_LIMIT                    ?= 14400

LONG_RUN = $(RUN) -b . -t $(LONG_LIMIT)

check-long:
	$(call configured,check)
	@+$(MAKE) --no-print-directory $(JOBS) check-build
	@status=0; mkdir -p long; rm -f long/*.sum; \
	for s in xvfb xorg xvnc xwayland; do \
	    X11SHMPOOL_SERVER=$$s X11SHMPOOL_FREEZES=$$(($(X11SHMPOOL_FREEZES) / 4)) \
	    $(LONG_RUN) -l $$s -o long/$$s.sum device/differential || status=1; \
	    X11SHMPOOL_SERVER=$$s X11SHMPOOL_FREEZES=$$(($(X11SHMPOOL_PICTURES) / 4)) \
	    $(LONG_RUN) -l $$s -o long/$$s-pictures.sum device/pictures || status=1; \
	done; \
	X11SHMPOOL_CYCLES=$(X11SHMPOOL_CYCLES) \
	$(LONG_RUN) -l long -o long/repeated_use.sum device/repeated_use || status=1; \
	X11SHMPOOL_CYCLES=$(X11SHMPOOL_CYCLES) \
	$(LONG_RUN) -l long -o long/dying_server.sum device/dying_server || status=1; \
	X11SHMPOOL_REARRANGED_SECONDS=$(X11SHMPOOL_REARRANGED_SECONDS) \
	$(LONG_RUN) -l long -o long/rearranged.sum device/rearranged || status=1; \
	X11SHMPOOL_SOAK_SECONDS=$(X11SHMPOOL_SOAK_SECONDS) \
	$(LONG_RUN) -l long -k -o long/soak.sum long/soak || status=1; \
	$(sum_up) long/*.sum; rm -rf long; exit $$status

# The overlay on Debian's releases, in roots of their own; RELEASES=trixie for one.
RELEASES ?=

check-releases:
	@$(SRC_PATH)/tools/deps releases
	@BUILD=$$(pwd) $(SRC_PATH)/tests/releases/run $(RELEASES)

# Other processors; ARCHS=i386 for one, T= as for check, RELEASES=trixie for
# another release of Debian.
ARCHS ?=

check-arch:
	@$(SRC_PATH)/tools/deps releases
	@BUILD=$$(pwd) RELEASES='$(RELEASES)' X11SHMPOOL_T='$(T)' $(SRC_PATH)/tests/arch/run $(ARCHS)

# The device in FFmpeg's own tree; RELEASES=7.1 for one.
check-patches:
	@$(SRC_PATH)/tools/deps patches
	@test -f config.mak || $(SRC_PATH)/configure $(CONFIGURE_ARGS) >/dev/null
	@BUILD=$$(pwd) $(SRC_PATH)/tests/patches/run $(RELEASES)

upstream-series:
	@$(SRC_PATH)/tools/deps patches
	@$(SRC_PATH)/patches/series upstream-series

# The programs that people use: servers, players, browsers. T= as for check.
check-apps:
	$(call configured,apps)
	@+$(MAKE) --no-print-directory $(JOBS) check-build
	@$(RUN) -b . -t $(or $(APPS_LIMIT),600) $(if $(T),$(addprefix apps/,$(T)),apps/)

demo:
	@$(SRC_PATH)/tools/deps demo
	@test -f config.mak || $(SRC_PATH)/configure $(CONFIGURE_ARGS)
	@+$(MAKE) --no-print-directory $(JOBS) all $(DEMO)
	@$(SRC_PATH)/tools/demo -b .

bench:
	$(call configured,check)
	@+$(MAKE) --no-print-directory $(JOBS) check-build
	@BUILD=$$(pwd) SRC=$(SRC_PATH) $(SRC_PATH)/tests/bench/run $(BENCH)

# The chart in the manual and the README, made anew. On a quiet machine.
bench-doc: bench
	cp bench.svg bench.csv recordings.csv $(SRC_PATH)/doc

### Installing

INSTALLER = MARKER='$(MARKER)' DESTDIR='$(DESTDIR)' LIBDIR='$(LIBDIR)' \
    MANDIR='$(MANDIR)' DOCDIR='$(DOCDIR)' \
    SONAME='$(SONAME)' REAL='$(REAL)' LDCONFIG='$(LDCONFIG)' \
    $(SRC_PATH)/tools/install

install: all
	@$(INSTALLER) install $(OVERLAY) $(foreach f,$(MAN),$(f) $(MANDIR)/man1) \
	    $(foreach f,$(HTML) $(if $(HTML),$(IMAGES)),$(f) $(DOCDIR)) \
	    $(foreach f,$(wildcard $(addprefix $(SRC_PATH)/doc/examples/,*.[ch] *.py *.sh)),$(f) $(DOCDIR)/examples)

uninstall:
	@$(INSTALLER) uninstall

### Packages

# In root file systems of Debian's releases; RELEASES=trixie for one.
check-deb:
	@$(SRC_PATH)/tools/deps releases
	@$(SRC_PATH)/tests/deb/run $(RELEASES)

dist:
	@$(SRC_PATH)/tools/dist .

deb:
	@$(SRC_PATH)/tools/deps deb
	@$(SRC_PATH)/tools/deb

### Cleaning

clean:
	rm -rf libavdevice/*.[od] *.list overlay $(ARCHIVE) libavdevice.so.[0-9]* \
	    tests/*.a tests/*.list tests/harness/*.[od] tests/hostile/*.[od] $(HOSTILE) tests/logs sanitize long $(EXAMPLES) doc/examples/*.d
	rm -f doc/x11shmpool.html doc/ffmpeg-x11shmpool.1
	[ -e doc/x11shmpool.texi ] || rm -f $(addprefix doc/,$(notdir $(IMAGES)))
	rm -f $(foreach d,unit device long tools bench,tests/$(d)/*.[od] tests/$(d)/*.log) $(TEST_PROGRAMS) $(DEMO)

distclean: clean
	rm -f config.h config.mak config.log config.stamp
	rm -rf deb x11shmpool-*.tar.xz
	@if grep -q '^# Made by x11shmpool' Makefile 2>/dev/null; then rm -f Makefile; fi
	@rmdir libavdevice tests/* tests doc/examples doc 2>/dev/null || :

help:
	@printf '%s\n' \
	    'make                 build the overlay and the static archive' \
	    'make install         install into PREFIX/lib (DESTDIR is honoured)' \
	    'make uninstall       take away what install put there' \
	    'make demo            record 10 s of the display and show what it costs' \
	    'make check           run the tests; T=name only those whose path holds name' \
	    'make check-unit      those that need no X server; installs nothing' \
	    'make check-sanitize  the tests under sanitizers and valgrind' \
	    'make check-hostile   a server that lies, for SECONDS=60; SEED=... one case again' \
    'make check-long      the tests that take hours' \
	    'make check-releases  the overlay on Debian 12, 13 and sid; RELEASES=... for some' \
	    'make check-arch      the tests on i386, and emulated on arm64; ARCHS=... for one' \
	    'make check-patches   the device in the trees of FFmpeg 5.1 to 9.0' \
	    'make upstream-series the device as a series of patches for FFmpeg' \
	    'make check-apps      the tests with servers, players, browsers, Python' \
	    'make check-deb       the tarball and the Debian package, on bookworm, trixie and sid' \
	    'make bench           compare with x11grab' \
	    'make bench-doc       that, and put its chart into the manual' \
	    'make examples        build doc/examples' \
	    'make doc             build the manual: HTML and man page' \
	    'make dist            make the tarball of the source' \
	    'make deb             make Debian packages, in deb/' \
	    'make clean           remove what was built' \
	    'make distclean       and what configure made' \
	    '' \
	    'demo, check and bench install what is missing (tools/deps tells what).'

.PHONY: all doc examples check-build check check-unit check-sanitize check-hostile check-long check-releases \
    check-arch check-patches check-deb check-apps upstream-series demo bench bench-doc install \
    uninstall dist deb clean distclean help

.SECONDARY:

-include $(DEVICE_OBJS:.o=.d) $(OVERLAY_OBJS:.o=.d) $(HARNESS_OBJS:.o=.d) $(HOSTILE_OBJS:.o=.d) \
    $(addsuffix .d,$(TEST_PROGRAMS) $(EXAMPLES))
