from django.urls import path

from .views import attestations, categories, claims, entitlements, first, run, settled, types

app_name = "aid"
urlpatterns = [
    path("payments/first/", first.index, name="first_payments"),
    path("aid/first-payment/<int:line_id>/", first.first_payment, name="first_payment"),
    path("payments/run/", run.latest, name="runs"),
    path("payments/run/<int:year>/<int:month>/", run.run, name="run"),
    path("payments/run/<int:year>/<int:month>/list.<str:form>", run.listing, name="run_list"),
    path("payments/unpaid/", entitlements.unpaid, name="unpaid"),
    path("aid/rejected/<uuid:uuid>/", entitlements.rejected, name="rejected"),
    path("aid/entitlements/<uuid:uuid>/", entitlements.entitlement, name="entitlement"),
    path("aid/entitlements/<uuid:uuid>/account/", entitlements.account, name="account"),
    path("aid/due/<uuid:uuid>/settle/", entitlements.settle, name="settle"),
    path("aid/due/<uuid:uuid>/second/", entitlements.second, name="second"),
    path("aid/attestations/", attestations.register, name="attestations"),
    path("aid/attestations/<uuid:uuid>.pdf", attestations.attestation, name="attestation"),
    path("aid/attestations/<uuid:uuid>/withdraw/", attestations.withdraw, name="withdraw_attestation"),
    path("aid/persons/<uuid:uuid>/attest/", attestations.attest_person, name="attest_person"),
    path("aid/dossiers/<uuid:uuid>/attest/", attestations.attest, name="attest"),
    path("aid/persons/<uuid:uuid>/category/", categories.of_person, name="person_category"),
    path("aid/types/", types.index, name="types"),
    path("aid/types/new/", types.new, name="type_new"),
    path("aid/types/<uuid:uuid>/", types.change, name="type"),
    path("aid/claims/", claims.index, name="claims"),
    path("aid/claims/<int:year>/<int:month>/", claims.month, name="claims_month"),
    path("aid/claims/<uuid:uuid>/", claims.claim, name="claim"),
    path("aid/claims/<uuid:uuid>/received/", claims.received, name="claim_received"),
    path("aid/claims/<uuid:uuid>/reversed/", claims.reversed_, name="claim_reversed"),
    path("aid/claims/<uuid:uuid>/waive/", settled.waive, name="waive"),
    path("aid/claims/<uuid:uuid>/settled/", settled.settled, name="settled"),
    path("aid/claims/<uuid:uuid>/settled.pdf", settled.letter, name="settled_letter"),
    path("aid/claims/<uuid:uuid>/letter.pdf", claims.letter, name="claim_letter"),
]
