/** The `showtime.yml` of the documentation: the superset preset, written out. */
export const DOCUMENTED = `version: 1
preset: superset                  # superset | none
platform: ecs                     # ecs | docker
ttl: 48h
max_age: 14d                      # cap for --respect-ttl
auto_sync: trusted                # always | trusted | never: whose pushes update a running environment
trusted_bots: []                  # further bots that Showtime writes as
retries: 1
required_commit: 47414e18d4c2980d0cc4718b3e704845f7dfd356   # superset: looked for before a build; a branch without it is refused
build:
  image: apache/superset          # superset: the repository it is pushed to; an ECR address logs in by itself
  tag: "pr-{pr}-{sha}-ci"
  context: .
  file: Dockerfile
  target: showtime                # superset
  platform: null                  # null: docker: the engine's own; ecs: the template's architecture, else linux/amd64
  args: { INCLUDE_CHROMIUM: "false", LOAD_EXAMPLES_DUCKDB: "true" }   # superset
  cache_from: ["type=registry,ref=apache/superset-cache:showtime"]    # superset
  cache_to: ["type=registry,mode=max,ref=apache/superset-cache:showtime"]   # superset; in CI only
  paths: null                     # null: every push is built
  timeout: 60m
  push: auto                      # auto: where the platform is not the local engine | always | never
environment:
  url: null                       # https://pr-{pr}.preview.example.org: an address that stays from commit to commit
  port: 8080
  health:
    path: /health
    fallback: /
    timeout: 15m
    interval: 5s
    command: "curl -fsS http://localhost:8080/health || exit 1"   # superset; ecs only: the container health check
  hooks: { after_start: null, before_stop: null, when: created, timeout: 2m }
  login: admin/admin              # superset; shown in the comment
  variables:                      # superset, all of them
    SUPERSET_LOAD_EXAMPLES: "yes"
    SUPERSET_PORT: "8080"
    SUPERSET_SECRET_KEY: "{secret}"   # {secret}: a random value of each environment, kept when it is updated in place
    TALISMAN_ENABLED: "False"
    SUPERSET__SQLALCHEMY_EXAMPLES_URI: sqlite:////tmp/examples.db
    SUPERSET_LOG_LEVEL: DEBUG
    PYTHONUNBUFFERED: "1"
    SERVER_WORKER_AMOUNT: "4"
    SERVER_THREADS_AMOUNT: "1"
  flags: { prefix: "SUPERSET_FEATURE_", on: "True", off: "False" }   # how conf-enable-X reaches the app; none: prefix FEATURE_
  sizes: { standard: { cpu: 512, memory: 2048 }, large: { cpu: 2048, memory: 8192 } }
  warn: null
  ttl_from: created
  sleep: { after: null, at: null }   # at: 20:00-07:00 Europe/Berlin; after: 2h, ecs only
ecs:
  # superset, down to the execution role:
  cluster: superset-ci
  subnets: [subnet-0e15a5034b4121710, subnet-0e8efef4a72224974]
  security_groups: [sg-092ff3a6ae0574d91]
  task_definition: null           # a template file; a built-in one otherwise
  container: superset-ci
  log_group: /ecs/superset-ci     # stream prefix ecs
  execution_role: ecsTaskExecutionRole
  task_role: null                 # the PR's code gets no AWS rights unless someone says so
  assign_public_ip: true
  load_balancer:
    listener: null                # the ARN of a listener; with it, environment.url leads to environments
    certificate_check: true
docker:
  network: bridge
  publish: 127.0.0.1              # address the ports are published on
  host: null                      # the host that people open, if it is another one
  router: null                    # traefik: leads environment.url to containers
  traefik: { entrypoint: null, certresolver: null, network: null }
cost:
  enabled: null                   # null: where another key of cost is set
  per_hour: null
  prices: { vcpu: null, gb: null, address: null, load_balancer: null }
  budget: null                    # US dollars a month
limits: { environments: null, per_user: null }
comment: { enabled: true, commands: false, mention: none }
deployments: { enabled: true, environment: showtime }
status: { enabled: false, required: false }
`;
