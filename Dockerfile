# The app in a container: docker build -t embedcore . && docker run -p 8501:8501 -v embedcore-data:/data embedcore
# For the small CPU build of torch, hand pip PyTorch's CPU index: --build-arg PIP_EXTRA_INDEX_URL=...
FROM python:3.11-slim AS build
ARG PIP_EXTRA_INDEX_URL
WORKDIR /source
RUN python -m venv /app
# The pins first: they change less often than the source, and their layer is kept.
COPY requirements.txt .
RUN /app/bin/pip install --no-cache-dir --no-compile -r requirements.txt
COPY . .
RUN /app/bin/pip install --no-cache-dir --no-deps .

FROM python:3.11-slim
RUN useradd --create-home --uid 1000 embedcore && mkdir /data && chown embedcore /data
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH EMBEDCORE_HOME=/data PYTHONUNBUFFERED=1
USER embedcore
WORKDIR /data
VOLUME /data
EXPOSE 8501
HEALTHCHECK --start-period=30s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=3)"]
# Behind a gate: give EMBEDCORE_ACCESS_TOKEN, or read the token in the log of the first start. EMBEDCORE_HOSTS: the names
# that people type for this server. More in docs/serving.md.
CMD ["embedcore", "serve", "--port", "8501"]
