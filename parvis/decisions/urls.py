from django.urls import path

from .views import committee, decisions, proposals, sessions

app_name = "decisions"

urlpatterns = [
    path("proposals/", proposals.queue, name="proposals"),
    path("proposals/line/<int:line_id>/", proposals.start, name="start"),
    path("proposals/<uuid:uuid>/", proposals.proposal, name="proposal"),
    path("proposals/<uuid:uuid>/versions/", proposals.versions, name="versions"),
    path("proposals/<uuid:uuid>/take-back/", proposals.take_back, name="take_back"),
    path("proposals/<uuid:uuid>/review/", proposals.review, name="review"),
    path("proposals/<uuid:uuid>/hearing/", proposals.hearing, name="hearing"),
    path("proposals/<uuid:uuid>/discuss/", proposals.to_discuss, name="to_discuss"),
    path("proposals/<uuid:uuid>/opinion/", proposals.ask_opinion, name="ask_opinion"),
    path("decisions/opinions/<uuid:uuid>/", proposals.opinion, name="opinion"),
    path("committee/", sessions.index, name="sessions"),
    path("committee/sessions/new/", sessions.new, name="new_session"),
    path("committee/sessions/<uuid:uuid>/", committee.session, name="session"),
    path("committee/sessions/<uuid:uuid>/agenda/", sessions.agenda, name="agenda"),
    path("committee/sessions/<uuid:uuid>/batch/", sessions.batch, name="batch"),
    path("committee/sessions/<uuid:uuid>/presence/", sessions.presence, name="presence"),
    path("committee/sessions/<uuid:uuid>/fill/", sessions.step, {"step": "fill"}, name="fill"),
    path("committee/sessions/<uuid:uuid>/freeze/", sessions.step, {"step": "freeze"}, name="freeze"),
    path("committee/sessions/<uuid:uuid>/open/", sessions.step, {"step": "open"}, name="open"),
    path("committee/sessions/<uuid:uuid>/close/", sessions.step, {"step": "close"}, name="close"),
    path("committee/sessions/<uuid:uuid>/items/<uuid:item>/", committee.item, name="item"),
    path("committee/items/<uuid:uuid>/decide/", committee.decide, name="decide"),
    path("committee/items/<uuid:uuid>/recuse/", sessions.recuse, name="recuse"),
    path("committee/items/<uuid:uuid>/carry/", sessions.carry, name="carry"),
    path("committee/items/<uuid:uuid>/list/", sessions.list_kind, name="list_kind"),
    path("committee/minutes/<uuid:uuid>/", sessions.minutes, name="minutes"),
    path("committee/minutes/<uuid:uuid>/sign/", sessions.sign, name="sign_minutes"),
    path("committee/minutes/<uuid:uuid>/minutes.pdf", sessions.minutes_pdf, name="minutes_pdf"),
    path("decisions/", decisions.index, name="decisions"),
    path("decisions/urgent/<int:line_id>/", decisions.urgent, name="urgent"),
    path("decisions/<uuid:uuid>/", decisions.decision, name="decision"),
    path("decisions/<uuid:uuid>/pack.json", decisions.pack, name="pack"),
    path("decisions/<uuid:uuid>/letter.pdf", decisions.letter_pdf, name="letter_pdf"),
    path("decisions/<uuid:uuid>/notify/", decisions.notify, name="notify"),
    path("decisions/<uuid:uuid>/returned/", decisions.returned, name="returned"),
]
