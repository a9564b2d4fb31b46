from django.urls import path

from .views import accounts, asking, attestations, codes, following, home, persons, space

app_name = "portal"

urlpatterns = [
    path("", home.home, name="home"),
    path("p/leave/", home.leave, name="leave"),
    path("p/resume/", codes.resume, name="resume"),
    path("p/track/", codes.track, name="track"),
    path("p/track/<uuid:uuid>/", following.timeline, name="timeline"),
    path("p/track/<uuid:uuid>/appointment/", following.meeting, name="meeting"),
    path("p/track/<uuid:uuid>/readings/", following.readings, name="readings"),
    path("p/track/<uuid:uuid>/receipt.pdf", following.receipt, name="receipt"),
    path("p/track/<uuid:uuid>/letter/<uuid:line>.pdf", following.letter, name="letter"),
    path("p/me/", space.my, name="my"),
    path("p/me/account/", space.account, name="account"),
    path("p/me/account/close/", space.close_own, name="close_own"),
    path("p/me/keep/<uuid:uuid>/", space.keep, name="keep"),
    path("p/me/sign-in/", accounts.sign_in, name="sign_in"),
    path("p/me/code/", accounts.code, name="code"),
    path("p/me/open/", accounts.open_account, name="open_account"),
    path("p/me/sign-out/", accounts.sign_out, name="sign_out"),
    path("persons/<uuid:uuid>/portal/", persons.person, name="person"),
    path("persons/<uuid:uuid>/portal/withdraw/", persons.withdraw, name="withdraw"),
    path("persons/<uuid:uuid>/portal/confirm/", persons.confirm, name="confirm"),
    path("persons/<uuid:uuid>/portal/close/", persons.close, name="close"),
    path("p/attestation/", attestations.check, name="attestation"),
    path("p/sent/<uuid:uuid>/", following.sent, name="sent"),
    path("p/draft/<uuid:uuid>/", asking.go_on, name="go_on"),
    path("p/draft/<uuid:uuid>/later/", asking.later, name="later"),
    path("p/draft/<uuid:uuid>/summary/", asking.summary, name="summary"),
    path("p/draft/<uuid:uuid>/page/<slug:key>/", asking.question, name="question"),
    path("p/<slug:key>/", asking.start, name="start"),
]
