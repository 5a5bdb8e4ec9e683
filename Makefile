# One command each. Everything lives in .venv; a repeated run finds its stamp there and starts at once.
# `make` alone says what there is.

PORT ?= 8300
PY := .venv/bin/python
LOCKS := demo test spark bench

.DEFAULT_GOAL := help
.PHONY: help demo test test-spark torture torture-short check bench bench-spark evaluate lock $(addprefix install-,$(LOCKS))

help:
	@echo "make demo              a simulated company and a year of real receipts, in your browser"
	@echo "make test              every test, the browser stories too"
	@echo "make test-spark        the same answers on a real cluster of Spark, started on this machine"
	@echo "make torture-short     kill it everywhere, break its disk, send it rubbish: three minutes (make torture: CYCLES=20)"
	@echo "make check             format, lint, types, import contracts, messages, documents, locks"
	@echo "make bench             speed and memory beside other programs (LARGE=1 adds 50M events, also within 2 GB)"
	@echo "make bench-spark       work per event on Spark (LARGE=1 adds 50M events)"
	@echo "make evaluate DATA=…   compare with peers on public data sets that are not in this repository"
	@echo "make lock              resolve the dependencies again and write locks/*.txt"

.venv/.installed-%: locks/%.txt pyproject.toml house/install.sh
	@bash house/install.sh $*

$(addprefix install-,$(LOCKS)): install-%: .venv/.installed-%

demo: install-demo
	@.venv/bin/tillit demo --port $(PORT)

# Browser stories in a process of their own: Playwright leaves an event loop behind, in which nothing else may start one.
test: install-test
ifdef TESTS
	@$(PY) -m pytest -q $(TESTS)
else
	@code=0; bash house/timed.sh "tests" bash house/halves.sh $(PY) || code=1; \
	CHROMIUM="$$(bash house/chromium.sh)" && export CHROMIUM && \
	bash house/timed.sh "browser stories" $(PY) -m pytest -q -m browser || code=1; exit $$code
endif

test-spark: install-test install-spark
	@JAVA_HOME="$$(bash house/java.sh)" && export JAVA_HOME && bash house/timed.sh "Spark" $(PY) -m pytest -q -m spark tests/spark

CYCLES ?= 20

torture-short: install-test
	@bash house/timed.sh "torture" $(PY) -m pytest -q -m torture tests/torture

torture: install-test
	@TORTURE_CYCLES=$(CYCLES) bash house/timed.sh "torture" $(PY) -m pytest -q -m torture tests/torture

check: install-test
	@bash house/timed.sh "format"           .venv/bin/ruff format --check -q .
	@bash house/timed.sh "lint"             .venv/bin/ruff check -q .
	@bash house/timed.sh "types"            .venv/bin/mypy
	@bash house/timed.sh "import contracts" .venv/bin/lint-imports
	@bash house/timed.sh "messages"         $(PY) -m tillit_web.ui.messages --check
	@bash house/timed.sh "house rules"      $(PY) -m pytest -q tests/house

bench: install-bench
	@$(PY) -m bench $(if $(LARGE),--large)
	@$(PY) -m bench.conversing

bench-spark: install-bench install-spark
	@JAVA_HOME="$$(bash house/java.sh)" && export JAVA_HOME && $(PY) -m bench.spark $(if $(LARGE),--large)

evaluate: install-test install-bench
	@test -n "$(DATA)" || { echo "Say where the data sets are: make evaluate DATA=path/to/data"; exit 2; }
	@DATA="$(abspath $(DATA))" bash house/evaluate.sh

lock:
	@bash house/lock.sh
