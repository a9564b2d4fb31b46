from django.urls import path

from .views import cards, persons, references

app_name = "contacts"
urlpatterns = [
    path("addresses/suggest/", references.suggest, name="suggest"),
    path("persons/new/", persons.new, name="new"),
    path("persons/card/", cards.new_from_card, name="new_card"),
    path("persons/<uuid:uuid>/", persons.detail, name="person"),
    path("persons/<uuid:uuid>/facts/<slug:aspect>/", persons.edit, name="fact"),
    path("persons/<uuid:uuid>/protect/", persons.protect, name="protect"),
    path("persons/<uuid:uuid>/card/", cards.compare, name="card"),
]
