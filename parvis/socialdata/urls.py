from django.urls import path

from .views import extracts, registers

app_name = "socialdata"
urlpatterns = [
    path("dossiers/<uuid:uuid>/registers/", extracts.dossier, name="dossier"),
    path("dossiers/<uuid:uuid>/registers/ask/", extracts.ask, name="ask"),
    path("registers/", extracts.cell, name="cell"),
    path("registers/times/", extracts.times, name="times"),
    path("registers/files/", registers.files, name="files"),
    path("registers/files/<uuid:uuid>/", registers.file, name="file"),
    path("registers/simulator/", registers.simulator, name="simulator"),
    path("registers/extracts/<uuid:uuid>/", extracts.extract, name="extract"),
    path("registers/extracts/<uuid:uuid>/withdraw/", extracts.withdraw, name="withdraw"),
    path("registers/extracts/<uuid:uuid>/withdraw-answer/", extracts.withdraw_answer, name="withdraw_answer"),
    path("registers/extracts/<uuid:uuid>/seen/", extracts.seen, name="seen"),
    path("registers/alerts/<uuid:uuid>/", registers.alert, name="alert"),
]
