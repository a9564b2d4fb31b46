from django.urls import path

from . import views

app_name = "takeover"
urlpatterns = [
    path("takeover/", views.index, name="index"),
    path("takeover/<uuid:uuid>/", views.detail, name="import"),
    path("takeover/<uuid:uuid>/apply/", views.apply, name="apply"),
    path("takeover/<uuid:uuid>/undo/", views.undo, name="undo"),
    path("takeover/<uuid:uuid>/discard/", views.discard, name="discard"),
    path("takeover/<uuid:uuid>/lines/<int:number>/", views.choose, name="choose"),
    path("takeover/<uuid:uuid>/report.csv", views.report, name="report"),
]
