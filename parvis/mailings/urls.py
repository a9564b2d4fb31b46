from django.urls import path

from .views import after, writing

app_name = "mailings"
urlpatterns = [
    path("mailings/", writing.index, name="index"),
    path("mailings/dossiers/", writing.from_dossiers, name="from_dossiers"),
    path("mailings/contacts/", writing.from_contacts, name="from_contacts"),
    path("mailings/<uuid:uuid>/", after.detail, name="mailing"),
    path("mailings/<uuid:uuid>/write/", writing.write, name="write"),
    path("mailings/<uuid:uuid>/check/", writing.check, name="check"),
    path("mailings/<uuid:uuid>/discard/", writing.discard, name="discard"),
    path("mailings/<uuid:uuid>/stop/", after.stop, name="stop"),
    path("mailings/<uuid:uuid>/letters/<int:part>.pdf", after.letters, name="letters"),
    path("mailings/<uuid:uuid>/printed/", after.printed, name="printed"),
    path("mailings/<uuid:uuid>/recipients/<int:number>/", after.copy, name="copy"),
    path("mailings/<uuid:uuid>/recipients/<int:number>/again/", after.again, name="again"),
]
