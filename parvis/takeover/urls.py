from django.urls import path

from .views import imports, old, rehearsals

app_name = "takeover"
urlpatterns = [
    path("takeover/", imports.index, name="index"),
    path("takeover/rehearsals/", rehearsals.index, name="rehearsals"),
    path("takeover/rehearsals/<uuid:uuid>/", rehearsals.detail, name="rehearsal"),
    path("takeover/rehearsals/<uuid:uuid>/compare/", rehearsals.compare, name="compare"),
    path("takeover/rehearsals/<uuid:uuid>/explain/", rehearsals.explain, name="explain"),
    path("takeover/rehearsals/<uuid:uuid>/go-live/", rehearsals.live, name="go_live"),
    path("takeover/rehearsals/<uuid:uuid>/certificate/", rehearsals.certificate, name="certificate"),
    path("takeover/old/", old.index, name="old"),
    path("takeover/old/persons/<uuid:uuid>/", old.person, name="old_person"),
    path("takeover/old/dossiers/<uuid:uuid>/", old.dossier, name="old_dossier"),
    path("takeover/<uuid:uuid>/", imports.detail, name="import"),
    path("takeover/<uuid:uuid>/apply/", imports.apply, name="apply"),
    path("takeover/<uuid:uuid>/undo/", imports.undo, name="undo"),
    path("takeover/<uuid:uuid>/discard/", imports.discard, name="discard"),
    path("takeover/<uuid:uuid>/lines/<int:number>/", imports.choose, name="choose"),
    path("takeover/<uuid:uuid>/report.csv", imports.report, name="report"),
]
