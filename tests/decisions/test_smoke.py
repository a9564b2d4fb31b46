from parvis.decisions import api
from tests.decisions import factories as f


def test_the_path(centre):
    decision = f.decided(centre)
    assert decision.number == "CSSS 2026/0001"
    f.run_jobs()
    notification = api.Notification.unscoped.get(decision=decision)
    assert notification.letter_id
    sent = api.send_notification(actor=centre.secretary, notification=notification, channel="registered", reference="RR 123")
    assert sent.appeal_until is not None
    session = decision.session
    api.close_session(actor=centre.secretary, session=session)
    f.run_jobs()
