# Two stages: wheels are gathered in the first, the second holds neither compiler nor package cache.
#   docker build -t triage .
#   docker build -t triage --build-arg EXTRAS="postgres llm" .
#   docker build -t triage --build-arg EXTRAS="postgres embeddings" --build-arg TORCH_INDEX=<index with CPU builds> .
FROM python:3.11-slim AS build
ARG EXTRAS="postgres"
ARG TORCH_INDEX=""
WORKDIR /build
COPY requirements requirements
RUN python -m venv /opt/triage \
 && /opt/triage/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt \
 && for extra in $EXTRAS; do \
      if [ "$extra" = embeddings ]; then \
        test -n "$TORCH_INDEX" || { echo "embeddings need TORCH_INDEX: an index with CPU builds of torch" >&2; exit 1; }; \
        /opt/triage/bin/pip install --no-cache-dir --index-url "$TORCH_INDEX" "$(grep '^torch==' requirements/embeddings.txt)"; \
      fi; \
      /opt/triage/bin/pip install --no-cache-dir -r "requirements/$extra.txt" || exit 1; \
    done
COPY pyproject.toml README.md LICENSE ./
COPY triage triage
RUN /opt/triage/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home --home-dir /var/lib/triage triage && install -d -o triage /var/lib/triage/log
COPY --from=build /opt/triage /opt/triage
COPY policies /etc/triage/policies
COPY prompts /etc/triage/prompts
ENV PATH=/opt/triage/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 TRIAGE_LOG_FORMAT=json \
    TRIAGE_POLICY_FILE=/etc/triage/policies/default.yaml TRIAGE_LLM_PROMPTS=/etc/triage/prompts
WORKDIR /var/lib/triage
USER 10001
EXPOSE 8321
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/health', timeout=4)"]
CMD ["triage", "serve"]
