# One image for web, worker and beat. The first stage installs and collects; the second holds only what runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
RUN deploy/build-files /venv/bin

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home portal && install -d -o portal -g portal -m 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER portal
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "talentportal.wsgi:application", "--bind", "0.0.0.0:8000"]
