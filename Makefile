# Thin calls: everything is in bootstrap.py, which also runs without make.
PYTHON ?= python3
COMMANDS = run test lint fmt manage bench reset help

.DEFAULT_GOAL = help
.PHONY: $(COMMANDS)

$(COMMANDS):
	@$(PYTHON) bootstrap.py $@
