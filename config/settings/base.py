"""Settings common to all environments. Each value of the environment is read here, once."""

from pathlib import Path
from typing import Any

from environs import Env, validate

from config.settings import deployable
from config.settings.databases import read_databases

env = Env()

ROOT = Path(__file__).resolve().parent.parent.parent
VAR = Path(env.str("QUARRY_VAR", str(ROOT / "var")))

#: The modules that there are, in the order in which they are made ready.
QUARRY_ALL_MODULES = deployable.ALL_MODULES
#: Those of this deployable.
QUARRY_MODULES: list[str] = env.list("QUARRY_MODULES", deployable.MODULES)
#: Those of other deployables: their messages cross the broker; see docs/brokers.md.
QUARRY_REMOTE_MODULES: list[str] = env.list(
    "QUARRY_REMOTE_MODULES",
    [module for module in QUARRY_ALL_MODULES if module not in QUARRY_MODULES],
)
#: Those of this deployable that another is in charge of until they are moved here.
QUARRY_AWAITED_MODULES: list[str] = env.list("QUARRY_AWAITED_MODULES", deployable.AWAITED_MODULES)
#: Whether this process looks where modules are, which may move while it runs. Only tests do not.
QUARRY_MODULES_MOVE = True

#: Where each module runs: ``local``, ``serialized`` or a URL (``QUARRY_MODULES_PAYMENTS=…``); see
#: docs/topologies.md.
QUARRY_LOCATIONS = {
    module: location
    for module in QUARRY_ALL_MODULES
    if (location := env.str(f"QUARRY_MODULES_{module.upper()}", ""))
}
#: Another release of a module that runs elsewhere, and how many of the clients it answers, as JSON:
#: {"payments": {"url": "https://…", "percent": 5, "mirror": 10}}; see docs/gateway.md.
QUARRY_RELEASES: Any = env.json("QUARRY_RELEASES", {})
#: Serve the URLs of modules that run elsewhere too: for the process at the front.
QUARRY_FORWARDS = env.bool("QUARRY_FORWARDS", False)
#: The module at the front: in its name requests for modules elsewhere are passed on to them, and
#: it alone is believed who has sent them. Empty where there is none.
QUARRY_FRONT = env.str("QUARRY_FRONT", "gateway")
#: The folder with the keys that calls between processes are signed with, and the name that
#: installations which share a network tell each other apart by.
QUARRY_INTERNAL_KEYS = env.str("QUARRY_INTERNAL_KEYS", "")
QUARRY_INTERNAL_ISSUER = env.str("QUARRY_INTERNAL_ISSUER", "quarry")
#: Mutual TLS of those calls: the authority that is believed, and this process's certificate.
QUARRY_INTERNAL_CA = env.str("QUARRY_INTERNAL_CA", "")
QUARRY_INTERNAL_CERTIFICATE = env.str("QUARRY_INTERNAL_CERTIFICATE", "")
QUARRY_INTERNAL_CERTIFICATE_KEY = env.str("QUARRY_INTERNAL_CERTIFICATE_KEY", "")
#: Callers beside those that the manifests here name, each as ``caller:module.Interface``.
QUARRY_CALLERS: list[str] = env.list("QUARRY_CALLERS", deployable.CALLERS)
#: The name under which code of no module calls other processes; usually it may not.
QUARRY_OUTSIDER = env.str("QUARRY_OUTSIDER", "")

#: The issuer of this installation's own access tokens, as ``iss`` names it; where browsers and
#: programs find it: PORT is that of `make run`. And the name by which tokens are meant for it.
QUARRY_ISSUER = env.str("QUARRY_ISSUER", f"http://127.0.0.1:{env.int('PORT', 8000)}")
QUARRY_AUDIENCE = env.str("QUARRY_AUDIENCE", "quarry")
#: The folder of the keys that they are signed with, whether a first one is made where there is
#: none, and whether `manage.py token` gives some out.
QUARRY_TOKEN_KEYS = env.str("QUARRY_TOKEN_KEYS", str(VAR / "token-keys"))
QUARRY_TOKEN_KEYS_MADE = True
QUARRY_TOKEN_COMMAND = True
#: Others whose tokens are believed: a JSON list of {"issuer", "jwks_uri", "scopes"} and, if they
#: differ, "name", "kinds", "audience" and "algorithm"; see docs/gateway.md.
QUARRY_TOKEN_ISSUERS: Any = env.json("QUARRY_TOKEN_ISSUERS", [])
#: What a token may give leave to, in words for whoever is asked to agree.
QUARRY_SCOPES: dict[str, str] = {
    "orders:read": "See your orders, their payments and their deliveries",
    "orders:write": "Place, cancel and send back orders",
    "orders:import": "Place orders at agreed prices",
    "accounts:read": "See your account and its entries",
    "accounts:write": "Pay money into accounts and out of them",
    "partner:orders:read": "See the orders and imports of a partner",
    "partner:orders:write": "Place and cancel orders of a partner, one by one and in bulk",
    "partner:webhooks": "Manage a partner's webhooks, and read what was delivered",
    "catalog:write": "Change what is sold, and for how much",
    "inventory:write": "See and change what is on each shelf",
}
#: How often a client may ask, by its plan or, without one, by its kind; empty for no limit. A
#: plan that is not here has the limit of "". Counted in Redis where there are several processes.
QUARRY_PLANS: dict[str, Any] = {
    "": "1800/minute",
    "partner": "3600/minute",
    "operator": "",
    "service": "",
}
QUARRY_PLANS.update(env.json("QUARRY_PLANS", {}))
QUARRY_LIMITS_URL = env.str("QUARRY_LIMITS_URL", "memory://")
#: Whether a request that cannot be counted, because Redis is away, is let through.
QUARRY_LIMITS_FAIL_OPEN = env.bool("QUARRY_LIMITS_FAIL_OPEN", True)
#: How many proxies stand before this process. Each adds the address that a request came to it
#: from; one too many here, and clients say themselves where they come from.
QUARRY_TRUSTED_PROXIES = env.int("QUARRY_TRUSTED_PROXIES", 0, validate=validate.Range(min=0))
#: Origins whose pages may ask a front end, as JSON by its name: {"web": ["https://shop.example"]}.
QUARRY_ORIGINS: Any = env.json("QUARRY_ORIGINS", {})
#: Whether each request is told of on standard output, and whether all that is said is JSON
#: (``json``) or for people (``text``).
QUARRY_ACCESS_LOG = env.bool("QUARRY_ACCESS_LOG", False)
QUARRY_LOGS = env.str("QUARRY_LOGS", "text")
#: A file that says, when it is there, that this process is about to end: it is not ready then.
QUARRY_DRAIN_FILE = env.str("QUARRY_DRAIN_FILE", "")
#: The longest that a token is taken after it was taken back; 0 where nothing is given out.
QUARRY_REVOKED_WITHIN_SECONDS = env.float("QUARRY_REVOKED_WITHIN_SECONDS", 1.0)
LOGIN_URL = "/account/login"
AUTH_PASSWORD_VALIDATORS = [{"NAME": "modules.kernel.identity.provider.passwords.PasswordRule"}]
OAUTH2_PROVIDER_APPLICATION_MODEL = "identity.Client"
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_GENERATOR": "modules.kernel.identity.provider.tokens.access_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 600,
    "REFRESH_TOKEN_EXPIRE_SECONDS": 30 * 24 * 3600,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    "OAUTH2_VALIDATOR_CLASS": "modules.kernel.identity.provider.tokens.Validator",
    "SCOPES_BACKEND_CLASS": "modules.kernel.identity.provider.tokens.ClientScopes",
    "ALLOWED_REDIRECT_URI_SCHEMES": ["https"],
    "OIDC_ENABLED": True,
    "OIDC_ISS_ENDPOINT": QUARRY_ISSUER,
    # It only looks whether there is one: `identity.Client.jwk_key` signs, with a key of a file.
    "OIDC_RSA_PRIVATE_KEY": "of QUARRY_TOKEN_KEYS",
    "PKCE_REQUIRED": True,
    # RFC 9700: what is discouraged there is refused here.
    **{
        f"COMPLIANT_BCP_RFC9700_{rule}": True
        for rule in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "PKCE_REQUIRED",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_SCHEME",
            "REDIRECT_URI_MATCHING",
        )
    },
}
#: What whoever shops in a browser may do.
QUARRY_SESSION_SCOPES: list[str] = ["orders:read", "orders:write", "accounts:read"]
#: Those that make `manage.py token` a program's of the house, which acts for any customer.
QUARRY_HOUSE_SCOPES: list[str] = [
    "orders:import",
    "accounts:write",
    "catalog:write",
    "inventory:write",
]

INSTALLED_APPS = [
    "modules.kernel.placements",
    "modules.kernel.messaging",
    "modules.kernel.eventstore",
    "modules.kernel.readmodels",
    "modules.kernel.interfaces",
    "modules.kernel.identity",
    "modules.kernel.sagas",
    "modules.kernel.boundaries",
    "modules.kernel.http",
    "modules.kernel.telemetry",
    "modules.kernel.resilience",
    "modules.kernel.schemas",
    "modules.kernel.pages",
    "modules.kernel.scaffolding",
    "modules.kernel.topologies",
    "modules.kernel.extraction",
    *(f"modules.{module}" for module in QUARRY_MODULES),
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "modules.kernel.http.access_log.AccessLogMiddleware",
    "modules.kernel.http.correlation.CorrelationMiddleware",
    "modules.kernel.http.write_tokens.WriteTokenMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "modules.kernel.http.edge.EdgeMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "modules.kernel.http.actor.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "modules.kernel.pages.content_policy.ContentPolicyMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

_databases = read_databases(env, modules=QUARRY_MODULES, var=VAR)
DATABASES = _databases.all
#: Which database holds each module's tables and log; a module that is not named shares the default.
QUARRY_DATABASES = _databases.of_modules
#: What a module may take of a database that it shares; see docs/operating.md.
QUARRY_CONNECTION_BUDGETS = _databases.budgets
QUARRY_STATEMENT_TIMEOUTS = _databases.statement_timeouts

#: Where read models are kept, if not with their modules (READ_DATABASE_URL), and a replica of
#: the database that they are kept in (REPLICA_DATABASE_URL) with how old its data may be.
QUARRY_READ_DATABASE = "read" if "read" in DATABASES else ""
QUARRY_REPLICA_DATABASE = "replica" if "replica" in DATABASES else ""
QUARRY_REPLICA_OF = QUARRY_READ_DATABASE or "default"
QUARRY_REPLICA_MAX_STALENESS_SECONDS = env.float("REPLICA_MAX_STALENESS_SECONDS", 5.0)

DATABASE_ROUTERS = [
    "modules.kernel.readmodels.routing.ReadModelRouter",
    "modules.kernel.manifests.routing.ModuleRouter",
]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

#: What moves messages: ``embedded`` (threads in the web process), ``worker``
#: (`manage.py worker` beside it) or ``celery``.
QUARRY_DRIVER = env.str("QUARRY_DRIVER", "embedded")
#: The broker between deployables (``amqp://…``, ``kafka://…``, ``sns+sqs://…``); "" for none.
QUARRY_BROKER_URL = env.str("QUARRY_BROKER_URL", "")
#: ``user:password`` for a broker that a move has named, where the former names none.
QUARRY_BROKER_CREDENTIALS = env.str("QUARRY_BROKER_CREDENTIALS", "")
#: Begins the name of what is made at the broker; two installations on one need two.
QUARRY_BROKER_PREFIX = env.str("QUARRY_BROKER_PREFIX", "quarry")
#: What this deployable is called at the broker; its processes share its messages.
QUARRY_DEPLOYABLE = env.str("QUARRY_DEPLOYABLE", deployable.NAME)

#: Modules whose topics on Kafka are in Avro, and the registry that their schemas are in: the one
#: served here, ``http://…/internal/schema-registry``, another, or ``glue://NAME``.
QUARRY_AVRO_MODULES: list[str] = env.list("QUARRY_AVRO_MODULES", [])
QUARRY_SCHEMA_REGISTRY_URL = env.str("QUARRY_SCHEMA_REGISTRY_URL", "")

#: Sagas that nobody leads, such as ``ordering.checkout``; all their modules must share one log.
#: Change it while none of them runs (`manage.py sagas list --status running`).
QUARRY_CHOREOGRAPHED_SAGAS: list[str] = env.list("QUARRY_CHOREOGRAPHED_SAGAS", [])

#: How long a process that delivers messages may be silent before others take over from it.
QUARRY_LEASE_SECONDS = env.float("QUARRY_LEASE_SECONDS", 10.0)

#: Wraps the keys that personal data are encrypted with. Without one it is derived from SECRET_KEY,
#: and then SECRET_KEY_FALLBACKS must name every earlier SECRET_KEY.
QUARRY_PERSONAL_DATA_KEY = env.str("QUARRY_PERSONAL_DATA_KEY", "")

#: Who moves the money: ``sandbox`` (embedded, cards that behave as their token says) or ``stripe``,
#: of which a process asks so many things at the same time.
PAYMENTS_PROVIDER = env.str("PAYMENTS_PROVIDER", "sandbox")
PAYMENTS_CALLS_AT_ONCE = env.int("PAYMENTS_CALLS_AT_ONCE", 8)
STRIPE_API_KEY = env.str("STRIPE_API_KEY", "")
STRIPE_API_BASE = env.str("STRIPE_API_BASE", "https://api.stripe.com")

#: How long inventory keeps goods for an order that nobody picks or cancels.
INVENTORY_RESERVATION_MINUTES = env.int("INVENTORY_RESERVATION_MINUTES", 15)

#: How long a step of an order may stay without an answer before the order is undone. More where a
#: module may be away for longer, and its customers would rather wait.
ORDERING_STEP_TIMEOUT_SECONDS = env.float("ORDERING_STEP_TIMEOUT_SECONDS", 30.0)

#: How long a receiver of webhooks has to answer, and after how many days without an answer its
#: endpoint is disabled; how many a process asks at the same time. Private addresses and
#: plain HTTP are for tests and development only.
PARTNERS_WEBHOOKS_AT_ONCE = env.int("PARTNERS_WEBHOOKS_AT_ONCE", 8)
PARTNERS_WEBHOOKS_TIMEOUT_SECONDS = env.float("PARTNERS_WEBHOOKS_TIMEOUT_SECONDS", 10.0)
PARTNERS_WEBHOOKS_DISABLED_AFTER_DAYS = env.float("PARTNERS_WEBHOOKS_DISABLED_AFTER_DAYS", 5.0)
PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES = env.bool("PARTNERS_WEBHOOKS_TO_PRIVATE_ADDRESSES", False)

#: How many parts of answers that are made of several a process asks for at once; see
#: docs/front-ends.md.
QUARRY_COMPOSITION_THREADS = env.int("QUARRY_COMPOSITION_THREADS", 32)

#: Inject the faults that policies of the manifests ask for; see docs/resilience.md.
QUARRY_FAULTS_ALLOWED = env.bool("QUARRY_FAULTS_ALLOWED", False)

#: Refuse, while the code runs, SQL on another module's table, and to ask another module inside a
#: transaction; see docs/boundaries.md.
QUARRY_QUERY_GUARD = False
#: Violations of the boundaries that are known and may only become fewer; usually no file.
QUARRY_BOUNDARIES_BASELINE = ROOT / "boundaries.baseline"

#: ``memory://`` reaches the threads of one process only: the embedded driver runs the tasks.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", "memory://")
if CELERY_BROKER_URL.startswith("memory:"):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"polling_interval": 0.1}
CELERY_TASK_ROUTES = ["modules.kernel.tasks.routing.route"]
#: Queues are ``quarry.payments`` and so on; two installations on one broker need two prefixes.
QUARRY_QUEUE_PREFIX = env.str("QUARRY_QUEUE_PREFIX", "quarry")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
# A task is taken off the queue when it has ended, not when it begins: one that dies with its
# worker is run again. So each task must bear being run twice.
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULER = "modules.kernel.tasks.scheduler:ModuleScheduler"
#: What the served schema registry asks for, as the password of any user; None is for everybody,
#: "" for nobody.
QUARRY_REGISTRY_PASSWORD: str | None = env.str("QUARRY_REGISTRY_PASSWORD", None)
#: Whether others may register schemas there, under subjects that are no contracts of ours.
QUARRY_REGISTRY_WRITABLE = env.bool("QUARRY_REGISTRY_WRITABLE", False)
#: Whether the console asks for a staff account (Django's admin login).
QUARRY_CONSOLE_FOR_STAFF = env.bool("QUARRY_CONSOLE_FOR_STAFF", False)
#: What `/metrics` asks for as ``Authorization: Bearer …``; None is for everybody, "" for nobody.
METRICS_TOKEN: str | None = env.str("METRICS_TOKEN", None)
#: A port on which a worker, which serves no pages, tells what it has counted; 0 for none.
METRICS_PORT = env.int("METRICS_PORT", 0)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = False
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["modules.kernel.http.bodies.JsonBody"],
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "NUM_PROXIES": QUARRY_TRUSTED_PROXIES,
    "EXCEPTION_HANDLER": "modules.kernel.http.problems.exception_handler",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Quarry",
    "DESCRIPTION": "Order fulfilment: a modular monolith that modules can be taken out of.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "PREPROCESSING_HOOKS": ["modules.kernel.http.documents.without_front_ends"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

#: How long the sandbox carrier takes to deliver what it has collected.
SHIPPING_SANDBOX_DELIVERY_SECONDS = env.float("SHIPPING_SANDBOX_DELIVERY_SECONDS", 3.0)

DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Quarry <orders@quarry.example>")
#: The right-hand side of the Message-ID of every mail; never change it for mails on the way.
NOTIFICATIONS_MAIL_DOMAIN = env.str("NOTIFICATIONS_MAIL_DOMAIN", "quarry.example")
