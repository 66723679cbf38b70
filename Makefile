# make run   installs what is missing, builds, starts the gateway
# make test  installs what is missing, checks and tests everything

.PHONY: run test

run: node_modules/.package-lock.json
	@scripts/install-engine.sh
	@npm start --silent

test: node_modules/.package-lock.json
	@scripts/install-packages.sh chromium flite ffmpeg libpocketsphinx3 pocketsphinx-en-us haproxy
	@npm run build
	@npm run check
	@npm run test:all

node_modules/.package-lock.json: package-lock.json
	@scripts/require-node.sh
	npm install --no-save --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@
