"""The site on which viewflow runs: settings, addresses, WSGI."""

from urllib.parse import urlsplit

import django
from django.conf import settings
from matter import DATABASE

CONTRIB = ("auth", "contenttypes", "sessions", "messages")
server = urlsplit(DATABASE)
settings.configure(
    DEBUG=False,
    SECRET_KEY="only-for-measuring",
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF="site_of_shop",
    USE_TZ=True,
    STATIC_URL="/static/",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": server.path.strip("/"),
            "USER": server.username,
            "HOST": server.hostname,
            "PORT": server.port,
            "CONN_MAX_AGE": 600,
        }
    },
    INSTALLED_APPS=[
        *(f"django.contrib.{name}" for name in CONTRIB),
        "viewflow",
        "viewflow.workflow",
        "shop",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies",
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - after the settings
from django.http import HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402
from shop.flows import Matter  # noqa: E402
from viewflow.urls import Site  # noqa: E402
from viewflow.workflow.flow import FlowViewset  # noqa: E402


def submit(_request):
    """Begin a case and answer its number."""
    return HttpResponse(str(Matter.start.run().pk))


site = Site(title="bench", viewsets=[FlowViewset(Matter, icon="flag")])
urlpatterns = [path("submit/", submit), path("", site.urls)]
application = get_wsgi_application()
