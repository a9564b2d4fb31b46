from django.urls import path

from .views import due, finding, home, tasks

app_name = "desk"

urlpatterns = [
    path("desk/", home.home, name="home"),
    path("desk/next/", tasks.next_task, name="next"),
    path("desk/load/", tasks.board, name="load"),
    path("tasks/", tasks.index, name="tasks"),
    path("tasks/calendar/", due.calendar, name="due"),
    path("tasks/calendar.ics", due.calendar_file, name="due_file"),
    path("calendar/<slug:secret>.ics", due.feed, name="feed"),
    path("tasks/hand/", tasks.hand, name="hand"),
    path("search/", finding.search, name="search"),
    path("palette/", finding.palette, name="palette"),
    path("where/", finding.where, name="where"),
]
