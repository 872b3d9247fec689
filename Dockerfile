# What uv.lock names and nothing else, with every file checked against its hash; no compiler, no shell, no root.
# Probes are the orchestrator's: GET /healthz and /readyz on 9090. The root may be read-only: nothing is written but to Postgres.
#
#   docker build -t ai-api .
#   docker run --read-only -e AI_API_DATABASE_URL=… -e AI_API_ENCRYPTION_KEYS=… -p 8080:8080 ai-api
#
# The bases stand here by name, for `docker build`. `make image` asks what each name stands for now, builds on those digests, and
# writes them down; a release is built so.
#
# The command is `serve`; `worker`, `migrate` and `admin …` are run in its place. `up` is for one machine and not in here.
ARG PYTHON=python:3.11-slim-bookworm
ARG NODE=node:22-bookworm-slim
# A C library, OpenSSL, certificates, time zones, and nobody to sign in as.
ARG RUNTIME=gcr.io/distroless/cc-debian12:nonroot

FROM ${NODE} AS pages
WORKDIR /pages
# Packages first here as well, each checked against the hash in the lock file, and none may run a script of its own.
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci --no-audit --no-fund --loglevel=error --ignore-scripts
COPY frontend/index.html frontend/vite.config.ts frontend/tsconfig.json frontend/tsr.config.json ./
COPY frontend/src ./src
RUN npm run --silent build

FROM ${PYTHON} AS build
ENV UV_PROJECT_ENVIRONMENT=/app UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1
WORKDIR /build
COPY scripts/uv-requirements.txt ./
RUN python3 -m venv /build/uv \
    && /build/uv/bin/pip install --quiet --require-hashes --only-binary :all: --requirement uv-requirements.txt
# Packages first: a change of the program alone leaves this layer as it is. Traces are sent by some of them, for nobody can add one later.
COPY pyproject.toml uv.lock ./
RUN /build/uv/bin/uv sync --quiet --locked --no-dev --extra otel --no-install-project
COPY README.md LICENSE ./
COPY alembic ./alembic
COPY scripts/wheel_pages.py scripts/image_python.sh ./scripts/
COPY src ./src
COPY --from=pages /pages/dist ./frontend/dist
RUN /build/uv/bin/uv sync --quiet --locked --no-dev --extra otel --no-editable
RUN sh scripts/image_python.sh /app

FROM ${RUNTIME}
ENV PATH=/app/bin:$PATH LD_LIBRARY_PATH=/app/python/lib PYTHONDONTWRITEBYTECODE=1 AI_API_LISTEN__HOST=0.0.0.0 AI_API_LISTEN__OPS_HOST=0.0.0.0
COPY --from=build /app /app
USER 65532:65532
EXPOSE 8080 9090 9091
STOPSIGNAL SIGTERM
ENTRYPOINT ["ai-api"]
CMD ["serve"]
