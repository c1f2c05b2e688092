# The service as one image: `serve`, `work` and `migrate` are the same program.
# By digest: docker build --build-arg PYTHON_IMAGE=python:3.13.1-slim-bookworm@sha256:… (docs/operations.md, "Images").
ARG PYTHON_IMAGE=python:3.13.1-slim-bookworm
ARG NODE_IMAGE=node:22.12-bookworm-slim
FROM ${PYTHON_IMAGE} AS packages
WORKDIR /build
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

# What the pages take from npm; without this stage they would work as well, with whole page loads.
FROM ${NODE_IMAGE} AS assets
WORKDIR /pages/assets
COPY service/api/pages/assets .
RUN npm ci --omit=dev && npm run build

FROM ${PYTHON_IMAGE}
RUN useradd --system --uid 10001 --home-dir /app yijianshi \
    && install -d -o yijianshi /app /data/files
WORKDIR /app
COPY --from=packages /venv /venv
COPY migrations migrations
COPY service service
COPY --from=assets /pages/static/vendor service/api/pages/static/vendor
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    YIJIANSHI_HOST=0.0.0.0 YIJIANSHI_PORT=8000 YIJIANSHI_FILES_DIR=/data/files
USER yijianshi
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
ENTRYPOINT ["python", "-m", "service"]
CMD ["serve"]
