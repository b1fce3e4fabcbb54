# make demo    sets up .venv and flies through the demo; without a display it renders demo.mp4
# make test    sets up .venv and runs every check, the quick ones first
# make bench   times a frame of the tour
# make clean   removes what was made here, .venv apart; make distclean removes that too
#
# All else is plain pip: its environment variables (PIP_EXTRA_INDEX_URL, PIP_FIND_LINKS, ...) hold here too.
# On Linux the torch of the default index carries CUDA, gigabytes of it; point pip to CPU builds to save them.

.PHONY: demo test bench clean distclean system system-test
.DELETE_ON_ERROR:

ifeq ($(OS),Windows_NT)
$(error No make on Windows; there: py -m venv .venv, .venv\Scripts\pip install -c constraints.txt -e ., .venv\Scripts\layerflight)
endif

# The first Python of 3.11 or newer; PYTHON=... on the command line overrides it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin

# What OpenGL and the window load at run time: the library, and the Debian package it comes in.
LIBRARIES := libEGL.so.1=libegl1 libGL.so.1=libgl1 libX11.so.6=libx11-6 libXext.so.6=libxext6 libXi.so.6=libxi6 \
	libXinerama.so.1=libxinerama1 libXrandr.so.2=libxrandr2 libXrender.so.1=libxrender1
# The tests' own: the program, and its package.
PROGRAMS := Xvfb=xvfb xdotool=xdotool

demo: system .venv/.run
	@if [ "$$(uname)" = Darwin ] || [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		echo "$(BIN)/layerflight" && $(BIN)/layerflight; \
	else \
		echo "$(BIN)/layerflight record demo flight -o demo.mp4 --duration 10" && \
		$(BIN)/layerflight record demo flight -o demo.mp4 --duration 10 && \
		echo "There is no display here, so no window: a 10-second flight is in demo.mp4. Watch it with any player."; \
	fi

test: system-test .venv/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/lint-imports --no-cache
	$(BIN)/mypy
	$(BIN)/python -m pytest

bench: system .venv/.dev
	$(BIN)/python tests/bench/frame.py

clean:
	rm -rf demo.mp4 demo.part.mp4 build dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

distclean: clean
	rm -rf .venv

# The stamps: what is installed stays so until a version changes.

.venv/.run: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch .venv/.run $@

# Only once: a .venv that was moved or whose Python is gone is made anew, one that is there is kept.
.venv/bin/python:
	@[ -n "$(PYTHON)" ] || { echo "Layerflight needs Python 3.11 or newer, none found; install it, or: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || $(call install,python3-venv)
	$(PYTHON) -m venv --clear .venv || { rm -f $@; exit 1; }

# The system libraries: looked for by loading them, so that any way of installing them counts.

system: .venv/bin/python
	@[ "$$(uname)" = Linux ] || exit 0; missing=; \
	for pair in $(LIBRARIES); do \
		$(BIN)/python -S -E -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' $${pair%=*} 2>/dev/null || missing="$$missing $${pair#*=}"; \
	done; \
	[ -z "$$missing" ] || $(call install,$$missing)

system-test: system
	@[ "$$(uname)" = Linux ] || { echo "The tests draw through EGL and drive an X window: they run on Linux only."; exit 1; }; missing=; \
	for pair in $(PROGRAMS); do \
		command -v $${pair%=*} >/dev/null || missing="$$missing $${pair#*=}"; \
	done; \
	[ -z "$$missing" ] || $(call install,$$missing)

# Debian and Ubuntu as root: installs the packages. Elsewhere: says in one line what to install.
define install
{ set -- $(1); if ! command -v apt-get >/dev/null; then \
	echo "Missing on this system (Debian's names): $$*; install them with your package manager, then run make again."; exit 1; \
elif [ "$$(id -u)" != 0 ]; then \
	echo "Missing system packages; run: sudo apt-get install $$*, then make again."; exit 1; \
else \
	echo "apt-get install $$*"; \
	apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$$@" >/dev/null; \
fi; }
endef
