# Every target goes through .venv; .ci/venv builds it once from the exact pins and returns at once afterwards.
# Stop the app with Ctrl+C. Streamlit takes the next free port when 8501 is taken.
.NOTPARALLEL:
.PHONY: run serve dev demo check test audit bench soak clean
PY := .venv/bin/python
SOAK := --full

run: ## start the app and print its address
	@.ci/venv requirements.txt && exec $(PY) -m streamlit run streamlit_app.py

serve: ## the same for a team, behind a sign-in or an access token (docs/serving.md)
	@.ci/venv requirements.txt && exec $(PY) -m embedcore serve $(ARGS)

dev: ## the same, watching the source, with full error details
	@.ci/venv requirements-dev.txt && EMBEDCORE_LOG_VALUES=1 exec $(PY) -m streamlit run streamlit_app.py --server.fileWatcherType=auto --server.runOnSave=true --client.showErrorDetails=full --client.toolbarMode=developer

demo: ## the whole flow without a browser, on the sample data
	@.ci/venv requirements.txt && exec $(PY) -m embedcore demo

check: ## lint, types and the unit tests: the daily round, under two minutes
	@.ci/venv requirements-dev.txt && exec .ci/test quick

test: ## lint, types, then every tier of tests, cheap first; stops at the first red one
	@.ci/venv requirements-dev.txt && exec .ci/test

audit: ## are the installed packages the pinned ones, and is any known to be vulnerable
	@.ci/venv requirements-dev.txt && exec .ci/audit

bench: ## measured speed and quality, side by side with the reference
	@.ci/venv requirements-dev.txt && exec $(PY) -m tests.bench

soak: ## the battery in the counts of a release; takes a day (a short round: make soak SOAK=)
	@.ci/venv requirements-dev.txt && exec $(PY) -m tests.soak $(SOAK)

clean: ## remove what was built; your data in .embedcore stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis shots bench-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
