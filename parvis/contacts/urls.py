from django.urls import path

from .views import cards, handovers, kinship, merging, organisations, persons, references, reveal, roles

app_name = "contacts"
urlpatterns = [
    path("addresses/suggest/", references.suggest, name="suggest"),
    path("persons/new/", persons.new, name="new"),
    path("persons/eid/handover/", handovers.ask, name="handover_ask"),
    path("persons/eid/handover/wait/<uuid:uuid>/", handovers.wait, name="handover_wait"),
    path("persons/eid/handover/<str:token>/", handovers.receive, name="handover"),
    path("persons/card/", cards.new_from_card, name="new_card"),
    path("persons/<uuid:uuid>/", persons.detail, name="person"),
    path("persons/<uuid:uuid>/facts/<slug:aspect>/", persons.edit, name="fact"),
    path("persons/<uuid:uuid>/facts/<slug:aspect>/end/", persons.end, name="fact_end"),
    path("persons/<uuid:uuid>/protect/", persons.protect, name="protect"),
    path("persons/<uuid:uuid>/card/", cards.compare, name="card"),
    path("persons/<uuid:uuid>/number/", reveal.number, name="reveal"),
    path("persons/<uuid:uuid>/roles/", roles.add_organisation, name="role_add"),
    path("persons/<uuid:uuid>/roles/end/", roles.end, name="role_end"),
    path("persons/<uuid:uuid>/family/", kinship.family, name="family"),
    path("persons/<uuid:uuid>/family/add/", kinship.add, name="relation_add"),
    path("persons/<uuid:uuid>/family/end/", kinship.end, name="relation_end"),
    path("persons/<uuid:uuid>/merge/", merging.person, name="merge"),
    path("persons/<uuid:uuid>/merge/undo/", merging.undo_person, name="merge_undo"),
    path("contacts/", organisations.index, name="book"),
    path("contacts/phones/", organisations.phone_list, name="phone_list"),
    path("contacts/mailing/", organisations.mailing, name="mailing"),
    path("contacts/new/", organisations.new, name="organisation_new"),
    path("contacts/<uuid:uuid>/", organisations.detail, name="organisation"),
    path("contacts/<uuid:uuid>/facts/<slug:aspect>/", organisations.edit, name="organisation_fact"),
    path("contacts/<uuid:uuid>/facts/<slug:aspect>/end/", organisations.end, name="organisation_end"),
    path("contacts/<uuid:uuid>/close/", organisations.close, name="organisation_close"),
    path("contacts/<uuid:uuid>/roles/", roles.add_person, name="organisation_role"),
    path("contacts/<uuid:uuid>/merge/", merging.organisation, name="organisation_merge"),
    path("contacts/<uuid:uuid>/merge/undo/", merging.undo_organisation, name="organisation_merge_undo"),
]
