from django.urls import path

from .views import booking, changing, feeds, inviting, reading

app_name = "agenda"

urlpatterns = [
    path("appointments/new/", booking.choose, name="new"),
    path("appointments/add/<slug:kind>/<int:number>/", booking.add, name="add"),
    path("appointments/of/<slug:kind>/<int:number>/", reading.of, name="of"),
    path("appointments/addresses/", feeds.index, name="feeds"),
    path("appointments/addresses/<uuid:uuid>/end/", feeds.end, name="feed_end"),
    path("appointments/<uuid:uuid>/", reading.appointment, name="appointment"),
    path("appointments/<uuid:uuid>/move/", changing.move, name="move"),
    path("appointments/<uuid:uuid>/change/", changing.change, name="change"),
    path("appointments/<uuid:uuid>/cancel/", changing.cancel, name="cancel"),
    path("appointments/<uuid:uuid>/missed/", changing.missed, name="missed"),
    path("appointments/<uuid:uuid>/held/", changing.held, name="held"),
    path("appointments/<uuid:uuid>/invite/", inviting.invite, name="invite"),
]
