from django.urls import path

from .views import bank, calls

app_name = "connectors"
urlpatterns = [
    path("connectors/bank-simulator/", bank.index, name="bank_simulator"),
    path("connectors/bank-simulator/<uuid:uuid>/", bank.answer, name="bank_answer"),
    path("connectors/calls/", calls.index, name="calls"),
    path("connectors/calls/<uuid:uuid>/", calls.call, name="call"),
    path("connectors/calls/<uuid:uuid>/request/", calls.request_file, name="call_request"),
    path("connectors/calls/<uuid:uuid>/answers/<int:answer_id>/", calls.answer_file, name="call_answer"),
]
