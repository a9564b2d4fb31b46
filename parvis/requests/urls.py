from django.urls import path

from .views import desk, identify, naming, pages

app_name = "requests"

urlpatterns = [
    path("requests/", pages.index, name="index"),
    path("requests/new/", desk.new, name="new"),
    path("requests/new/<uuid:uuid>/", desk.fill, name="fill"),
    path("requests/book/", desk.book, name="book"),
    path("requests/urgent/", desk.urgent, name="urgent"),
    path("requests/<uuid:uuid>/", pages.detail, name="detail"),
    path("requests/<uuid:uuid>/receipt.pdf", pages.receipt, name="receipt"),
    path("requests/<uuid:uuid>/correct/", pages.correct, name="correct"),
    path("requests/<uuid:uuid>/identify/", identify.identify, name="identify"),
    path("requests/<uuid:uuid>/named/", naming.named, name="named"),
    path("requests/<uuid:uuid>/aid/", pages.add_aid, name="add_aid"),
    path("requests/<uuid:uuid>/take-over/", identify.take_over, name="take_over"),
]
