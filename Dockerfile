# The program in an image of its own, for a scheduler that runs containers:
#
#   docker build -t splitbrain .
#   docker run --rm --init -v "$PWD:/config:ro" -v splitbrain-state:/state splitbrain report
#
# --init reaps programs that the configuration names (ssh, a list of proxies). Signals reach the
# program either way, and it ends by itself.

FROM node:20.20.2-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
COPY scripts ./scripts
COPY assembly ./assembly
COPY jobs ./jobs
COPY src ./src
# The program and its two packages that are not bundled, in the versions of the lock file.
RUN sh scripts/prepare.sh && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:20.20.2-bookworm-slim
COPY package.json LICENSE /opt/splitbrain/
COPY schema /opt/splitbrain/schema
COPY --from=build /build/node_modules /opt/splitbrain/node_modules
COPY --from=build /build/dist /opt/splitbrain/dist
RUN ln -s /opt/splitbrain/dist/src/main.js /usr/local/bin/splitbrain && install -d -o node -g node /state /config
# Journals, locks and the history of runs.
ENV XDG_STATE_HOME=/state
USER node
# splitbrain.yaml is looked for here.
WORKDIR /config
ENTRYPOINT ["splitbrain"]
CMD ["--help"]
