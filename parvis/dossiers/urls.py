from django.urls import path

from .views import access, changes, dossiers, interventions, life, many, own_persons, situation, transfers

app_name = "dossiers"
urlpatterns = [
    path("dossiers/", dossiers.index, name="index"),
    path("dossiers/give/", many.give, name="give"),
    path("dossiers/<uuid:uuid>/", dossiers.detail, name="detail"),
    path("dossiers/<uuid:uuid>/where/", dossiers.where, name="where"),
    path("dossiers/<uuid:uuid>/situation/", situation.listing, name="situation"),
    path("dossiers/<uuid:uuid>/situation/add/", situation.add, name="situation_add"),
    path("dossiers/<uuid:uuid>/situation/<uuid:item>/", situation.edit, name="situation_edit"),
    path("dossiers/<uuid:uuid>/situation/<uuid:item>/end/", situation.end, name="situation_end"),
    path("dossiers/<uuid:uuid>/members/", life.members, name="members"),
    path("dossiers/<uuid:uuid>/members/add/<uuid:person>/", life.member_add, name="member_add"),
    path("dossiers/<uuid:uuid>/members/end/<uuid:person>/", life.member_end, name="member_end"),
    path("dossiers/<uuid:uuid>/referent/", life.referent, name="referent"),
    path("dossiers/<uuid:uuid>/close/", life.close, name="close"),
    path("dossiers/<uuid:uuid>/reopen/", life.reopen, name="reopen"),
    path("dossiers/<uuid:uuid>/archive/", life.archive, name="archive"),
    path("dossiers/<uuid:uuid>/changes/", changes.changes, name="changes"),
    path("dossiers/<uuid:uuid>/interventions/", interventions.interventions, name="interventions"),
    path("dossiers/<uuid:uuid>/interventions/<uuid:item>/end/", interventions.intervention_end, name="intervention_end"),
    path("dossiers/<uuid:uuid>/transfer/", transfers.transfer, name="transfer"),
    path("transfers/<uuid:uuid>/", transfers.transfer_answer, name="transfer_answer"),
    path("dossiers/<uuid:uuid>/sector/", access.sector, name="sector"),
    path("dossiers/<uuid:uuid>/access/", access.access_log, name="access_log"),
    path("dossiers/<uuid:uuid>/access/print/", access.access_print, name="access_print"),
    path("access/exceptional/", access.exceptional, name="exceptional"),
    path("access/exceptional/<uuid:uuid>/end/", access.exceptional_end, name="exceptional_end"),
    path("access/why/<str:kind>/<uuid:uuid>/", access.why, name="why"),
    path("access/watch/", access.watch, name="watch"),
    path("access/watch/<uuid:uuid>/settle/", access.settle, name="settle"),
    path("access/colleagues/", own_persons.own_persons, name="own_persons"),
    path("access/simulation/", access.simulate, name="simulate"),
]
