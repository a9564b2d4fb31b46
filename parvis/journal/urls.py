from django.urls import path

from .views import activity, entries, follow, meetings, reading, templates, years

app_name = "journal"
urlpatterns = [
    path("dossiers/<uuid:uuid>/journal/", entries.index, name="index"),
    path("dossiers/<uuid:uuid>/journal/add/", entries.add, name="add"),
    path("dossiers/<uuid:uuid>/journal/objectives/", follow.objectives, name="objectives"),
    path("dossiers/<uuid:uuid>/journal/acts/", reading.acts, name="acts"),
    path("dossiers/<uuid:uuid>/journal/chronology/", reading.chronology, name="chronology"),
    path("dossiers/<uuid:uuid>/years/", years.years, name="years"),
    path("dossiers/<uuid:uuid>/urgent/", follow.urgent, name="urgent"),
    path("journal/new/", entries.new, name="new"),
    path("journal/entries/<uuid:uuid>/", activity.entry, name="entry"),
    path("journal/acts/", activity.activity, name="activity"),
    path("journal/with/<slug:kind>/<uuid:uuid>/", activity.with_partner, name="with"),
    path("journal/urgent/", follow.urgencies, name="urgencies"),
    path("journal/steps/<uuid:uuid>/", follow.action, name="action"),
    path("journal/steps/<uuid:uuid>/end/", follow.end_action, name="end_action"),
    path("journal/objectives/<uuid:uuid>/", follow.objective, name="objective"),
    path("journal/appointments/<uuid:uuid>/", meetings.meeting, name="meeting"),
    path("journal/texts/", templates.index, name="texts"),
    path("journal/texts/new/", templates.edit, name="text_new"),
    path("journal/texts/<uuid:uuid>/", templates.edit, name="text"),
]
